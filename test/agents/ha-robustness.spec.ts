import { expect } from 'chai';
import fc from 'fast-check';
import type { AgentInput } from '../../src/agents/agent.js';
import {
  arpRequest,
  Bench,
  coa,
  echo,
  frame,
  gateway,
  gatewayMac,
  ha,
  inGre,
  inIp,
  inL2,
  keyOf,
  otherCoa,
} from './ha-bench.js';

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

/** Flips, cuts, repeats or replaces octets. */
function mutated(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const changed = bytes.slice();
  for (let i = random(4); i >= 0; i--) changed[random(changed.length)] = random(4) === 0 ? 255 : random(256);
  if (random(4) === 0) return changed.subarray(0, random(changed.length + 1));
  if (random(8) === 0) return Uint8Array.of(...changed, ...changed.subarray(random(changed.length)));
  return changed;
}

/** What `work` takes of the processor's time, in milliseconds: other programs on the machine do not count. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe(`home agent: whatever arrives (seed ${seed})`, () => {
  it(`survives ${inputs} random and mutated inputs, keeps its bounds, and still works`, () => {
    const random = randomOf(seed);
    const bench = new Bench({ maxBindings: 50 });
    const l2 = bench.register({ nai: 'l2@example.org', key: 0, a: true, lifetime: 1800 });
    const l3 = bench.register({ nai: 'l3@example.org', key: 0, lifetime: 1800 });
    const home = l3?.homeAddress ?? '';
    const udp = (payload: Uint8Array): AgentInput => ({
      kind: 'udp',
      local: { address: random(10) === 0 ? '192.0.2.255' : ha, port: 434 },
      remote: { address: coa, port: random(65536) },
      payload,
    });
    const packet = (bytes: Uint8Array): AgentInput => ({ kind: 'packet', bytes });
    const someFrame = (): Uint8Array => frame('02:00:00:00:00:01', gatewayMac, echo('10.99.0.130', gateway));
    const makers: readonly (() => AgentInput)[] = [
      () => udp(Uint8Array.from({ length: random(200) }, () => random(256))),
      () => packet(Uint8Array.from({ length: random(200) }, () => random(256))),
      () => udp(mutated(bench.request({ key: random(3), a: random(2) === 1 }), random)),
      () =>
        udp(
          bench.request({
            list: [
              { name: 'raw', type: 131, data: mutated(new Uint8Array(20), random) },
              { name: 'mnHa', spi: 256 },
            ],
          }),
        ),
      // right in all but what the mobile node may choose: these fill the tables
      () =>
        udp(
          bench.request({
            nai: `mn${random(1000)}@example.org`,
            key: random(3),
            a: random(2) === 1,
            careOfAddress: otherCoa,
            lifetime: random(100),
            simultaneous: random(2) === 1,
          }),
        ),
      () => packet(mutated(inGre(echo(home, gateway), { key: keyOf(l3), sequence: random(2 ** 32) }), random)),
      () => packet(inGre(mutated(echo(home, gateway), random), { key: keyOf(l3) })),
      () => packet(mutated(inIp(echo(home, gateway)), random)),
      () => packet(inL2(mutated(someFrame(), random), keyOf(l2))),
      () => packet(inL2(mutated(arpRequest('02:00:00:00:00:01', '10.99.0.130', gateway), random), keyOf(l2))),
      () => ({ kind: 'frame', link: '', bytes: someFrame() }),
      () => ({ kind: 'timer' }),
    ];
    for (let i = 0; i < inputs; i++) {
      bench.now += random(20);
      const input = makers[random(makers.length)]?.();
      if (input) bench.agent.step(input, bench.now);
    }
    const { bindings, bridge, keys, timestamps } = bench.agent.state;
    expect(bindings.size).to.be.at.most(50);
    expect(bindings.nodes).to.be.at.most(50);
    expect(keys.size).to.be.at.most(100);
    expect(bridge.size).to.be.at.most(1 + 64 * 50);
    expect(timestamps.size).to.be.at.most(100);
    expect(bench.code({ nai: 'l3@example.org', lifetime: 10 })).to.equal(0);
    bench.wait(2_000_000);
    expect(bindings.size).to.equal(0);
    expect(bindings.nodes).to.equal(0);
    expect(keys.size).to.equal(0);
    expect(bridge.size, 'the gateway alone').to.equal(1);
  });

  it('answers nothing to octets that are no request', () => {
    const bench = new Bench();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (payload) => {
        if (payload.length >= 24 && payload[0] === 1) return;
        expect(bench.send(payload)).to.deep.equal([]);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('holds 20 000 L2 bindings and finds each as if it were alone', () => {
    const bench = new Bench({ maxBindings: 20_000 });
    const careOfAddress = (i: number): string => `198.51.${(i >> 8) & 127}.9`;
    const add = (i: number): number =>
      keyOf(bench.register({ nai: `mn${i}@example.org`, key: 0, a: true, careOfAddress: careOfAddress(i) }));
    /** What 2000 packets of one node take. */
    const upTo = (key: number, i: number): number => {
      const up = inL2(frame('02:00:00:00:00:01', gatewayMac, echo('10.99.0.130', gateway)), key, careOfAddress(i));
      return processorTime(() => {
        for (let n = 0; n < 2000; n++) expect(bench.packet(up)).to.have.length(1);
      });
    };
    const first = add(0);
    upTo(first, 0); // compiled first
    const alone = upTo(first, 0);
    let last = 0;
    const registering = processorTime(() => {
      for (let i = 1; i < 20_000; i++) last = add(i);
    });
    expect(bench.bindings).to.equal(20_000);
    expect(bench.code({ nai: 'late@example.org' })).to.equal(130);
    expect(upTo(last, 19_999), '2000 packets among many, in milliseconds').to.be.below(10 * alone);
    const expiring = processorTime(() => void bench.wait(60_000));
    expect(bench.bindings).to.equal(0);
    expect(registering + expiring, 'all, in milliseconds').to.be.below(50_000);
  });
});
