import { expect } from 'chai';
import { haFuzzFaults } from '../../src/dut/faults/ha-fuzz.js';
import { haVariants } from '../../src/dut/variants.js';
import { messageMode } from '../../src/fuzz/message-mode.js';
import { fuzzInMemory, inRange } from './in-memory.js';

const seed = 20_250_301;
/** Messages within which each fault has to be found. */
const enough = 6000;
/** Messages that a device without a fault has to survive. */
const bounded = 3000;

describe(`fuzzing the reference home agent (seed ${seed})`, () => {
  it(`finds nothing in ${bounded} messages, most of which pass the authentication check`, async () => {
    const { findings, lost, range } = await fuzzInMemory({ options: { seed, runs: bounded } });
    expect(findings).to.deep.equal([]);
    expect(lost).to.equal(false);
    expect(range.statistics.authentic).to.be.greaterThan(0.5);
    expect(range.statistics.outcomes.map(([name]) => name)).to.include.members([
      'request accepted 0',
      'frame delivered',
    ]);
  });

  it('sends the same messages for the same seed', async () => {
    const runs = await Promise.all([1, 1].map((own) => fuzzInMemory({ options: { seed: own, runs: 500 } })));
    const [first, second] = runs.map(({ range }) => range.statistics.outcomes);
    expect(first).to.deep.equal(second);
  });

  for (const { id } of haVariants) {
    it(`finds nothing wrong with the lawful variant ${id}`, async () => {
      const { findings, lost } = await fuzzInMemory({ device: { variant: id }, options: { seed, runs: 1000 } });
      expect(findings).to.deep.equal([]);
      expect(lost).to.equal(false);
    });
  }

  it('stops sending what kills the device once it has seen it often enough', async () => {
    const runs = 3000;
    await inRange({ device: { fault: 'crash-key-ones' } }, async (range, revive) => {
      const restarts: number[] = [];
      const { lost } = await messageMode(range, {
        ...{ seed, runs, signal: new AbortController().signal },
        revive: () => {
          restarts.push(range.statistics.sent);
          return revive();
        },
      });
      expect(lost).to.equal(false);
      expect(restarts).to.not.deep.equal([]);
      expect(restarts.filter((sent) => sent > runs / 2)).to.deep.equal([]);
    });
  });

  for (const { id } of haFuzzFaults) {
    it(`finds ${id}, in at most two messages`, async () => {
      const stop = new AbortController();
      const { findings } = await fuzzInMemory({
        device: { fault: id },
        options: { seed, runs: enough, signal: stop.signal, onFinding: () => stop.abort() },
      });
      const [first] = findings;
      expect(first?.confirmed).to.equal(true);
      expect(first?.plans?.length).to.be.within(1, 2);
    });
  }
});
