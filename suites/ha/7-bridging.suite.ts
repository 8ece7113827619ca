/** draft-tsirtsis-l2gre-pmipv4-00 §5.2 and 7: a GRE-based L2 tunnel carries Ethernet frames, whatever is in them. */
import {
  announce,
  bridgedPair,
  comesOut,
  echoFrame,
  experimentalType,
  frameFrom,
  outOf,
  unchanged,
} from '../../src/tester/bridged.js';
import type { RequirementId } from '../../src/spec/catalogue.js';
import { type CaseOptions, section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import type { Arrival, Probe } from '../../src/tester/probe.js';
import { draftModes as modes, type Mode } from '../../src/tester/request.js';
import { broadcastMac, type EthernetInput } from '../../src/wire/ethernet.js';
import { etherTypes } from '../../src/wire/gre.js';
import { ipv4, type Ipv4Input } from '../../src/wire/ipv4.js';
import { ipv6 } from '../../src/wire/ipv6.js';
import { encode } from '../../src/wire/layout.js';
import { concat } from '../../src/wire/text.js';
import { vlan } from '../../src/wire/vlan.js';

const l2 = { needs: ['greKeys', 'l2'], tunnel: true } as const;
/** Frames can be compared where they pass between two MNs of the tester only. */
const between = { needs: [...l2.needs, 'l2NodeToNode'], tunnel: true } as const;
const isL2 = (mode: Mode): boolean => mode.a === true;

/** How often a leak is looked for before it is believed. */
const looks = 3;

type Pair = readonly [from: MobileNode, to: MobileNode];

/** An IPv6 packet that wants nothing of anybody: next header 59 says that no message follows, RFC 8200 §4.7. */
const ipv6Packet = (probe: Probe): Uint8Array =>
  encode(ipv6, { source: 'fe80::67', destination: 'ff02::1', nextHeader: 59, payload: probe.payload(38) });

/** IEEE 802.2: SNAP, without control information, and behind it what RFC 1042 has for no protocol in particular. */
const snapHeader = Uint8Array.of(0xaa, 0xaa, 0x03, 0, 0, 0, 0x88, 0xb5);
/** IEEE 802.1ad: the tag of a provider, in front of that of a customer. */
const serviceTag = 0x88a8;

/** RFC 3692: protocol 253 is for experiments. */
const experimentalProtocol = 253;

/** Types that are no secret, but that switches know something of: MPLS (RFC 3032), PPPoE (RFC 2516). */
const knownTypes = [
  ['MPLS', 0x8847],
  ['PPPoE discovery', 0x8863],
  ['a PPPoE session', 0x8864],
] as const;

/** IPv6 multicast for all nodes, RFC 2464 §7. */
const allNodesMac = '33:33:00:00:00:01';

/** Whether a frame to this address comes from one MN to the other. */
const reaches = async (
  t: CaseContext,
  [from, to]: Pair,
  destination: string,
  input?: (probe: Probe) => EthernetInput,
): Promise<boolean> =>
  (await comesOut(t, from, to, (probe) => frameFrom(from, destination, probe, input?.(probe)))).arrival !== undefined;

const withIpv6 = (probe: Probe): EthernetInput => ({ etherType: etherTypes.ipv6, payload: ipv6Packet(probe) });

/** A frame of `size` octets in all, header included. */
const sized = (from: MobileNode, to: MobileNode, size: number) => (probe: Probe) =>
  frameFrom(from, to.mac, probe, { payload: probe.payload(size - 14 - 8) });

/**
 * Demands that what `send` sends does not come out of the tunnel of `other`. A bridge may take a moment to learn where
 * a station is, so a leak counts when it does not end.
 */
async function expectPrivate(
  t: CaseContext,
  what: string,
  other: MobileNode,
  send: (probe: Probe) => Promise<Arrival | undefined>,
): Promise<void> {
  let passed = false;
  let leak: Arrival | undefined;
  for (let attempt = 0; attempt < looks; attempt++) {
    const probe = t.probe();
    if (!(await send(probe))) continue; // it may have been lost
    passed = true;
    leak = await probe.arrivals.first(Math.min(200, t.session.patience), outOf(other));
    if (!leak) return;
  }
  if (!passed) t.undecided(`${what} did not pass at all`);
  t.recorder.blame(leak?.frame.bytes ?? new Uint8Array(0));
  // no document says that the bridge has to learn where its stations are
  t.warn('TS-16', `${what} in no tunnel but its own`, 'a copy in the tunnel of another MN');
}

export const bridging = section('ha/7', { document: 'tsirtsis', section: '7' }, (test) => {
  test(
    '40',
    'MUST let broadcast frames through when an L2 tunnel is built',
    { ...between, covers: ['TS-13', 'TS-36'] },
    (t) =>
      t.eachMode(async (mode) => {
        const pair = await bridgedPair(t, mode);
        if (await reaches(t, pair, broadcastMac)) return;
        // a device may answer for its MNs, and keep broadcasts between them down; all must not vanish
        const [from, to] = pair;
        const resolved = await t.host(from).resolve(to.ip ?? '0.0.0.0');
        const served = t.config.pics.homeLink.dhcpv4 && (await t.host(to).dhcpv4({ broadcast: true }));
        if (resolved !== undefined || served) return t.note('broadcasts of one MN do not reach another');
        t.demand('TS-13', false, 'broadcast frames to pass, as unicast does', 'none of them comes out');
      }, isL2),
  );

  test(
    '41',
    'MUST let multicast frames through when an L2 tunnel is built',
    { ...between, covers: ['TS-13', 'TS-36'] },
    (t) =>
      t.eachMode(async (mode) => {
        const pair = await bridgedPair(t, mode);
        if (await reaches(t, pair, allNodesMac, withIpv6)) return;
        if (!(await reaches(t, pair, broadcastMac))) return t.undecided('broadcast frames do not pass either');
        const [from, to] = pair;
        const [asking, asked] = [t.host(from), t.host(to)];
        const up = (await asked.up6()) && (await asking.up6());
        if (up && (await asking.resolve(asked.linkLocal)) !== undefined) {
          return t.note('multicast passes to groups that somebody has joined');
        }
        t.demand('TS-13', false, 'multicast frames to pass, as broadcast does', 'none of them comes out');
      }, isL2),
  );

  test(
    '42',
    'MUST let IPv6 through when an L2 tunnel is built',
    { ...between, covers: ['TS-13', 'TS-36'] },
    async (t) => {
      const pair = await bridgedPair(t);
      const [from, to] = pair;
      await unchanged(t, 'TS-13', 'a unicast frame with IPv6', pair, (probe) =>
        frameFrom(from, to.mac, probe, withIpv6(probe)),
      );
    },
  );

  test(
    '43',
    'MUST let frames through that are not IP when an L2 tunnel is built',
    { ...between, covers: ['TS-13'] },
    (t) =>
      t.eachMode(async (mode) => {
        const pair = await bridgedPair(t, mode);
        await unchanged(t, 'TS-13', 'a frame of type 0x88b5', pair, (probe) => frameFrom(pair[0], pair[1].mac, probe));
      }, isL2),
  );

  test(
    '44',
    'MUST keep the hardware addresses of frames in both ways',
    { ...between, covers: ['TS-13'] },
    async (t) => {
      const [from, to] = await bridgedPair(t, modes.l2Unidirectional);
      const another = '02:68:00:00:00:01'; // a station behind the MN
      for (const [a, b] of [
        [from, to],
        [to, from],
      ] as const) {
        await unchanged(t, 'TS-13', 'a frame', [a, b], (probe) => frameFrom(a, b.mac, probe));
      }
      await unchanged(
        t,
        'TS-13',
        'a frame of a second station behind the MN',
        [from, to],
        (probe) => frameFrom(from, to.mac, probe, { source: another }),
        'is noted',
      );
    },
  );

  test('45', 'MUST keep the VLAN tag of a frame that it passes on', { ...between, covers: ['TS-13'] }, async (t) => {
    const pair = await bridgedPair(t);
    const tagged = (probe: Probe): Uint8Array => {
      const payload = encode(vlan, { priority: 3, id: 5, etherType: experimentalType, payload: probe.payload(38) });
      return frameFrom(pair[0], pair[1].mac, probe, { etherType: etherTypes.vlan, payload });
    };
    // a bridge that knows VLANs may refuse tags at such a port, but none may lose them
    await unchanged(t, 'TS-13', 'a frame with a VLAN tag', pair, tagged, 'warns');
  });

  test('46', 'MUST pass frames of every usual size unchanged', { ...between, covers: ['TS-13'] }, async (t) => {
    const pair = await bridgedPair(t);
    // IEEE 802.3 without check sequence: 60 to 1514 octets. How far it goes beyond is the link's affair.
    for (const size of [60, 61, 128, 576, 1400]) {
      await unchanged(t, 'TS-13', `a frame of ${size} octets`, pair, sized(...pair, size));
    }
    await unchanged(t, 'TS-13', 'a frame of 1514 octets', pair, sized(...pair, 1514), 'warns');
    for (const size of [1518, 4014, 9014]) {
      await unchanged(t, 'TS-13', `a frame of ${size} octets`, pair, sized(...pair, size), 'is noted');
    }
  });

  test(
    '47',
    'MUST add nothing but padding to a frame below minimum size',
    { ...between, covers: ['TS-13'] },
    async (t) => {
      const [from, to] = await bridgedPair(t);
      const { sent, arrival } = await comesOut(t, from, to, sized(from, to, 46));
      if (!arrival) return t.note('a frame of 46 octets does not pass');
      const found = arrival.frame.gre?.payload ?? sent;
      const padding = found.subarray(sent.length);
      const isSame = sent.every((octet, i) => octet === found[i]);
      const isPadded = padding.length === 0 || (found.length === 60 && padding.every((octet) => octet === 0));
      if (!isSame || !isPadded) t.recorder.blame(arrival.frame.bytes);
      t.demand(
        'TS-13',
        isSame && isPadded,
        '46 octets, or 60 with zeros behind them',
        `${found.length} octets, others`,
      );
      if (padding.length > 0) t.note('pads to 60 octets');
    },
  );

  test(
    '48',
    'MUST NOT show an MN the unicast frames for another',
    { ...between, covers: ['TS-16'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        const [from, to] = await bridgedPair(t, mode);
        const other = await t.registered(mode);
        announce(other);
        await expectPrivate(t, 'a unicast frame between two MNs', other, (probe) => {
          from.tunnelFrame(frameFrom(from, to.mac, probe));
          return probe.arrivals.first(t.session.patience, outOf(to));
        });
      }, isL2),
  );

  test(
    '49',
    'MUST NOT show an MN what another one and the home link say to each other',
    { ...l2, covers: ['TS-16'], waits: true },
    async (t) => {
      const [mn, other] = [await t.registered(modes.l2Bidirectional), await t.registered(modes.l2Unidirectional)];
      if (t.correspondent(mn).mac === undefined) return t.undecided('the hardware address of the gateway is not known');
      announce(other);
      await t.carries(mn);
      await expectPrivate(t, 'an echo request or its answer', other, (probe) => {
        t.sendEcho(mn, probe);
        return probe.arrivals.first(t.session.patience, outOf(mn));
      });
    },
  );

  test('50', 'MUST NOT send a frame back to the MN that it is from', { ...between, covers: ['TS-13'] }, async (t) => {
    const [from, to] = await bridgedPair(t);
    for (const destination of [broadcastMac, to.mac]) {
      const probe = t.probe();
      from.tunnelFrame(frameFrom(from, destination, probe));
      await t.carries(from);
      const back = await probe.arrivals.first(0, outOf(from));
      if (!back) continue;
      t.recorder.blame(back.frame.bytes);
      // duplicate address detection takes it for somebody else's: RFC 4862 §5.4.3
      t.warn('TS-13', 'a frame to go everywhere but back', 'it came out of the tunnel that it was sent into');
    }
  });

  test(
    '51',
    'MAY keep frames for reserved bridge addresses to itself',
    { ...between, covers: ['TS-13'], waits: true },
    async (t) => {
      const pair = await bridgedPair(t);
      // IEEE 802.1D §7.12.6 lets no bridge pass them on; a tunnel that is a mere wire would
      const passed: string[] = [];
      for (const destination of ['01:80:c2:00:00:00', '01:80:c2:00:00:0e']) {
        const { arrival } = await comesOut(t, ...pair, (probe) => frameFrom(pair[0], destination, probe), 1);
        if (arrival) passed.push(destination);
      }
      t.note(passed.length === 0 ? 'passes no reserved address on' : `passes on ${passed.join(', ')}`);
    },
  );

  test(
    '52',
    'MUST let frames of IEEE 802.3 with a length through unchanged',
    { ...between, covers: ['TS-13'] },
    async (t) => {
      const pair = await bridgedPair(t);
      const withLength = (probe: Probe): Uint8Array => {
        const payload = concat(snapHeader, probe.payload(38));
        return frameFrom(pair[0], pair[1].mac, probe, { etherType: payload.length, payload });
      };
      await unchanged(t, 'TS-13', 'a frame with a length in the place of a type', pair, withLength);
    },
  );

  test('53', 'MUST keep both VLAN tags of a frame that it passes on', { ...between, covers: ['TS-13'] }, async (t) => {
    const pair = await bridgedPair(t);
    const tagged = (probe: Probe): Uint8Array => {
      const inside = encode(vlan, { priority: 3, id: 5, etherType: experimentalType, payload: probe.payload(38) });
      const payload = encode(vlan, { priority: 1, id: 7, etherType: etherTypes.vlan, payload: inside });
      return frameFrom(pair[0], pair[1].mac, probe, { etherType: serviceTag, payload });
    };
    // as with one tag
    await unchanged(t, 'TS-13', 'a frame with two VLAN tags', pair, tagged, 'warns');
  });

  test('54', 'MUST leave the IPv4 packet in a frame as it is', { ...between, covers: ['TS-13'] }, async (t) => {
    const pair = await bridgedPair(t);
    // a bridge forwards frames; who lowers a TTL has routed what is inside
    await unchanged(t, 'TS-13', 'a frame with IPv4', pair, (probe) => echoFrame(...pair, probe));
    const packet = (fields: Ipv4Input) => (probe: Probe) =>
      frameFrom(pair[0], pair[1].mac, probe, {
        etherType: etherTypes.ipv4,
        payload: encode(ipv4, {
          ...{ source: pair[0].ip ?? '0.0.0.0', destination: pair[1].ip ?? '0.0.0.0', protocol: experimentalProtocol },
          ...{ payload: probe.payload(40), ...fields }, // all fragments but the last have whole groups of 8 octets
        }),
      });
    await unchanged(t, 'TS-13', 'a frame with IPv4 whose TTL is 1', pair, packet({ ttl: 1 }));
    // a filter may want to see whole packets
    for (const fields of [{ moreFragments: true }, { fragmentOffset: 5 }]) {
      await unchanged(t, 'TS-13', 'a frame with a fragment of IPv4', pair, packet(fields), 'warns');
    }
  });

  test('59', 'MUST let frames of known types through unchanged', { ...between, covers: ['TS-13'] }, async (t) => {
    const pair = await bridgedPair(t);
    for (const [name, etherType] of knownTypes) {
      await unchanged(t, 'TS-13', `a frame with ${name}`, pair, (probe) =>
        frameFrom(pair[0], pair[1].mac, probe, { etherType }),
      );
    }
  });

  test(
    '55',
    'MUST bring frames to an L2 MN that has come back after its deregistration',
    { ...between, covers: ['TS-13'] },
    (t) =>
      t.eachMode(async (mode) => {
        const [from, to] = await bridgedPair(t, mode);
        await t.deregister(to);
        await t.register(to, { ...mode, broadcast: true });
        announce(to);
        await unchanged(t, 'TS-13', 'a frame to its hardware address', [from, to], (probe) =>
          frameFrom(from, to.mac, probe),
        );
      }, isL2),
  );

  for (const [number, what, id, options, act] of [
    ['56', 'a renewal with key 0', 'TS-32', {}, (t, mn) => t.register(mn, modes.l2Bidirectional)],
    [
      '57',
      'a handover',
      'LG-10',
      { careOfAddresses: 2 },
      (t, mn) => {
        mn.station = t.session.stations.at(1);
        return t.register(mn, modes.l2Bidirectional);
      },
    ],
    ['58', 'a renewal for normal mode', 'TS-32', {}, (t, mn) => t.register(mn, modes.bidirectional)],
  ] as readonly (readonly [
    string,
    string,
    RequirementId,
    Partial<CaseOptions>,
    (t: CaseContext, mn: MobileNode) => Promise<unknown>,
  ])[]) {
    test(
      number,
      `MUST NOT send frames to where an L2 MN was before ${what}, even if it has said nothing since`,
      { ...between, ...options, covers: [id] },
      async (t) => {
        const [from, to] = await bridgedPair(t);
        const { binding } = to;
        if (!binding) return;
        await act(t, to);
        const wasThere = outOf(to, binding);
        const isStale = (a: Arrival): boolean =>
          wasThere(a) && !t.session.oracle.bindings.usesKey(binding.forwardKey ?? 0, a.frame.at);
        let leak: Arrival | undefined;
        // a device may tell its tunnels of the change a moment later, so a leak counts when it does not end
        for (let attempt = 0; attempt === 0 || (leak && attempt < looks); attempt++) {
          const probe = t.probe();
          from.tunnelFrame(frameFrom(from, to.mac, probe));
          await t.carries(from);
          leak = probe.arrivals.all.find(isStale);
        }
        if (leak) t.recorder.blame(leak.frame.bytes);
        t.demand(id, !leak, `no frame for the MN in the tunnel of before ${what}`, `one at ${leak?.careOf}`);
      },
    );
  }
});
