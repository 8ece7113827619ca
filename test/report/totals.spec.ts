import { expect } from 'chai';
import type { Verdict } from '../../src/spec/types.js';
import type { CaseResult } from '../../src/report/result.js';
import { countVerdicts, exitCode, exitCodeOf, headline } from '../../src/report/totals.js';
import { everyVerdict, passed, runOf, undecided } from './sample.js';

const totalsOf = (verdicts: readonly Verdict[]) => countVerdicts(verdicts.map((verdict) => ({ verdict })));

describe('report: totals', () => {
  it('counts every verdict', () => {
    expect(countVerdicts(everyVerdict)).to.deep.equal({
      pass: 1,
      fail: 1,
      warn: 1,
      inconclusive: 1,
      skip: 1,
      error: 1,
    });
    expect(countVerdicts([])).to.deep.equal({ pass: 0, fail: 0, warn: 0, inconclusive: 0, skip: 0, error: 0 });
  });

  const codes: readonly (readonly [Verdict[], number, number])[] = [
    // verdicts, exit code, exit code with --strict
    [[], 0, 0],
    [['pass', 'skip'], 0, 0],
    [['skip'], 0, 0],
    [['pass', 'warn'], 0, 1],
    [['pass', 'fail'], 1, 1],
    [['inconclusive'], 4, 4],
    [['inconclusive', 'warn'], 4, 1],
    [['error'], 5, 5],
    [['error', 'inconclusive'], 5, 5],
    [['error', 'warn'], 5, 1],
    [['fail', 'error', 'inconclusive', 'warn', 'skip', 'pass'], 1, 1],
  ];
  for (const [list, loose, strict] of codes) {
    it(`exits with ${loose}, strict ${strict}, after ${list.join(' ') || 'nothing'}`, () => {
      expect(exitCode(totalsOf(list), { strict: false })).to.equal(loose);
      expect(exitCode(totalsOf(list), { strict: true })).to.equal(strict);
    });
  }

  it('exits with 4 when the device was lost, unless something worse happened', () => {
    expect(exitCode(totalsOf(['pass']), { strict: false, dutLost: true })).to.equal(4);
    expect(exitCode(totalsOf(['fail']), { strict: false, dutLost: true })).to.equal(1);
    expect(exitCode(totalsOf(['error']), { strict: false, dutLost: true })).to.equal(5);
  });

  it('puts what is news about the whole run into the headline', () => {
    const fixed: CaseResult = { ...passed, baseline: { state: 'fixed', verdict: 'fail', reason: '' } };
    expect(headline(runOf([fixed]))).to.equal('nothing failed; 1 known deviation passes now');
    expect(headline(runOf([fixed, { ...fixed, id: 'ha/5.2/99' }]))).to.equal(
      'nothing failed; 2 known deviations pass now',
    );
    expect(headline(runOf([undecided], { mismatch: 'it has another layout: try --profile rfc6245' }))).to.equal(
      'nothing failed, but 1 case could not be decided; it has another layout: try --profile rfc6245',
    );
  });

  it('exits with 4 when nothing was judged, unless no case falls to the shard', () => {
    expect(exitCodeOf(runOf([]))).to.equal(4);
    expect(exitCodeOf(runOf([], { shard: { index: 2, total: 2 } }))).to.equal(0);
    expect(exitCodeOf(runOf([passed]))).to.equal(0);
    expect(exitCodeOf(runOf([passed], { complete: false }))).to.equal(4);
  });

  it('puts the run into words', () => {
    expect(headline(runOf([passed]))).to.equal('nothing failed');
    expect(headline(runOf([]))).to.equal('nothing was judged');
    expect(headline(runOf([passed, undecided]))).to.equal('nothing failed, but 1 case could not be decided');
    expect(headline(runOf(everyVerdict))).to.equal('non-conformance found: 1 of 6 cases failed');
    expect(headline(runOf(everyVerdict, { strict: true }))).to.equal('non-conformance found: 2 of 6 cases failed');
    expect(headline(runOf([passed], { complete: false }))).to.equal('cut short, so far: nothing failed');
  });
});
