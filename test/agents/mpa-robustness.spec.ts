import { expect } from 'chai';
import type { MpaInput } from '../../src/agents/mpa-config.js';
import { macText } from '../../src/wire/text.js';
import { arpRequest, echo } from './ha-bench.js';
import { downGre, downL2, frameTo, gateway, ha, home, macOf, modes, MpaBench, naiOf, pingFrom } from './mpa-bench.js';

const seed = 20_250_101;
const inputs = 20_000;

/** A generator that is fast enough for many inputs; the seed alone decides. */
function randomOf(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Flips, cuts or repeats octets. */
function mutated(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const changed = bytes.slice();
  for (let i = random(4); i >= 0; i--) changed[random(changed.length)] = random(256);
  if (random(4) === 0) return changed.subarray(0, random(changed.length + 1));
  if (random(8) === 0) return Uint8Array.of(...changed, ...changed.subarray(random(changed.length)));
  return changed;
}

describe(`mobility proxy agent: whatever arrives (seed ${seed})`, () => {
  it(`survives ${inputs} random and mutated inputs, keeps its bounds, and still works`, () => {
    const random = randomOf(seed);
    const bench = new MpaBench({ maxDevices: 20, onDemand: { realm: 'example.org' } });
    modes.forEach((mode, i) => bench.registered(i + 1, mode, { lifetime: 1800 }));
    const udp = (payload: Uint8Array): MpaInput => ({
      kind: 'udp',
      local: { address: bench.config.address, port: 434 },
      remote: { address: ha, port: random(65536) },
      payload,
    });
    const some = (): number => 1 + random(modes.length + 20);
    const octets = (): Uint8Array => Uint8Array.from({ length: random(200) }, () => random(256));
    const reply = (): Uint8Array => Uint8Array.of(3, random(2) * 133, ...bench.last.payload.subarray(2));
    const makers: readonly (() => MpaInput)[] = [
      () => udp(octets()),
      () => udp(mutated(reply(), random)),
      () => ({ kind: 'packet', bytes: octets() }),
      () => ({ kind: 'packet', bytes: mutated(downGre(echo(gateway, home), 0x1000), random) }),
      () => ({ kind: 'packet', bytes: mutated(downL2(frameTo(macOf(some())), 0x1000), random) }),
      () => ({ kind: 'frame', link: 'access', bytes: octets() }),
      () => ({ kind: 'frame', link: 'access', bytes: mutated(pingFrom(some()), random) }),
      () => ({ kind: 'frame', link: 'access', bytes: mutated(arpRequest(macOf(some()), home, gateway), random) }),
      () => ({ kind: 'send', mac: macOf(some()), frame: octets() }),
      () => ({ kind: 'attach', nai: naiOf(some()), mac: macOf(some()), l2: random(2) === 0, key: 'own' }),
      () => ({ kind: 'detach', nai: naiOf(some()), mac: macOf(some()) }),
      () => ({ kind: 'timer' }),
    ];
    for (let i = 0; i < inputs; i++) {
      const maker = makers[random(makers.length)];
      if (maker) bench.input(maker());
      bench.now += random(50);
      expect(bench.agent.state.devices.size).at.most(20);
    }
    for (const { nai, mac } of [...bench.agent.state.devices.all()]) {
      bench.input({ kind: 'detach', nai, mac: macText(mac) });
    }
    bench.wait(60_000);
    expect(bench.agent.state.devices.size).equal(0);
    bench.registered(99);
    expect(bench.isRegistered(99)).equal(true);
  });

  it('keeps a bounded memory of nodes that come and go', () => {
    const bench = new MpaBench({ keyQuarantine: 0 });
    for (let i = 0; i < 70_000; i++) {
      const identity = { nai: `n${i}`, mac: macOf(1) } as const;
      bench.agent.step({ kind: 'attach', ...identity, l2: true, key: 'own' }, bench.now);
      bench.agent.step({ kind: 'detach', ...identity }, bench.now);
      bench.now += 60_000;
      for (let j = 0; j < 5; j++) bench.agent.step({ kind: 'timer' }, bench.now);
    }
    expect(bench.agent.state.clocks.size).at.most(1 << 16);
    expect(bench.agent.state.devices.size).at.most(1);
  });
});
