/** What becomes of the packet inside: RFC 2784 §3.1, and of fragments: §4. */
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import type { Probe } from '../../src/tester/probe.js';
import { connected, enters, sendBetween } from '../../src/tester/reach.js';
import type { Mode } from '../../src/tester/request.js';
import { icmpTypes } from '../../src/wire/icmp.js';

const gre = { needs: ['greKeys'], tunnel: true } as const;
const normal = ({ a }: Mode): boolean => a !== true;
const usualTtl = 64;
/** The headers of IP and ICMP, and the cookie. */
const overhead = 36;

async function pair(t: CaseContext, mode: Mode): Promise<readonly [MobileNode, MobileNode]> {
  return [await t.registered(mode), await t.registered(mode)];
}

export const greForwarding = section('ha/gre', { document: 'rfc2784', section: '3.1' }, (test) => {
  test('20', 'MUST lower the TTL of what it forwards out of the tunnel', { ...gre, covers: ['GR-09'] }, (t) =>
    t.eachMode(async (mode) => {
      const { frame } = await connected(t, ...(await pair(t, mode)));
      const ttl = frame.inner?.ttl ?? 0;
      if (ttl >= usualTtl) t.recorder.blame(frame.bytes);
      t.demand('GR-09', ttl < usualTtl, `a TTL below ${usualTtl}`, String(ttl));
    }, normal),
  );

  test('21', 'MUST NOT forward what comes out of the tunnel with TTL 1', { ...gre, covers: ['GR-09'] }, (t) =>
    t.eachMode(async (mode) => {
      const [from, to] = await pair(t, mode);
      await connected(t, from, to);
      const send = (probe: Probe): void => sendBetween(from, to, probe, { inner: { ttl: 1 } });
      await t.drops('GR-09', 'a packet with TTL 1', send, from, enters(to));
    }, normal),
  );

  test('22', 'MUST drop packets whose inner destination is the care-of address', { ...gre, covers: ['GR-10'] }, (t) =>
    t.eachMode(async (mode) => {
      const mn = await t.registered(mode);
      await t.carries(mn);
      const back: Probe[] = [];
      const what = `a packet to ${mn.station.address} inside the tunnel from there`;
      const send = (probe: Probe): void => {
        back.push(probe);
        mn.tunnel(mn.echo(mn.station.address, probe.payload()), '');
      };
      await t.drops('GR-10', what, send, mn);
      // it may also come as it is, outside of any tunnel
      const plain = back.flatMap((probe) => probe.strays.all).find(({ type }) => type === icmpTypes.echo);
      if (plain) t.recorder.blame(plain.bytes);
      t.demand('GR-10', !plain, `${what} to be dropped`, `it came back from ${plain?.from}`);
    }, normal),
  );
});

export const greDelivery = section('ha/gre', { document: 'rfc2784', section: '4' }, (test) => {
  for (const [number, size] of [
    ['23', 1600],
    ['24', 3000],
  ] as const) {
    test(
      number,
      `MUST put fragments together when the packet inside has ${size} octets`,
      { ...gre, covers: ['GR-16'] },
      (t) =>
        t.eachMode(async (mode) => {
          const mn = await t.registered(mode);
          const small = { padding: 600 - overhead };
          await t.carries(mn, small);
          await t.passes(mn, 'GR-16', { ...small, fragment: 400 });
          const arrival = await t.passes(mn, 'GR-16', { padding: size - overhead, fragment: 1000 });
          const { dontFragment } = arrival.frame.outer;
          t.note(`the answer comes ${dontFragment ? 'with' : 'without'} "don't fragment" in the outer header`);
        }, normal),
    );
  }
});
