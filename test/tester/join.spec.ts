import { expect } from 'chai';
import type { CaseResult, RunResult } from '../../src/report/result.js';
import { exitCodeOf } from '../../src/report/totals.js';
import { joinRuns, type Joined, type NamedRun } from '../../src/tester/join.js';
import { unseenIn } from '../../src/tester/shard.js';
import { failed, passed, runOf, undecided, warned } from '../report/sample.js';

const judged: CaseResult = { ...passed, id: 'ha/4/06', wholeRun: true };

function shard(index: number, cases: readonly CaseResult[], run: Partial<RunResult['run']> = {}, total = 2): NamedRun {
  return { name: `${index}.json`, result: runOf(cases, { shard: { index, total }, ...run }) };
}

function join(first: NamedRun, ...others: readonly NamedRun[]): Joined {
  return joinRuns([first, ...others], ['ha/4/06', passed.id, failed.id, warned.id]);
}

function joined(first: NamedRun, ...others: readonly NamedRun[]): RunResult {
  const result = join(first, ...others);
  if (!result.ok) throw new Error(result.issue);
  return result.result;
}

describe('runs joined', () => {
  it('have the cases in the order of the suites, counts and ledger of their own, and the time of all', () => {
    const run = joined(
      shard(2, [failed, undecided], { startedAt: '2024-05-06T07:08:10.000Z', durationMs: 5000 }),
      shard(1, [passed], { startedAt: '2024-05-06T07:08:08.000Z', durationMs: 1000 }),
    );
    expect(run.cases.map(({ id }) => id)).to.deep.equal([passed.id, failed.id, undecided.id]);
    expect(run.totals).to.include({ pass: 1, fail: 1, inconclusive: 1 });
    expect(run.ledger.find(({ requirement }) => requirement === 'TS-12')?.cases).to.have.length(2);
    expect(run.run).to.include({ startedAt: '2024-05-06T07:08:08.000Z', durationMs: 7000, complete: true });
    expect(run.run).not.to.have.property('shard');
    expect(exitCodeOf(run)).to.equal(1);
  });

  it('are not complete while a shard is missing or was cut short, and then no success', () => {
    const missing = join(shard(1, [passed]));
    if (!missing.ok) throw new Error(missing.issue);
    expect(missing.result.run.complete).to.equal(false);
    expect(missing.notes.join()).to.include('these are missing: 2');
    expect(exitCodeOf(missing.result)).to.equal(4);
    const cut = joined(shard(1, [passed]), shard(2, [], { complete: false }));
    expect(cut.run.complete).to.equal(false);
    expect(exitCodeOf(cut)).to.equal(4);
  });

  it('take the worst of what judges the whole run, and say where it was seen', () => {
    const bad: CaseResult = { ...judged, verdict: 'fail', reason: 'TS-12 (MUST): no' };
    const run = joined(shard(1, [judged]), shard(2, [bad]));
    expect(run.cases).to.have.length(1);
    expect(run.cases[0]).to.include({ verdict: 'fail', reason: 'TS-12 (MUST): no (shard 2 of 2)' });
    const good = joined(shard(1, [judged]), shard(2, [{ ...judged, durationMs: 900 }]));
    expect(good.cases[0]).to.include({ verdict: 'pass', durationMs: 900 });
  });

  it('leave open what no shard saw, and only that', () => {
    const unseen = (index: number): CaseResult => ({
      ...judged,
      verdict: 'skip',
      reason: unseenIn({ index, total: 2 }),
    });
    expect(joined(shard(1, [unseen(1)]), shard(2, [unseen(2)])).cases[0]?.verdict).to.equal('inconclusive');
    expect(joined(shard(1, [unseen(1)]), shard(2, [judged])).cases[0]?.verdict).to.equal('pass');
    const skipped: CaseResult = { ...judged, verdict: 'skip', reason: 'PICS l2 is false' };
    expect(joined(shard(1, [skipped]), shard(2, [skipped])).cases[0]).to.include({ reason: 'PICS l2 is false' });
  });

  it('may be selections run one by one, of the same device', () => {
    const [a, b] = [passed, failed].map((one, i) => ({
      name: `${i}.json`,
      result: runOf([one], { selection: [one.id] }),
    }));
    if (!a || !b) throw new Error('two runs');
    expect(joined(a, b).run.selection).to.deep.equal([passed.id, failed.id]);
  });

  it('of shards may each have had a device of their own', () => {
    const run = joined(
      shard(1, [passed], { target: '192.0.2.1:434' }),
      shard(2, [failed], { target: '192.0.2.2:434' }),
    );
    expect(run.run.target).to.equal('192.0.2.1:434, 192.0.2.2:434');
  });

  for (const [what, a, b, issue] of [
    [
      'of another profile',
      shard(1, []),
      shard(2, [], { profile: 'rfc6245' }),
      'profile differs: "tsirtsis-00" in 1.json',
    ],
    ['of another role', shard(1, []), shard(2, [], { as: 'ha' }), 'role of the tester differs'],
    ['with other knobs', shard(1, []), shard(2, [], { knobs: {} }), 'set of knobs differs'],
    ['of another strictness', shard(1, []), shard(2, [], { strict: true }), 'strictness differs'],
    ['of another selection', shard(1, []), shard(2, [], { selection: ['ha/5'] }), 'selection differs'],
    ['of other shards', shard(1, []), shard(2, [], {}, 3), 'number of shards differs: 2 in 1.json, 3 in 2.json'],
    ['of the same shard', shard(1, []), { ...shard(1, []), name: 'b.json' }, '1.json and b.json are both shard 1 of 2'],
    ['with the same case', shard(1, [passed]), shard(2, [passed]), `the case ${passed.id} is in 1.json and in 2.json`],
    [
      'of another version',
      shard(1, []),
      { name: '2.json', result: { ...shard(2, []).result, tool: { name: 'grespec', version: '9' } } },
      'version of grespec differs',
    ],
    [
      'of another device',
      { name: 'a', result: runOf([]) },
      { name: 'b', result: runOf([], { target: 'x' }) },
      'target differs',
    ],
  ] as const) {
    it(`are refused when one is ${what}`, () => {
      const result = join(a, b);
      expect(result.ok).to.equal(false);
      expect(result.ok ? '' : result.issue).to.include(issue);
    });
  }
});
