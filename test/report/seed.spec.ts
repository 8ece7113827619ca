import { expect } from 'chai';
import { reportKinds } from '../../src/report/kinds.js';
import { plain } from '../../src/report/look.js';
import type { RunResult } from '../../src/report/result.js';
import { renderReport } from '../../src/report/write.js';
import { renderTree } from './render-tree.js';
import { context, passed, runOf } from './sample.js';

const run = runOf([{ ...passed, repeat: 'grespec audit a.pcap' }]);

/** As of an audit, in which nothing is left to chance. */
function withoutSeed(): RunResult {
  const { seed, ...facts } = run.run;
  expect(seed).to.equal(7);
  return { ...run, run: facts };
}

describe('report: seed', () => {
  const forms = [
    ['the tree', (one: RunResult) => renderTree(one, { ...plain, width: 100 }, context)],
    ...reportKinds.map((kind) => [kind, (one: RunResult) => renderReport(kind, one, context)] as const),
  ] as const;

  for (const [name, render] of forms) {
    it(`is said in ${name} where there is one`, () => {
      const said = /seed\W+(value=)?\W*(\d+|undefined)/i;
      expect(render(run)).to.match(said);
      expect(render(withoutSeed())).not.to.match(said);
    });
  }
});
