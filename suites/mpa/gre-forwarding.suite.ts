/** What becomes of the packet inside at the proxy agent: RFC 2784 §3.1, and of fragments: §4. */
import { mpaSection } from '../../src/tester/case.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import type { Probe } from '../../src/tester/probe.js';
import type { Mode } from '../../src/tester/request.js';
import { onesComplement } from '../../src/wire/checksum.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { decode } from '../../src/wire/layout.js';

const gre = { needs: ['greKeys'], tunnel: true } as const;
/** In L2 mode the proxy agent bridges: RFC 2784 §3.1 speaks of IPv4 payloads. */
const normal = ({ a }: Mode): boolean => a !== true;
const usualTtl = 64;
/** The headers of IP and UDP, and the cookie. */
const overhead = 36;

/** The TTL of the packet in an Ethernet frame; undefined when there is none. */
function ttlIn(frame: Uint8Array): number | undefined {
  const link = decode(ethernet, frame);
  const packet = link.ok ? decode(ipv4, link.value.payload) : undefined;
  return packet?.ok ? packet.value.ttl : undefined;
}

export const proxyGreForwarding = mpaSection('mpa/gre', { document: 'rfc2784', section: '3.1' }, (test) => {
  test('20', 'MUST lower the TTL of what it forwards out of the tunnel', { ...gre, covers: ['GR-09'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const { bytes } = await t.carriesDown(await t.attached(mode), { inner: { ttl: usualTtl } });
      const ttl = ttlIn(bytes);
      if (ttl === undefined) return t.undecided('the packet on the access link cannot be read');
      if (ttl >= usualTtl) t.recorder.blame(bytes);
      t.demand('GR-09', ttl < usualTtl, `a TTL below ${usualTtl} on the access link`, String(ttl));
    }, normal),
  );

  test('21', 'MUST NOT forward what comes out of the tunnel with TTL 1 or less', { ...gre, covers: ['GR-09'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      await t.carriesDown(node);
      for (const ttl of [1, 0]) {
        const send = (probe: Probe): void => t.sendDown(node, probe, { inner: { ttl } });
        await t.nothingDown('GR-09', `a packet with TTL ${ttl}`, send, node);
      }
    }, normal),
  );

  test('31', 'MUST leave the header checksum of what it forwards right', { ...gre, covers: ['GR-09'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      await t.carriesDown(node);
      for (const [what, options] of [
        ['a packet', new Uint8Array(0)],
        ['a packet with options', Uint8Array.of(1, 1, 1, 0)], // RFC 791 §3.1: no operation, and the end of the list
      ] as const) {
        const { bytes } = await t.down(node, 'GR-09', { what, inner: { options } });
        const header = bytes.subarray(14, 34 + options.length);
        const isRight = onesComplement(header) === 0;
        if (!isRight) t.recorder.blame(bytes);
        t.demand('GR-09', isRight, `the header checksum of ${what} right on the access link`, 'a wrong one');
      }
    }, normal),
  );

  test('22', 'MUST drop packets whose inner destination is the home agent', { ...gre, covers: ['GR-10'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      await t.carriesDown(node);
      const { address } = t.granted(node).station;
      const what = `a packet to ${address} inside the tunnel from there`;
      const sent: Probe[] = [];
      const send = (probe: Probe): void => {
        sent.push(probe);
        t.sendDown(node, probe, { to: { ip: address } });
      };
      await t.nothingDown('GR-10', what, send, node);
      const back = sent.flatMap((probe) => probe.arrivals.all)[0];
      if (back) t.recorder.blame(back.frame.bytes);
      t.demand('GR-10', !back, `${what} to be dropped`, 'it came back through the tunnel');
    }, normal),
  );
});

export const proxyGreDelivery = mpaSection('mpa/gre', { document: 'rfc2784', section: '4' }, (test) => {
  for (const [number, size, fragment] of [
    ['23', 600, 400],
    ['24', 1480, 1000], // fits into a frame of the access link, but not with its tunnel headers into one packet
  ] as const) {
    test(
      number,
      `MUST put fragments together when the packet inside has ${size} octets`,
      { ...gre, covers: ['GR-16'] },
      (t) => t.eachMode((mode) => fragmented(t, mode, size - overhead, fragment)),
    );
  }
});

/** A small packet arrives whole, and then this one in fragments. */
async function fragmented(t: MpaContext, mode: Mode, padding: number, fragment: number): Promise<void> {
  t.needAccess();
  const node = await t.attached(mode);
  await t.carriesDown(node);
  const { bytes } = await t.down(node, 'GR-16', { padding, fragment });
  const whole = t.isWhole(bytes, padding);
  if (!whole) t.recorder.blame(bytes);
  t.demand('GR-16', whole, 'all octets of the packet on the access link', 'others, or fewer');
}
