import { expect } from 'chai';
import { compare } from '../../src/report/compare.js';
import { diffMarkdown, diffText } from '../../src/report/diff.js';
import { plain } from '../../src/report/look.js';
import type { CaseResult } from '../../src/report/result.js';
import { broken, failed, nasty, passed, runOf, skipped, undecided, warned } from './sample.js';

const one = (from: CaseResult): CaseResult => ({ ...from, id: 'ha/5.2/77', requirements: ['TS-12', 'TS-13'] });
const other = { ...failed, reason: 'TS-13 (MUST): another rule' };
const blamed = { ...failed, reason: 'TS-12 (MUST): a rule' };

describe('report: comparison', () => {
  for (const [before, after, kind] of [
    [passed, failed, 'regression'],
    [passed, warned, 'regression'],
    [warned, failed, 'regression'],
    [undecided, failed, 'regression'],
    [skipped, warned, 'regression'],
    [blamed, other, 'regression'],
    [blamed, blamed, undefined],
    [failed, passed, 'fix'],
    [failed, warned, 'fix'],
    [warned, passed, 'fix'],
    [passed, undecided, 'undecided'],
    [failed, broken, 'undecided'],
    [passed, skipped, 'undecided'],
    [undecided, passed, 'decided'],
    [skipped, passed, 'decided'],
    [undecided, skipped, undefined],
    [passed, passed, undefined],
  ] as const) {
    it(`of ${before.verdict} and ${after.verdict}: ${kind ?? 'as before'}`, () => {
      const { changes, same } = compare(runOf([one(before)]), runOf([one(after)]));
      expect(changes.map((change) => change.kind)).to.deep.equal(kind === undefined ? [] : [kind]);
      expect(same).to.equal(kind === undefined ? 1 : 0);
    });
  }

  const a = { name: 'a.json', result: runOf([passed, failed, warned]) };
  const b = {
    name: 'b.json',
    result: runOf([{ ...passed, verdict: 'fail', reason: 'TS-12 (MUST): x' }, { ...failed, verdict: 'pass' }, nasty], {
      profile: 'rfc6245',
    }),
  };

  it('is text with a line a case, and what else was different', () => {
    const text = diffText(a, b, { ...plain, width: 100 });
    expect(text)
      .to.include('1 regression\n  ✘ ha/5.2/01  pass -> fail  ')
      .and.to.include('profile tsirtsis-00, now rfc6245');
    expect(text)
      .to.match(/1 new\n {2}✘ ha\/5\.4\/01 {2}not there -> fail/)
      .and.to.match(/1 gone\n {2}– ha\/5\.2\/03/);
    expect(text).to.match(/1 regression, 1 fix, 1 new, 1 gone, 0 as before\n$/);
    expect(text).not.to.include('\u001b');
  });

  it('is Markdown that shows what a device has sent as it is', () => {
    const text = diffMarkdown(a, b);
    expect(text).to.match(/^## grespec: 1 regression, 1 fix, 1 new, 1 gone, 0 as before\n/);
    expect(text).to.include('| ha/5.2/01 | pass | fail |');
    for (const line of text.split('\n').filter((row) => row.startsWith('|'))) {
      expect(line.split('|')).to.have.length(6);
      expect(line.replaceAll('<br>', '')).not.to.match(/<\w/);
    }
  });

  it('says that a run was cut short', () => {
    const cut = { name: 'c.json', result: runOf([], { complete: false }) };
    expect(diffText(a, cut, plain)).to.include('c.json was cut short');
  });
});
