/** What packets the tunnels carry, RFC 3344 §4.2.3: whatever is sent to a HoA, of any protocol and in fragments too. */
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import type { Probe } from '../../src/tester/probe.js';
import { connected, enters, packetTunnels } from '../../src/tester/reach.js';
import type { Mode } from '../../src/tester/request.js';
import { fragmentPacket } from '../../src/wire/fragment.js';
import { ipProtocols, ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { toHex } from '../../src/wire/text.js';
import { udp } from '../../src/wire/udp.js';

const discard = 9;
/** How often a packet is sent before its loss is believed. */
const attempts = 3;
/** The whole datagram has 56 octets behind its header; the first fragment of two takes 32 of them. */
const [shortMtu, padding] = [52, 8] as const;

interface Form {
  readonly name: string;
  readonly protocol: number;
  /** At most this many octets in one packet. */
  readonly mtu?: number;
}

/** RFC 4303 is protocol 50; RFC 3692 has 253 for experiments: no filter can know it, and a forwarder need not. */
const forms: readonly Form[] = [
  { name: 'a UDP datagram without checksum', protocol: ipProtocols.udp },
  { name: 'a GRE packet', protocol: ipProtocols.gre },
  { name: 'an ESP packet', protocol: 50 },
  { name: 'a packet of protocol 253', protocol: 253 },
  { name: 'a datagram in two fragments', protocol: ipProtocols.udp, mtu: shortMtu },
];

/** The cookie stands in each half, so that either fragment is known alone. */
function payloadOf({ protocol }: Form, probe: Probe): Uint8Array {
  const data = new Uint8Array([...probe.payload(padding), ...probe.payload(padding), ...probe.payload(padding)]);
  if (protocol === ipProtocols.udp) {
    return encode(udp, { sourcePort: discard, destinationPort: discard, payload: data, checksum: 0 });
  }
  return new Uint8Array([0, 0, 8, 0, 0, 0, 0, 1, ...data]); // the header of GRE without options, or what ESP begins with
}

/**
 * What came down for the MN, in hexadecimal, from wherever pieces of it were: a device may put fragments together, or cut
 * them otherwise. Octets that did not come are question marks.
 */
function received(probe: Probe, form: Form, mn: MobileNode, length: number): string {
  const octets: string[] = Array.from({ length }, () => '??');
  for (const arrival of probe.arrivals.all.filter(enters(mn))) {
    const { inner } = arrival.frame;
    if (inner?.protocol !== form.protocol) continue;
    inner.payload.forEach((octet, i) => (octets[8 * inner.fragmentOffset + i] = toHex(Uint8Array.of(octet))));
  }
  return octets.join('');
}

async function carriesForm(t: CaseContext, form: Form, from: MobileNode, to: MobileNode): Promise<void> {
  const probe = t.probe();
  const payload = payloadOf(form, probe);
  const [wanted, came] = [toHex(payload), (): string => received(probe, form, to, payload.length)];
  const identification = 1 + (t.session.random.uint32() % 0xffff);
  const header = { protocol: form.protocol, source: from.ip ?? '', destination: to.ip ?? '', identification };
  const packet = encode(ipv4, { ...header, payload });
  const pieces = form.mtu === undefined ? [packet] : (fragmentPacket(packet, form.mtu, identification) ?? []);
  for (let attempt = 0; attempt < attempts && came() !== wanted; attempt++) {
    for (const piece of pieces) from.tunnel(piece, '');
    await probe.arrivals.first(t.session.patience, () => came() === wanted);
  }
  if (came() !== wanted) t.recorder.regardSent();
  t.demand('TN-01', came() === wanted, `${form.name} for the HoA in its tunnel: ${wanted}`, came());
}

async function carriesAll(t: CaseContext, mode: Mode): Promise<void> {
  const [from, to] = [await t.registered(mode), await t.registered(mode)];
  await connected(t, from, to);
  for (const form of forms) await carriesForm(t, form, from, to);
}

export const tunnelPackets = section('ha/tunnel', { document: 'rfc3344', section: '4.2.3' }, (test) => {
  for (const [number, name, { needs, modes }] of [
    ['61', 'GRE', packetTunnels.gre],
    ['62', 'IP-in-IP', packetTunnels.ipInIp],
  ] as const) {
    test(
      number,
      `MUST tunnel packets of any protocol, and fragments, in ${name}`,
      { needs, tunnel: true, covers: ['TN-01'] },
      (t) => t.inModes(modes, (mode) => carriesAll(t, mode)),
    );
  }
});
