import { expect } from 'chai';
import { plain } from '../../src/report/look.js';
import { toJUnit } from '../../src/report/junit.js';
import { toMarkdown } from '../../src/report/markdown.js';
import type { CaseResult, KnownDeviation } from '../../src/report/result.js';
import { toTap } from '../../src/report/tap.js';
import { exitCodeOf, headline } from '../../src/report/totals.js';
import { renderTree } from './render-tree.js';
import { context, failed, passed, runOf, undecided } from './sample.js';

const look = { ...plain, width: 110 };
const as = (one: CaseResult, state: KnownDeviation['state']): CaseResult => ({
  ...one,
  baseline: { state, verdict: 'fail', reason: 'ticket 4711', expires: '2026-12-31' },
});
const known = as(failed, 'known');
const fixed = as(passed, 'fixed');
const run = runOf([fixed, known], { baseline: 'known.yaml' });

describe('report: known deviations', () => {
  it('do not fail a run, others do', () => {
    expect(exitCodeOf(run)).to.equal(0);
    expect(headline(run)).to.equal('nothing failed besides 1 known deviation; 1 known deviation passes now');
    expect(exitCodeOf(runOf([as(failed, 'expired')]))).to.equal(1);
    expect(exitCodeOf(runOf([as(failed, 'other')]))).to.equal(1);
    expect(exitCodeOf(runOf([known, { ...failed, id: 'ha/5.2/09' }]))).to.equal(1);
    expect(exitCodeOf(runOf([known, undecided]))).to.equal(4);
    expect(exitCodeOf(runOf([known], { complete: false }))).to.equal(4);
  });

  it('are one line each in the tree, and one that passes stands out', () => {
    const text = renderTree(run, look, context);
    expect(text).to.include(`≈ ${failed.id}`).and.to.include('known fail until 2026-12-31: ticket 4711');
    expect(text).not.to.include('RegistrationReply');
    expect(text).to.match(
      /✔ ha\/5\.2\/01[^]*PASSES NOW, although it is a known fail[^]*Baseline\n {2}✔ 1 known deviation passes now/,
    );
    const coloured = renderTree(run, { ...look, colour: true }, context);
    expect(coloured).to.include('\u001b[1m\u001b[32mPASSES NOW');
  });

  it('that expired are shown in full, and say so', () => {
    const text = renderTree(runOf([as(failed, 'expired')], { baseline: 'known.yaml' }), look, context);
    expect(text)
      .to.include('was a known fail until 2026-12-31; the entry no longer holds')
      .and.to.include(failed.actual);
    expect(text).to.include('1 entry of known.yaml expired and counts: ha/5.2/02');
  });

  it('are skipped in JUnit, with all there is to know beside', () => {
    const xml = toJUnit(run, context);
    expect(xml).to.include('tests="2" failures="0" errors="0"').and.to.include('skipped="1"');
    expect(xml)
      .to.include('<skipped message="known fail until 2026-12-31: ticket 4711"/>')
      .and.to.include(failed.actual);
    expect(xml).to.include('BASELINE: PASSES NOW');
    expect(xml).to.include('<property name="baseline" value="known.yaml"/>');
  });

  it('are to do in TAP', () => {
    const tap = toTap(run, context);
    expect(tap).to.match(/^not ok 2 - ha\/5\.2\/02 .* # TODO known fail until 2026-12-31: ticket 4711$/m);
    expect(tap).to.match(/^ok 1 - ha\/5\.2\/01 .* # TODO PASSES NOW/m);
    expect(tap).to.include('# 1 known deviation of known.yaml does not count: ha/5.2/02');
  });

  it('stand apart from the findings in Markdown', () => {
    const text = toMarkdown(run, context);
    expect(text).to.include('### Baseline').and.to.include('**1 known deviation passes now');
    expect(text).not.to.include('### Findings');
  });
});
