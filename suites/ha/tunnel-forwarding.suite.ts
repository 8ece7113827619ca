/** What the HA sends into its tunnels and takes out of them: RFC 3344 §4.2.3, RFC 3024 §1.2. */
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import type { Arrival, Probe } from '../../src/tester/probe.js';
import { arrives, connected, enters, packetMode, packetTunnels, sendBetween } from '../../src/tester/reach.js';
import { type Mode, modes } from '../../src/tester/request.js';
import { onesComplement } from '../../src/wire/checksum.js';
import { etherTypes } from '../../src/wire/gre.js';
import { ipProtocols, type Ipv4, ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { toHex } from '../../src/wire/text.js';

const gre = { needs: packetTunnels.gre.needs, tunnel: true } as const;
const ipInIp = { needs: packetTunnels.ipInIp.needs, tunnel: true } as const;
const kinds = [
  ['GRE', gre, packetTunnels.gre.modes],
  ['IP-in-IP', ipInIp, packetTunnels.ipInIp.modes],
] as const;
const numbered = (first: number, i: number): string => String(first + i).padStart(2, '0');

/** The payload of an echo reply must be that of the request, and its checksum right. */
function expectPayload(t: CaseContext, arrival: Arrival, wanted: Uint8Array): void {
  const icmp = arrival.frame.inner?.payload ?? new Uint8Array(0);
  const right = onesComplement(icmp) === 0 && toHex(icmp.subarray(8)) === toHex(wanted);
  t.demand('TN-01', right, `the ${wanted.length} octets sent and a right ICMP checksum`, `ICMP ${toHex(icmp)}`);
}

/** The fields of an inner header that no router may change: all but TTL and checksum. */
const lastingFields = ['tos', 'identification', 'dontFragment', 'protocol', 'source', 'destination'] as const;

function expectIntact(t: CaseContext, inner: Ipv4, sent: Partial<Ipv4>, payload: Uint8Array): void {
  for (const name of lastingFields) {
    t.demand('TN-01', inner[name] === sent[name], `inner ${name} ${sent[name]}`, String(inner[name]));
  }
  const octets = encode(ipv4, inner);
  const header = octets.subarray(0, inner.headerLength * 4);
  t.demand('TN-01', onesComplement(header) === 0, 'a right inner header checksum', toHex(header));
  t.demand('TN-01', toHex(inner.payload) === toHex(payload), `inner payload ${toHex(payload)}`, toHex(inner.payload));
}

/** Sends a packet with unusual header fields from one MN to another, and compares it as it comes out. */
async function staysIntact(t: CaseContext, mode: Mode): Promise<void> {
  const [from, to] = [await t.registered(mode), await t.registered(mode)];
  await connected(t, from, to);
  const fields = { tos: 0x2b, identification: 0x4d6e, dontFragment: true };
  const probe = t.probe();
  const sent = { ...fields, protocol: ipProtocols.icmp, source: from.ip ?? '', destination: to.ip ?? '' };
  const arrival = await arrives(t, to, (p) => sendBetween(from, to, p, { inner: fields }), probe);
  if (arrival) t.recorder.blame(arrival.frame.bytes);
  const { inner } = arrival?.frame ?? {};
  if (!inner) return t.demand('TN-01', false, 'the packet in the tunnel of the MN', 'nothing there');
  const payload = from.echo(to.ip ?? '', probe.payload()).subarray(20);
  expectIntact(t, inner, sent, payload);
}

/** Where packets for one MN came out: nowhere but in its own tunnel. */
async function keptApart(t: CaseContext, mode: Mode): Promise<void> {
  const other = t.config.local.length > 1 ? 1 : 0;
  const mns = [await t.registered(mode, 0), await t.registered(mode, other)];
  for (const mn of mns) {
    const probe = t.probe();
    const arrival = await arrives(t, mn, (p) => t.sendEcho(mn, p), probe);
    t.demand('TN-01', arrival !== undefined, `the answer for ${mn.ip} at ${mn.station.address}`, 'none there');
    for (const witness of mns) await t.carries(witness);
    const { binding } = mn;
    const astray = probe.arrivals.all.find(
      ({ frame, careOf }) =>
        frame.inner?.destination === mn.ip && (careOf !== binding?.careOf || frame.gre?.key !== binding.forwardKey),
    );
    if (astray) t.recorder.blame(astray.frame.bytes);
    t.demand('TN-01', !astray, `packets for ${mn.ip} in its own tunnel only`, `one in another, to ${astray?.careOf}`);
  }
}

/** How often a packet is sent once before it is believed that each comes out more than once: a network may repeat one. */
const rounds = 3;

/** Each packet from one MN to another comes out once. */
async function once(t: CaseContext, mode: Mode): Promise<void> {
  const [from, to] = [await t.registered(mode), await t.registered(mode)];
  await connected(t, from, to);
  const counts: number[] = [];
  for (let round = 0; round < rounds && counts.every((count) => count > 1); round++) {
    const probe = t.probe();
    sendBetween(from, to, probe);
    await t.carries(to);
    await t.carries(from);
    counts.push(probe.arrivals.all.filter(enters(to)).length);
  }
  t.demand(
    'TN-01',
    counts.some((count) => count <= 1),
    'one packet in the tunnel for each',
    counts.join(', '),
  );
}

/** The tunnel goes to the care-of address of the request, whoever sent that. */
async function toTheCareOfAddress(t: CaseContext, mode: Mode): Promise<void> {
  const mn = t.mn(0);
  const end = t.session.stations.at(1);
  await t.register(mn, { ...mode, careOf: end.address });
  mn.station = end;
  const { careOf } = await t.passes(mn, 'TN-01');
  t.demand('TN-01', careOf === end.address, `packets to the care-of address ${end.address}`, `to ${careOf}`);
}

// --- already tunnelled ---

/** A packet to the HoA of `to` that is a tunnel packet itself: from `source`, with an echo request to `inside` in it. */
function tunnelled(from: MobileNode, to: MobileNode, probe: Probe, source: string, inside: string): Uint8Array {
  return encode(ipv4, {
    source,
    destination: to.ip ?? '0.0.0.0',
    protocol: ipProtocols.ipInIp,
    payload: from.echo(inside, probe.payload()),
  });
}

/** An address of TEST-NET-3, which is nobody's: what is inside a nested packet never gets that far. */
const elsewhere = '203.0.113.9';

async function nests(t: CaseContext, mode: Mode): Promise<void> {
  const [from, to] = [await t.registered(mode), await t.registered(mode)];
  await connected(t, from, to);
  const make = (probe: Probe): Uint8Array => tunnelled(from, to, probe, from.ip ?? '', elsewhere);
  const probe = t.probe();
  const arrival = await arrives(t, to, (p) => from.tunnel(make(p), ''), probe);
  const { inner } = arrival?.frame ?? {};
  t.demand('TN-12', inner !== undefined, 'the tunnelled packet to the HoA inside the tunnel', 'nothing there');
  if (!inner) return;
  const sent = toHex(make(probe).subarray(20));
  t.demand('TN-12', inner.protocol === ipProtocols.ipInIp, 'protocol 4 inside the tunnel', `${inner.protocol}`);
  t.demand('TN-12', toHex(inner.payload) === sent, `inside it ${sent}`, toHex(inner.payload));
}

/** The loop can only be made on the home link, where an L2 MN is a station like any other. */
async function loops(t: CaseContext): Promise<void> {
  const station = await t.registered(modes.l2Bidirectional);
  const mn = await t.registered(packetMode(t));
  const { ip = '0.0.0.0' } = mn;
  const mac = (await t.resolves(station, ip)) ?? t.correspondent(station).mac;
  if (mac === undefined) return t.undecided('nobody answers ARP on the L2 home link');
  const plain = await arrives(t, mn, (probe) => station.tunnel(station.echo(ip, probe.payload()), mac));
  if (!plain) return t.undecided('packets of a station on the L2 home link do not reach the HoA');
  const send = (probe: Probe): void => station.tunnel(tunnelled(station, mn, probe, mn.station.address, ip), mac);
  await t.drops('TN-11', 'a packet from the CoA with a packet to the HoA inside', send, station, enters(mn));
}

export const tunnelForwarding = section('ha/tunnel', { document: 'rfc3344', section: '4.2.3' }, (test) => {
  for (const [i, [name, options, all]] of kinds.entries()) {
    test(
      numbered(1, i),
      `MUST tunnel packets for a registered HoA to the care-of address in ${name}`,
      { ...options, covers: ['TN-01'] },
      (t) =>
        t.inModes(all, async (mode) => {
          const mn = await t.registered(mode);
          const arrival = await t.passes(mn, 'TN-01', { padding: 56 });
          const { careOf, frame } = arrival;
          t.demand('TN-01', careOf === mn.station.address, `packets to ${mn.station.address}`, `to ${careOf}`);
          const cookie = frame.inner?.payload.subarray(8, 16) ?? new Uint8Array(0);
          const wanted = Uint8Array.from({ length: 64 }, (_, at) => (at < 8 ? (cookie[at] ?? 0) : at));
          expectPayload(t, arrival, wanted);
        }),
    );
  }
  for (const [i, [name, options, all]] of kinds.entries()) {
    test(
      numbered(3, i),
      `MUST decapsulate packets of the ${name} tunnel and forward what is inside`,
      { ...options, covers: ['TN-05', 'TN-16'] },
      (t) =>
        t.inModes(all, async (mode) => {
          await t.passes(await t.registered(mode), 'TN-16');
        }),
    );
  }
  for (const [i, [name, options, all]] of kinds.entries()) {
    test(
      numbered(5, i),
      `MUST leave the inner packet as it is in ${name}, but for its TTL`,
      { ...options, covers: ['TN-01'] },
      (t) => t.inModes(all, (mode) => staysIntact(t, mode)),
    );
  }
  for (const [i, [name, options, all]] of kinds.entries()) {
    test(
      numbered(7, i),
      `MUST NOT tunnel packets for one MN to another in ${name}`,
      { ...options, covers: ['TN-01'] },
      (t) => t.inModes(all, (mode) => keptApart(t, mode)),
    );
  }

  for (const [number, name, options, all] of [
    ['09', 'GRE', gre, packetTunnels.gre.modes],
    ['10', 'IP-in-IP', ipInIp, packetTunnels.ipInIp.modes],
    ['11', 'L2 mode', { needs: ['greKeys', 'l2'], tunnel: true }, [modes.l2Bidirectional, modes.l2Unidirectional]],
  ] as const) {
    test(
      number,
      `MUST tunnel from the home agent address of its reply in ${name}`,
      { ...options, covers: ['TN-02'] },
      (t) =>
        t.inModes(all, async (mode) => {
          const mn = await t.registered(mode);
          const { frame } = await t.carries(mn);
          const wanted = mn.binding?.homeAgent ?? '';
          if (frame.outer.source !== wanted) t.recorder.blame(frame.bytes);
          t.demand('TN-02', frame.outer.source === wanted, `outer source ${wanted}`, frame.outer.source);
        }),
    );
  }

  test(
    '12',
    'MUST tunnel IPv4 in GRE with the agreed key and protocol type 0x0800',
    { ...gre, covers: ['TN-03'] },
    (t) =>
      t.inModes(packetTunnels.gre.modes, async (mode) => {
        const mn = await t.registered(mode);
        const arrival = await t.carries(mn);
        const { outer, gre: header } = arrival.frame;
        t.demand('TN-03', outer.protocol === ipProtocols.gre, 'IP protocol 47', String(outer.protocol));
        const type = header?.protocol ?? 0;
        t.demand('TN-03', type === etherTypes.ipv4, 'protocol type 0x0800', `0x${type.toString(16)}`);
        expectForwardKey(t, mn, arrival, 'TN-03');
      }),
  );

  for (const [i, [name, options, all]] of kinds.entries()) {
    test(
      numbered(13, i),
      `MUST use ${name} in both directions when it is agreed on`,
      { ...options, covers: ['TN-09'] },
      (t) =>
        t.inModes(all, async (mode) => {
          const { frame } = await t.carries(await t.registered(mode));
          const wanted = mode.key === undefined ? ipProtocols.ipInIp : ipProtocols.gre;
          if (frame.outer.protocol !== wanted) t.recorder.blame(frame.bytes);
          t.demand('TN-09', frame.outer.protocol === wanted, `IP protocol ${wanted}`, `${frame.outer.protocol}`);
        }),
    );
  }

  for (const [i, [name, options, all]] of kinds.entries()) {
    test(
      numbered(15, i),
      `SHOULD encapsulate a packet to the HoA that is a tunnel packet already once more in ${name}`,
      { ...options, covers: ['TN-12'] },
      (t) => t.inModes(all, (mode) => nests(t, mode)),
    );
  }

  test(
    '17',
    'MUST drop a packet to the HoA that came from the care-of address and has a packet to the HoA inside',
    { needs: ['greKeys', 'l2'], tunnel: true, covers: ['TN-11'] },
    loops,
  );

  test.wholeRun('18', 'MUST have tunnelled every packet of the run to the right place in the agreed way', {
    tunnel: true,
    covers: ['TN-01', 'TN-02', 'TN-03', 'TN-09', 'YG-23'],
  });

  test(
    '35',
    'MUST tunnel to the care-of address of the request where that was sent from another address',
    // by RFC 3344 §3.5.4 an association with the sender would not be one with the care-of address
    { tunnel: true, careOfAddresses: 2, faHa: false, covers: ['TN-01'] },
    (t) => toTheCareOfAddress(t, packetMode(t)),
  );
  for (const [i, [name, options, all]] of kinds.entries()) {
    test(
      numbered(36, i),
      `MUST tunnel each packet for a registered HoA once in ${name}`,
      { ...options, covers: ['TN-01'] },
      (t) => t.inModes(all, (mode) => once(t, mode)),
    );
  }
});
