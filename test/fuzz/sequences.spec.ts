import { expect } from 'chai';
import type { FuzzOutcome } from '../../src/fuzz/message-mode.js';
import { caseIn, fileOf, repeatCase } from '../../src/fuzz/repeat.js';
import { sequenceMode } from '../../src/fuzz/sequence-mode.js';
import { haVariants } from '../../src/dut/variants.js';
import type { HomeAgentOptions } from '../../src/dut/ha.js';
import { inRange } from './in-memory.js';

const seed = 20_250_303;
const sequencesOf = (device: Partial<HomeAgentOptions>, runs: number): Promise<FuzzOutcome> =>
  inRange({ device }, (range, revive) =>
    sequenceMode(range, { seed, runs, revive, signal: new AbortController().signal }),
  );

describe(`sequences against the reference home agent (seed ${seed})`, function () {
  this.timeout(60_000);

  it('finds nothing wrong with it', async () => {
    expect((await sequencesOf({}, 100)).findings).to.deep.equal([]);
  });

  for (const { id } of haVariants) {
    it(`finds nothing wrong with the lawful variant ${id}`, async () => {
      expect((await sequencesOf({ variant: id }, 15)).findings).to.deep.equal([]);
    });
  }

  for (const fault of [
    ...['wrong-key-accepted', 'renewal-rekeys', 'l2-keys-shared', 'authentication-not-checked'],
    ...['expiry-ignored', 'deregistration-ignored'],
  ]) {
    it(`finds ${fault}, makes the sequence short, and shows it again from the file`, async () => {
      await inRange({ device: { fault } }, async (range, revive) => {
        const stop = new AbortController();
        const { findings } = await sequenceMode(range, {
          ...{ seed, runs: 200, revive, signal: stop.signal },
          onFinding: () => stop.abort(),
        });
        const [first] = findings;
        expect(first?.steps?.length).to.be.within(1, 4);
        expect(first?.frames).to.not.deep.equal([]);
        const again = first && caseIn(JSON.stringify(fileOf(first, '')));
        const seen = again && (await repeatCase(range, again));
        expect(seen?.map((s) => s.requirement)).to.deep.equal([first?.requirement]);
      });
    });
  }
});
