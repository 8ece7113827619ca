import { expect } from 'chai';
import { plain } from '../../src/report/look.js';
import { QuietPrinter } from '../../src/report/quiet.js';
import type { CaseResult } from '../../src/report/result.js';
import { everyVerdict, failed, passed, runOf } from './sample.js';

function printed(cases: readonly CaseResult[]): string {
  let text = '';
  const printer = new QuietPrinter(plain, (more) => void (text += more));
  for (const one of cases) printer.caseDone(one);
  printer.finish(runOf(cases));
  return text;
}

const known = (state: 'known' | 'fixed', of: CaseResult): CaseResult => ({
  ...of,
  baseline: { state, verdict: 'fail', reason: 'a ticket' },
});

describe('report: quiet', () => {
  it('names what did not pass, and nothing else', () => {
    const text = printed(everyVerdict);
    const ids = everyVerdict.filter(({ verdict }) => !['pass', 'skip'].includes(verdict)).map(({ id }) => id);
    for (const { id } of everyVerdict) expect(text.includes(id), id).to.equal(ids.includes(id));
    expect(text.trimEnd().split('\n').at(-1)).to.match(/^non-conformance found/);
  });

  it('is one line where all is well', () => {
    expect(printed([passed])).to.equal('nothing failed\n');
  });

  it('leaves out known deviations, and tells of those that pass now', () => {
    const text = printed([known('known', failed), known('fixed', passed)]);
    expect(text).not.to.include(failed.title);
    expect(text).to.include(`1 known deviation passes now`);
  });
});
