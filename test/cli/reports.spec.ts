import { expect } from 'chai';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkReports, parseReport, parseReports } from '../../src/cli/reports.js';
import { inTemporaryFolder } from './grespec.js';

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

  it('finds out beforehand where no report can be written, and writes none', async () => {
    await inTemporaryFolder((folder) => {
      const file = path.join(folder, 'new', 'report.json');
      checkReports(parseReports([`json=${file}`, 'tap=/dev/stdout']));
      expect(existsSync(path.dirname(file))).to.equal(true);
      expect(existsSync(file)).to.equal(false);
      for (const bad of [folder, '/dev/null/report.json', '/proc/nosuch/report.json']) {
        expect(() => checkReports(parseReports([`json=${bad}`])))
          .to.throw(`cannot write the json report to ${bad}: `)
          .with.property('exitCode', 2);
      }
      return Promise.resolve();
    });
  });

  it('refuses one file for two reports', () => {
    expect(() => parseReports(['junit=a', 'json=a']))
      .to.throw('a is given twice')
      .with.property('exitCode', 2);
  });
});
