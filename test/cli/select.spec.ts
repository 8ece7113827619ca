import { expect } from 'chai';
import { nameables, select } from '../../src/cli/select.js';

const cases = [
  { id: 'ha/5.2/01', covers: ['TS-06'] },
  { id: 'ha/5.2/02', covers: ['TS-06', 'TS-12'] },
  { id: 'ha/5.2/10', covers: [] },
  { id: 'ha/5.3/01', covers: ['TS-01'] },
  { id: 'ha/5.5.1/01', covers: ['TS-12'] },
  { id: 'ha/rfc3344-3.8/01', covers: ['HA-01'] },
];
const ids = (selectors: readonly string[]): string[] => select(cases, selectors).map(({ id }) => id);

describe('cli select', () => {
  for (const [selectors, selected] of [
    [[], cases.map(({ id }) => id)],
    [['ha'], cases.map(({ id }) => id)],
    [['ha/5.2'], ['ha/5.2/01', 'ha/5.2/02', 'ha/5.2/10']],
    [['ha/5.2/0'], ['ha/5.2/01', 'ha/5.2/02']],
    [['ha/5.2/02'], ['ha/5.2/02']],
    [['ha/5.2/'], ['ha/5.2/01', 'ha/5.2/02', 'ha/5.2/10']],
    [['ha/5'], ['ha/5.2/01', 'ha/5.2/02', 'ha/5.2/10', 'ha/5.3/01', 'ha/5.5.1/01']],
    [['ha/5.5'], ['ha/5.5.1/01']],
    [['ha/rfc3344'], ['ha/rfc3344-3.8/01']],
    [['TS-12'], ['ha/5.2/02', 'ha/5.5.1/01']],
    [['ts-12'], ['ha/5.2/02', 'ha/5.5.1/01']],
    [
      ['ha/5.3', 'ha/5.2/01', 'TS-06'],
      ['ha/5.2/01', 'ha/5.2/02', 'ha/5.3/01'],
    ],
  ] as const) {
    it(`${selectors.join(' ') || 'nothing'} selects ${selected.length} in listing order`, () => {
      expect(ids(selectors)).to.deep.equal(selected);
    });
  }

  for (const [selectors, named] of [
    [[''], '""'],
    [['mpa'], '"mpa"'],
    [['ha/5.2/03'], 'ha/5.2/02'],
    [['ha/5.22'], 'ha/5.2'],
    [['TS-1'], 'TS-12'],
    [['a/5.2'], 'ha/5.2'],
    [['ha/5.2', 'ha/9'], '"ha/9"'],
    [['\u001b[31m'], '\\u001b[31m'],
  ] as const) {
    it(`${JSON.stringify(selectors)} is an error that names ${named}`, () => {
      expect(() => ids(selectors))
        .to.throw()
        .with.property('exitCode', 2);
      expect(() => ids(selectors)).to.throw(named);
    });
  }

  it('can name every part of an id', () => {
    expect([...nameables(cases)]).to.include.members(['ha', 'ha/5.2', 'ha/5.2/01', 'TS-12']);
  });
});
