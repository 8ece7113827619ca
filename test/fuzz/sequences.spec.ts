import { expect } from 'chai';
import type { FuzzOutcome } from '../../src/fuzz/message-mode.js';
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

  for (const fault of ['wrong-key-accepted', 'renewal-rekeys', 'l2-keys-shared', 'authentication-not-checked']) {
    it(`finds ${fault}, and makes the sequence short`, async () => {
      const [first] = (await sequencesOf({ fault }, 100)).findings;
      expect(first?.commands?.length).to.be.within(1, 4);
    });
  }
});
