import { expect } from 'chai';
import { tunnelFaults } from '../../src/dut/faults/ha-data-plane.js';
import { haVariants } from '../../src/dut/variants.js';
import { memoryNet, type MemoryNet } from '../../src/net/memory.js';
import { readTunnelFrame } from '../../src/oracle/frame.js';
import type { CaseResult } from '../../src/report/result.js';
import { innerOf } from '../../src/tester/inner.js';
import { arp } from '../../src/wire/arp.js';
import { etherTypes } from '../../src/wire/gre.js';
import { decode } from '../../src/wire/layout.js';
import { decidable, haCases, haConfig, runInMemory } from './in-memory.js';

const own = ['ha/tunnel/', 'ha/gre/'];
const ownCases = haCases.filter(({ id }) => own.some((prefix) => id.startsWith(prefix)));

/** One line for each case that did not simply pass. */
const blemishes = (cases: readonly CaseResult[]): string[] =>
  cases.flatMap((c) =>
    c.verdict === 'pass' ? [] : [`${c.verdict} ${c.id}: ${c.reason} | ${c.expected} | ${c.actual}`],
  );

/** Who the packet in a tunnel packet of the home agent comes from; undefined for anything else. */
function innerSource(bytes: Uint8Array): string | undefined {
  const frame = readTunnelFrame(bytes, 0);
  if (frame?.outer.source !== haConfig.target.address) return undefined;
  const { link, packet } = innerOf(frame);
  if (link?.etherType !== etherTypes.arp) return packet?.source;
  const message = decode(arp, link.payload);
  return message.ok ? message.value.senderIp : undefined;
}

const gateways: ReadonlySet<string> = new Set(['10.99.0.1', haConfig.target.address]);

/** A network on which what certain hosts sent is lost when it comes out of the home agent. */
function netWithout(isLost: (source: string) => boolean): MemoryNet {
  const net = memoryNet();
  net.intercept(({ bytes }) => {
    const source = innerSource(bytes);
    return source !== undefined && isLost(source) ? 'drop' : undefined;
  });
  return net;
}

describe('the suites of tunnels and GRE', () => {
  it('pass on the reference home agent', async () => {
    const { cases } = await runInMemory({ select: own });
    expect(cases).to.have.length(ownCases.length);
    expect(blemishes(cases)).to.deep.equal([]);
  });

  for (const variant of haVariants) {
    it(`object to nothing where a home agent may choose: ${variant.id}`, async () => {
      const { cases } = await runInMemory({ select: own, device: { variant: variant.id } });
      expect(blemishes(decidable(variant.id, cases))).to.deep.equal([]);
    });
  }

  for (const fault of tunnelFaults) {
    it(`notice ${fault.id} in a case of ${fault.breaks}`, async () => {
      const covering = ownCases.filter(({ covers }) => covers.some((id) => id === fault.breaks)).map(({ id }) => id);
      const { cases } = await runInMemory({ select: covering, device: { fault: fault.id } });
      const red = cases.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
      expect(red.map(({ id }) => id)).to.not.deep.equal([], blemishes(cases).join('\n'));
    });
  }

  describe('without a gateway', () => {
    const { gateway: _, ...pixit } = haConfig.pixit;

    it('find one that is not named', async () => {
      const { cases } = await runInMemory({ select: own, config: { pixit } });
      expect(blemishes(cases)).to.deep.equal([]);
    });

    it('pass with another MN in its place', async () => {
      const net = netWithout((source) => gateways.has(source));
      const { cases } = await runInMemory({ select: own, config: { pixit }, net });
      expect(cases.filter(({ verdict }) => verdict === 'pass').length).to.be.greaterThan(ownCases.length / 2);
      expect(blemishes(cases).filter((line) => !line.startsWith('inconclusive'))).to.deep.equal([]);
    });

    it('decide nothing where MNs cannot reach each other either', async () => {
      const { cases } = await runInMemory({ select: own, config: { pixit }, net: netWithout(() => true) });
      expect(blemishes(cases).filter((line) => !line.startsWith('inconclusive'))).to.deep.equal([]);
    });
  });

  it('do not blame a device that passes nothing from MN to MN', async () => {
    const { cases } = await runInMemory({ select: own, net: netWithout((source) => !gateways.has(source)) });
    expect(cases.filter(({ verdict }) => verdict === 'pass').length).to.be.greaterThan(ownCases.length / 2);
    expect(blemishes(cases).filter((line) => !line.startsWith('inconclusive'))).to.deep.equal([]);
  });
});
