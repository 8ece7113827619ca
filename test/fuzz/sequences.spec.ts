import { expect } from 'chai';
import type { FuzzOutcome } from '../../src/fuzz/message-mode.js';
import { caseIn, fileOf, repeatCase } from '../../src/fuzz/repeat.js';
import { sequenceMode } from '../../src/fuzz/sequence-mode.js';
import { haVariants } from '../../src/dut/variants.js';
import type { HomeAgentOptions } from '../../src/dut/ha.js';
import { type MemoryNet, memoryNet } from '../../src/net/memory.js';
import type { Net } from '../../src/net/port.js';
import { ipv4Number } from '../../src/wire/text.js';
import { haConfig } from '../tester/in-memory.js';
import { inRange } from './in-memory.js';

const seed = 20_250_303;
const sequencesOf = (device: Partial<HomeAgentOptions>, runs: number): Promise<FuzzOutcome> =>
  inRange({ device }, (range, revive) =>
    sequenceMode(range, { seed, runs, revive, signal: new AbortController().signal }),
  );

/** A network on which the device hears nothing for so many milliseconds once a mobile node has moved, unless started anew. */
function dyingOfMoves(forTime = Infinity): MemoryNet {
  const net = memoryNet();
  const second = ipv4Number(haConfig.local[1] ?? '');
  const openUdp: Net['openUdp'] = (local, receive) => {
    let deadUntil = -Infinity;
    return net.device.openUdp(local, (datagram) => {
      const { payload } = datagram;
      const careOf = payload.length < 16 ? 0 : new DataView(payload.buffer, payload.byteOffset).getUint32(12);
      const now = net.clock.now();
      if (careOf === second && now >= deadUntil) deadUntil = now + forTime;
      if (now >= deadUntil) receive(datagram);
    });
  };
  return { ...net, device: { ...net.device, openUdp } };
}

describe(`sequences against the reference home agent (seed ${seed})`, () => {
  it('finds nothing wrong with it', async () => {
    expect((await sequencesOf({}, 100)).findings).to.deep.equal([]);
  });

  for (const { id } of haVariants) {
    it(`finds nothing wrong with the lawful variant ${id}`, async () => {
      expect((await sequencesOf({ variant: id }, 15)).findings).to.deep.equal([]);
    });
  }

  describe('of which one ends the device', () => {
    it('finds it among those under way, where the device can be brought back', async () => {
      const { findings, lost, unrepeatable } = await inRange({ net: dyingOfMoves() }, (range, revive) =>
        sequenceMode(range, { seed, runs: 200, revive, signal: new AbortController().signal }),
      );
      expect(findings.map((f) => [f.requirement, f.confirmed])).to.deep.equal([['HA-32', true]]);
      expect(findings[0]?.steps?.map(({ step }) => step)).to.deep.equal(['register', 'move']);
      expect(unrepeatable).to.deep.equal([]);
      expect(lost).to.equal(false);
    });

    it('finds what makes it hang for a while, though nobody brings it back', async () => {
      const { findings, lost } = await inRange({ net: dyingOfMoves(7000) }, (range) =>
        sequenceMode(range, { seed, runs: 100, signal: new AbortController().signal }),
      );
      expect(findings[0]).to.include({ requirement: 'HA-32', confirmed: true });
      expect(lost).to.equal(false);
    });

    it('tells all that were under way, in the order of time, where it cannot', async () => {
      const { findings, lost } = await inRange({ net: dyingOfMoves() }, (range) =>
        sequenceMode(range, { seed, runs: 200, signal: new AbortController().signal }),
      );
      expect(findings.map((f) => [f.requirement, f.confirmed])).to.deep.equal([['HA-32', false]]);
      expect(lost).to.equal(true);
      const [first] = findings;
      const again = first && caseIn(JSON.stringify(fileOf(first, '')));
      const seen = again && (await inRange({ net: dyingOfMoves() }, (range) => repeatCase(range, again)));
      expect(seen?.map((s) => s.requirement)).to.deep.equal(['HA-32']);
    });
  });

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
