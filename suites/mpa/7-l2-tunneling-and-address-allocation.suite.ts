/** draft-tsirtsis-l2gre-pmipv4-00 §7: the proxy agent's end of an L2 tunnel. */
import { mpaSection } from '../../src/tester/case.js';
import { correspondentMac, type MpaContext } from '../../src/tester/mpa-context.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { arp } from '../../src/wire/arp.js';
import { broadcastMac, ethernet } from '../../src/wire/ethernet.js';
import { etherTypes } from '../../src/wire/gre.js';
import { ipv6 } from '../../src/wire/ipv6.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { decode, encode } from '../../src/wire/layout.js';
import { discover } from '../../src/tester/dhcp-frames.js';
import type { Probe } from '../../src/tester/probe.js';

/** RFC 8200 §4.7: nothing that a header would describe follows. */
const noNextHeader = 59;

/** RFC 3692 §2.1: for experiments. */
const unassigned = 253;

interface Ends {
  readonly destination: string;
  readonly source: string;
}

/** Demands that a frame has the addresses that it was sent with. */
function unchanged(t: MpaContext, bytes: Uint8Array, { destination, source }: Ends): void {
  const frame = decode(ethernet, bytes);
  const words = (ends: Ends): string => `from ${ends.source} to ${ends.destination}`;
  const [expected, actual] = [words({ destination, source }), frame.ok ? words(frame.value) : 'no whole frame'];
  if (actual !== expected) t.recorder.blame(bytes);
  t.demand('TS-02', actual === expected, `a frame ${expected}`, actual);
}

const tunnel = { needs: ['greKeys', 'l2'], tunnel: true } as const;

export const mpaL2Tunneling = mpaSection('mpa/7', { document: 'tsirtsis', section: '7' }, (test) => {
  test(
    '01',
    'MUST carry Ethernet frames of a node whose HoA stays 0',
    { ...tunnel, covers: ['TS-02', 'TS-23'] },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.l2Bidirectional);
      const { frame } = await t.up(node, 'TS-02');
      const type = frame.gre?.protocol ?? 0;
      const wanted = etherTypes.transparentEthernetBridging;
      if (type !== wanted) t.recorder.blame(frame.bytes);
      t.demand('TS-02', type === wanted, `protocol type 0x${wanted.toString(16)}`, `0x${type.toString(16)}`);
      await t.down(node, 'TS-23');
    },
  );

  test(
    '02',
    'MUST carry broadcasts of a node, so that address configuration can work',
    { ...tunnel, covers: ['LG-14', 'TS-36'] },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.l2Bidirectional);
      await t.carriesUp(node);
      const probe = t.probe();
      await t.sendUp(node, probe, { mac: broadcastMac, to: '255.255.255.255' });
      const arrival = await probe.arrivals.first(1000);
      t.demand('LG-14', arrival !== undefined, 'a broadcast of the node in the tunnel', 'none came');
    },
  );

  test(
    '03',
    'MUST leave the source and destination of frames as they are',
    { ...tunnel, covers: ['TS-02'] },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.l2Unidirectional);
      const { frame } = await t.up(node, 'TS-02');
      unchanged(t, frame.gre?.payload ?? new Uint8Array(0), { destination: correspondentMac, source: node.mac });
      const { bytes } = await t.down(node, 'TS-02');
      unchanged(t, bytes, { destination: node.mac, source: correspondentMac });
    },
  );

  test(
    '05',
    'MUST hand a broadcast from the tunnel to the node, so that address configuration can work',
    { ...tunnel, covers: ['TS-02', 'TS-36'] },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.l2Bidirectional);
      await t.carriesDown(node);
      await t.down(node, 'TS-02', { to: { mac: broadcastMac, ip: '255.255.255.255' } });
    },
  );

  test(
    '06',
    'MUST hand frames from the tunnel to the node that hold no IPv4, or are for a group',
    { ...tunnel, covers: ['TS-02', 'TS-36'] },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.l2Bidirectional);
      await t.carriesDown(node);
      const question = { senderMac: correspondentMac, senderIp: '10.99.0.1', targetIp: node.homeAddress };
      await t.down(node, 'TS-02', {
        what: 'an ARP request',
        to: { mac: broadcastMac },
        etherType: etherTypes.arp,
        payload: (probe) => encode(arp, { ...question, padding: probe.payload() }),
      });
      const ends = { source: 'fe80::1:3', destination: 'ff02::1' };
      for (const [what, mac] of [
        ['an IPv6 packet', node.mac],
        ['an IPv6 packet to all nodes', '33:33:00:00:00:01'], // RFC 2464 §7
      ] as const) {
        await t.down(node, 'TS-02', {
          what,
          to: { mac },
          etherType: etherTypes.ipv6,
          payload: (probe) => encode(ipv6, { ...ends, nextHeader: noNextHeader, payload: probe.payload() }),
        });
      }
    },
  );

  test('07', 'MUST carry frames unchanged, the packet inside too', { ...tunnel, covers: ['TS-02', 'TS-36'] }, (t) =>
    t.eachMode(
      async (mode) => {
        t.needAccess();
        const node = await t.attached(mode);
        const [here, there] = [node.homeAddress, '203.0.113.9'];
        for (const ttl of [64, 1]) {
          const packet = (source: string, destination: string) => (probe: Probe) =>
            encode(ipv4, { source, destination, ttl, protocol: unassigned, payload: probe.payload() });
          let sent = new Uint8Array(0);
          const kept = (make: (probe: Probe) => Uint8Array) => (probe: Probe) => (sent = make(probe).slice());
          const what = `a frame with a packet of TTL ${ttl}`;
          const isSame = (bytes: Uint8Array): void => {
            const same = Buffer.compare(bytes.subarray(14, 14 + sent.length), sent) === 0;
            if (!same) t.recorder.blame(bytes);
            t.demand('TS-02', same, `${what} as it was sent`, 'another packet inside');
          };
          const { frame } = await t.up(node, 'TS-02', { what, payload: kept(packet(here, there)) });
          isSame(frame.gre?.payload ?? new Uint8Array(0));
          const { bytes } = await t.down(node, 'TS-02', { what, payload: kept(packet(there, here)) });
          isSame(bytes);
        }
      },
      ({ a }) => a === true,
    ),
  );

  test(
    '08',
    'MUST tunnel the DHCP messages of a node, which asks the home network for its address',
    { ...tunnel, covers: ['LG-14', 'TS-36'] },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.l2Bidirectional);
      await t.carriesUp(node);
      await t.up(node, 'LG-14', {
        what: 'a DHCPDISCOVER',
        mac: broadcastMac,
        payload: (probe) => discover(node.mac, t.session.random.uint32(), probe.payload()).subarray(14),
      });
    },
  );

  test(
    '04',
    'MUST carry frames of a node that hold no IPv4, or are for a group',
    { ...tunnel, covers: ['LG-14', 'TS-36'] },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.l2Bidirectional);
      await t.carriesUp(node);
      const question = { senderMac: node.mac, senderIp: node.homeAddress, targetIp: '203.0.113.9' };
      await t.up(node, 'LG-14', {
        what: 'an ARP request',
        mac: broadcastMac,
        etherType: etherTypes.arp,
        payload: (probe) => encode(arp, { ...question, padding: probe.payload() }),
      });
      for (const [what, mac, destination] of [
        ['an IPv6 packet', correspondentMac, 'fe80::1:3'],
        ['an IPv6 packet to all routers', '33:33:00:00:00:02', 'ff02::2'], // autoconfiguration begins with one, RFC 4862 §4
      ] as const) {
        const ends = { source: 'fe80::1:2', destination };
        await t.up(node, 'LG-14', {
          what,
          mac,
          etherType: etherTypes.ipv6,
          payload: (probe) => encode(ipv6, { ...ends, nextHeader: noNextHeader, payload: probe.payload() }),
        });
      }
    },
  );
});
