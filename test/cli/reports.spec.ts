import { expect } from 'chai';
import { parseReport, Reports } from '../../src/cli/reports.js';

describe('cli --report', () => {
  it('reads kind and path', () => {
    expect(parseReport('junit=out/a=b.xml')).to.deep.equal({ kind: 'junit', path: 'out/a=b.xml' });
  });

  for (const [text, part] of [
    ['junit', 'KIND=PATH'],
    ['', 'KIND=PATH'],
    ['junit=', 'no path'],
    ['=a', 'no report of kind ""'],
    ['junt=a', 'did you mean junit?'],
    ['pdf=a', 'the kinds are junit, json'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseReport(text))
        .to.throw(part)
        .with.property('exitCode', 2);
    });
  }

  it('refuses one file for two reports', () => {
    const wishes = [parseReport('junit=a'), parseReport('json=a')];
    expect(() => new Reports(wishes, {})).to.throw('a is given twice');
  });
});
