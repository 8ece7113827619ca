/** Faults that spoil or lose some kinds of packets only: protocols, frames of L2 tunnels, header fields, numbers. */
import { age } from '../../agents/ha-routing.js';
import { ip, isGroupAt, macAt, packetIn, putU16, putU32, sealHeader, u16At, u32At } from '../../agents/octets.js';
import { dhcpv4Ports } from '../../wire/dhcpv4.js';
import { etherTypes } from '../../wire/gre.js';
import { ipProtocols } from '../../wire/ipv4.js';
import { ipv4Number } from '../../wire/text.js';
import { isL2Frame, type MpaChange, mpaFault } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

const frameHeader = 14;
const broadcast = 0xffff_ffff_ffff;

const holdsIpv4 = (frame: Uint8Array): boolean => u16At(frame, 12) === etherTypes.ipv4;

/** Changes a copy of what goes into tunnels; undefined keeps it. */
const uplink =
  (change: (bytes: Uint8Array, l2: boolean, address: number) => Uint8Array | undefined): MpaChange =>
  (rules, { address }) => ({
    intercept: (frame, device, binding, state) => {
      const payload = rules.intercept(frame, device, binding, state);
      const bytes = payload && change(payload.bytes.slice(), device.mode.l2, ipv4Number(address) ?? 0);
      return payload && bytes && { ...payload, bytes };
    },
  });

/** Changes a copy of the frames that come out of tunnels; undefined drops it. */
const downlink =
  (change: (frame: Uint8Array, l2: boolean) => Uint8Array | undefined): MpaChange =>
  (rules) => ({
    deliver: (frame, device, state) => {
      const delivered = rules.deliver(frame, device, state);
      return delivered && change(delivered.slice(), isL2Frame(frame));
    },
  });

/** The frame with one taken from the TTL of the packet in it. */
function agedInside(frame: Uint8Array): Uint8Array {
  const packet = holdsIpv4(frame) ? packetIn(frame.subarray(frameHeader)) : undefined;
  const aged = packet && age(packet);
  if (aged) frame.set(aged, frameHeader);
  return frame;
}

const isDhcp = (frame: Uint8Array): boolean => {
  const packet = holdsIpv4(frame) ? packetIn(frame.subarray(frameHeader)) : undefined;
  return packet?.[ip.protocol] === ipProtocols.udp && u16At(packet, 22) === dhcpv4Ports.server;
};

export const mpaPacketFaults: readonly MpaFault[] = [
  // what goes into the tunnel
  mpaFault(
    'source-translated',
    'LG-14',
    'Puts its own address into the packets of nodes in normal mode.',
    uplink((bytes, l2, address) => {
      if (l2) return bytes;
      putU32(bytes, ip.source, address);
      sealHeader(bytes);
      return bytes;
    }),
  ),
  mpaFault(
    'uplink-header-checksum-stale',
    'LG-14',
    'Takes from the TTL of packets once more, and leaves their checksum.',
    uplink((bytes, l2) => {
      if (!l2) bytes[ip.ttl] = (bytes[ip.ttl] ?? 0) - 1;
      return bytes;
    }),
  ),
  mpaFault(
    'only-udp-tunnelled',
    'LG-14',
    'Tunnels only UDP for nodes in normal mode.',
    uplink((bytes, l2) => (l2 || bytes[ip.protocol] === ipProtocols.udp ? bytes : undefined)),
  ),
  mpaFault(
    'dhcp-of-l2-nodes-kept',
    'LG-14',
    'Does not tunnel DHCP messages of L2 nodes.',
    uplink((bytes, l2) => (l2 && isDhcp(bytes) ? undefined : bytes)),
  ),
  mpaFault(
    'l2-uplink-ttl-lowered',
    'TS-02',
    'Takes from the TTL of the packets in frames of L2 nodes.',
    uplink((bytes, l2) => (l2 ? agedInside(bytes) : bytes)),
  ),
  // what comes out of it
  mpaFault(
    'l2-downlink-ttl-lowered',
    'TS-02',
    'Takes from the TTL of the packets in frames from L2 tunnels.',
    downlink((frame, l2) => (l2 ? agedInside(frame) : frame)),
  ),
  mpaFault(
    'only-ipv4-delivered',
    'TS-02',
    'Delivers only IPv4 frames from L2 tunnels.',
    downlink((frame, l2) => (l2 && !holdsIpv4(frame) ? undefined : frame)),
  ),
  mpaFault(
    'tunnel-multicast-dropped',
    'TS-02',
    'Drops frames from L2 tunnels that are for a group, but for broadcasts.',
    downlink((frame, l2) => (l2 && isGroupAt(frame, 0) && macAt(frame, 0) !== broadcast ? undefined : frame)),
  ),
  mpaFault(
    'header-checksum-stale',
    'GR-09',
    'Leaves the header checksum of what it forwards as it was.',
    downlink((frame, l2) => {
      if (!l2) putU16(frame, frameHeader + ip.checksum, u16At(frame, frameHeader + ip.checksum) - 0x100);
      return frame;
    }),
  ),
  mpaFault(
    'header-options-not-summed',
    'GR-09',
    'Sums only the first 20 octets of the headers of what it forwards.',
    downlink((frame, l2) => {
      const packet = frame.subarray(frameHeader);
      if (l2 || packet[0] === 0x45) return frame;
      const fixed = packet.slice(0, 20);
      fixed[0] = 0x45;
      sealHeader(fixed);
      putU16(packet, ip.checksum, u16At(fixed, ip.checksum));
      return frame;
    }),
  ),
  mpaFault('ttl-zero-forwarded', 'GR-09', 'Takes one from a TTL of 0, which makes 255.', (rules) => ({
    deliver: (frame, device, state) => {
      if (isL2Frame(frame) || frame.payload[ip.ttl] !== 0) return rules.deliver(frame, device, state);
      const payload = frame.payload.slice();
      payload[ip.ttl] = 255;
      sealHeader(payload);
      return rules.deliver({ ...frame, payload }, device, state);
    },
  })),
  mpaFault('home-network-served', 'TN-10', 'Hands a node what is for its home network.', (rules) => {
    const nodes = new Map<string, number>();
    return {
      acceptForward: (frame, state) => {
        const found = rules.acceptForward(frame, state);
        if (isL2Frame(frame) || frame.key === undefined) return found;
        const name = `${frame.key} ${u32At(frame.payload, ip.destination) >>> 8}`;
        if (found) nodes.set(name, found.mac);
        return found ?? state.devices.at(nodes.get(name) ?? 0);
      },
    };
  }),
  // header fields that are seldom there together
  mpaFault('checksum-and-sequence-refused', 'GR-12', 'Drops packets with both checksum and number.', (rules) => ({
    readTunnel: (packet) => {
      const header = ((packet[0] ?? 0) & 15) * 4;
      const both = 0x9000;
      return (u16At(packet, header) & both) === both ? undefined : rules.readTunnel(packet);
    },
  })),
  mpaFault('sequence-ends', 'GR-13', 'Takes no sequence numbers any more after the highest.', (rules) => ({
    acceptSequence: (frame, binding) => {
      const { sequence } = binding;
      if (frame.sequence === undefined || sequence === 0xffffffff) return rules.acceptSequence(frame, binding);
      return frame.sequence > sequence && rules.acceptSequence(frame, binding);
    },
  })),
];
