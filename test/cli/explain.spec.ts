import { expect } from 'chai';
import { sections } from '../../suites/index.js';
import { explanation } from '../../src/cli/explain.js';
import { selectCases } from '../../src/cli/plan.js';
import { readSettings } from '../../src/cli/config/settings.js';
import { flagSource } from '../../src/cli/config/flags.js';

const cases = sections.flatMap((section) => section.cases);

describe('cli explain', () => {
  for (const [name, words] of [
    ['ha/5.3/01', ['grespec run ha/5.3/01']],
    ['mpa/5.1/01', ['grespec run mpa/5.1/01 --as ha']],
    ['mpa/5.1', ['grespec run mpa/5.1 --as ha']],
    ['TS-12', ['grespec run TS-12']],
    ['MN-02', ['grespec run MN-02 --as ha']],
    ['GR-13', ['grespec run GR-13', 'grespec run GR-13 --as ha']],
  ] as const) {
    it(`tells how to run ${name}, in words that select cases`, () => {
      const [, told = ''] = /run (?:it|them): (.*)$/.exec(explanation(name)) ?? [];
      expect(told.split(', and ')).to.deep.equal(words);
      for (const command of words) {
        const [, , selector = '', ...flags] = command.split(' ');
        const settings = readSettings(flagSource(flags.length > 0 ? { as: 'ha' } : {}));
        expect(selectCases(cases, [selector], settings)).to.not.deep.equal([]);
      }
    });
  }
});
