import { expect } from 'chai';
import { mostShards, numberOf, seedOf, type Shard, within } from '../../src/spec/shard.js';
import { HostAddresses } from '../../src/tester/home.js';
import { runIdOf } from '../../src/tester/run-id.js';
import { dealCases, unseenIn } from '../../src/tester/shard.js';
import { sections } from '../../suites/index.js';
import { haConfig, runInMemory } from './in-memory.js';

const shardsOf = (total: number): Shard[] => Array.from({ length: total }, (_, i) => ({ index: i + 1, total }));

/** Throws when two lists have something in common. */
function expectDisjoint(lists: readonly (readonly unknown[])[]): void {
  const all = lists.flatMap((list) => [...new Set(list)]);
  expect(new Set(all).size).to.equal(all.length);
}

describe('shards', () => {
  const cases = sections.flatMap((section) => section.cases).filter(({ dut }) => dut === 'ha');

  for (const total of [1, 2, 3, 7, mostShards]) {
    it(`${total} of them have every case once, but for those that judge the whole run`, () => {
      const dealt = shardsOf(total).map((shard) => dealCases(cases, shard));
      expectDisjoint(dealt.map((own) => own.filter(({ wholeRun }) => !wholeRun).map(({ id }) => id)));
      expect(new Set(dealt.flat()).size).to.equal(cases.length);
      const judging = cases.filter(({ wholeRun }) => wholeRun).length;
      for (const own of dealt) expect(own.filter(({ wholeRun }) => wholeRun)).to.have.length(judging);
      const sizes = dealt.map((own) => own.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).to.be.at.most(1);
    });

    it(`${total} of them count without meeting, also in a small room`, () => {
      const counted = (room: number): number[][] =>
        shardsOf(total).map((shard) => Array.from({ length: 500 }, (_, k) => within(numberOf(k, shard), room, shard)));
      for (const room of [100, 120, 220, 0xffff, 2 ** 32]) expectDisjoint(counted(room));
    });

    it(`${total} of them use other addresses of the home network`, () => {
      const taken = ['10.99.0.250', '10.99.0.200'];
      const used = shardsOf(total).map((shard) => {
        const addresses = new HostAddresses('10.99.0.0/24', (address) => taken.includes(address), shard);
        return Array.from({ length: 300 }, () => addresses.next());
      });
      expectDisjoint(used);
      for (const address of used.flat()) expect(taken).not.to.include(address);
    });
  }

  it('give a selection that only judges the whole run to the first of them', () => {
    const judging = cases.filter(({ wholeRun }) => wholeRun);
    const [first, second] = shardsOf(2).map((shard) => dealCases(judging, shard));
    expect(first).to.deep.equal(judging);
    expect(second).to.deep.equal([]);
  });

  it('draw different random numbers, and name their nodes differently even at the same moment', () => {
    expectDisjoint(shardsOf(mostShards).map((shard) => [seedOf(7, shard)]));
    const clock = { now: () => 5, setTimer: () => ({ cancel: () => undefined }) };
    const random = { uint32: () => 9 };
    expectDisjoint(shardsOf(3).map((shard) => [runIdOf({ ...haConfig, shard }, clock, random)]));
  });

  it('send NAIs and home addresses that no other shard sends', async () => {
    const select = ['ha/5.2', 'ha/7'];
    const sent = await Promise.all(
      shardsOf(2).map(async (shard) => {
        const { cases: results } = await runInMemory({ select, config: { ...haConfig, shard, seed: 3 } });
        const own = results.flatMap(({ frames }) => frames.filter(({ direction }) => direction === 'sent'));
        return own.flatMap(({ summary }) => summary.match(/mn\d+-\w+@/g) ?? []);
      }),
    );
    for (const names of sent) expect(names.length).to.be.above(50);
    expectDisjoint(sent);
  });

  it('leave open what only all of them can tell', async () => {
    const shard = { index: 2, total: 4 };
    const { cases: results } = await runInMemory({ select: ['ha/rfc3344-5.7/13'], config: { ...haConfig, shard } });
    expect(results.map(({ verdict, wholeRun, reason }) => ({ verdict, wholeRun, reason }))).to.deep.equal([
      { verdict: 'skip', wholeRun: true, reason: unseenIn(shard) },
    ]);
  });
});
