/** Faults of the L2 tunnels as a bridged LAN: what passes, where it goes, and what becomes of it. Draft §5.2 and §7. */
import type { BridgePort } from '../../agents/bridge.js';
import type { Binding } from '../../agents/ha-bindings.js';
import { allPorts } from '../../agents/ha-bridging.js';
import { age } from '../../agents/ha-routing.js';
import type { HaRules } from '../../agents/ha-rules.js';
import { ip, isFragment, isGroupAt, macAt, putU16, u16At } from '../../agents/octets.js';
import { dhcpv4Ports } from '../../wire/dhcpv4.js';
import { etherTypes } from '../../wire/gre.js';
import { ipProtocols } from '../../wire/ipv4.js';
import { concat } from '../../wire/text.js';
import { type Change, fault } from './make.js';
import type { Fault } from './types.js';

const frameHeader = 14;
const broadcast = 0xffffffffffff;

const isBroadcast = (frame: Uint8Array): boolean => macAt(frame, 0) === broadcast;
const typeOf = (frame: Uint8Array): number => u16At(frame, 12);
const isTunnel = (port: BridgePort): port is Binding => typeof port !== 'string';

/** IPv4 datagrams to a DHCP server or client, IP headers of 20 octets taken for granted. */
const isDhcpv4 = (frame: Uint8Array): boolean =>
  typeOf(frame) === etherTypes.ipv4 &&
  frame[frameHeader + ip.protocol] === ipProtocols.udp &&
  [dhcpv4Ports.client, dhcpv4Ports.server].some((port) => port === u16At(frame, frameHeader + 22));

/** Frames for which this holds go nowhere. */
const losing =
  (lost: (frame: Uint8Array, ingress: BridgePort) => boolean): Change =>
  (rules) => ({
    bridge: (frame, ingress, state) => (lost(frame, ingress) ? [] : rules.bridge(frame, ingress, state)),
  });

/** Changes frames on their way into L2 tunnels. */
const changing =
  (change: (frame: Uint8Array) => Uint8Array): Change =>
  (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) =>
      rules.encapsulate(
        binding,
        ends,
        key,
        protocol,
        protocol === etherTypes.transparentEthernetBridging ? change(payload) : payload,
      ),
  });

const withoutTag = (frame: Uint8Array): Uint8Array =>
  typeOf(frame) === etherTypes.vlan ? concat(frame.subarray(0, 12), frame.subarray(16)) : frame;

const padded = (frame: Uint8Array, size: number): Uint8Array =>
  frame.length >= size ? frame : concat(frame, new Uint8Array(size - frame.length));

/** Sends group frames into the tunnels of bindings that have ended as well. */
const remembering = (cause: Parameters<HaRules['remove']>[1]): Change => {
  return (rules) => {
    const gone = new Set<Binding>();
    return {
      remove: (binding, why, state) => {
        if (why === cause && binding.terms.tunnel === 'l2') gone.add(binding);
        rules.remove(binding, why, state);
      },
      bridge: (frame, ingress, state) => {
        const ports = rules.bridge(frame, ingress, state);
        return isGroupAt(frame, 0) ? [...ports, ...gone] : ports;
      },
    };
  };
};

export const l2Faults: readonly Fault[] = [
  fault(
    'l2-length-frames-lost',
    'TS-13',
    'Drops frames that have a length in the place of a type.',
    losing((frame) => typeOf(frame) < 0x600),
  ),
  fault(
    'l2-service-tags-lost',
    'TS-13',
    'Drops frames with the VLAN tag of a provider.',
    losing((frame) => typeOf(frame) === 0x88a8),
  ),
  fault(
    'l2-labels-and-sessions-lost',
    'TS-13',
    'Drops frames with MPLS or PPPoE, which its switch takes for its own.',
    losing((frame) => [0x8847, 0x8863, 0x8864].includes(typeOf(frame))),
  ),
  fault(
    'l2-last-hop-lost',
    'TS-13',
    'Drops frames with IPv4 whose TTL is 1, as a router does.',
    losing((frame) => typeOf(frame) === etherTypes.ipv4 && frame[frameHeader + ip.ttl] === 1),
  ),
  fault(
    'l2-fragments-lost',
    'TS-13',
    'Drops frames with fragments of IPv4.',
    losing((frame) => typeOf(frame) === etherTypes.ipv4 && isFragment(frame.subarray(frameHeader))),
  ),
  fault('l2-broadcast-dropped', 'TS-13', 'Drops broadcast frames of mobile nodes.', losing(isBroadcast)),
  fault(
    'l2-broadcast-from-home-dropped',
    'TS-13',
    'Does not forward broadcasts of the home link into L2 tunnels.',
    losing((frame, ingress) => isBroadcast(frame) && ingress === 'gateway'),
  ),
  fault(
    'l2-multicast-dropped',
    'TS-13',
    'Drops multicast frames, but for broadcasts.',
    losing((frame) => isGroupAt(frame, 0) && !isBroadcast(frame)),
  ),
  fault(
    'l2-ipv6-dropped',
    'TS-13',
    'Drops frames with IPv6.',
    losing((frame) => typeOf(frame) === etherTypes.ipv6),
  ),
  fault(
    'l2-ipv6-neighbours-lost',
    'TS-13',
    'Drops frames for solicited-node groups, so that nobody finds an IPv6 neighbour.',
    losing((frame) => macAt(frame, 0) >= 0x3333ff000000 && macAt(frame, 0) <= 0x3333ffffffff),
  ),
  fault(
    'l2-unicast-dhcp-dropped',
    'TS-13',
    'Drops DHCPv4 messages of mobile nodes that are not broadcasts.',
    losing((frame, ingress) => !isGroupAt(frame, 0) && isTunnel(ingress) && isDhcpv4(frame)),
  ),
  fault(
    'l2-arp-answers-dropped',
    'TS-13',
    'Drops ARP replies.',
    losing((frame) => typeOf(frame) === etherTypes.arp && u16At(frame, 20) === 2),
  ),
  fault(
    'l2-uplink-copied',
    'TS-16',
    'Copies what a mobile node sends to the gateway to all others.',
    (rules, config) => ({
      bridge: (frame, ingress, state) => {
        const ports = [...rules.bridge(frame, ingress, state)];
        return isTunnel(ingress) && ports.includes('gateway') ? allPorts(config, state, ingress) : ports;
      },
    }),
  ),
  fault('l2-reflects-broadcasts', 'TS-13', 'Sends group frames back to the mobile node as well.', (rules) => ({
    bridge: (frame, ingress, state) => {
      const ports = [...rules.bridge(frame, ingress, state)];
      return isTunnel(ingress) && isGroupAt(frame, 0) ? [...ports, ingress] : ports;
    },
  })),
  fault(
    'l2-broadcast-after-deregistration',
    'TN-04',
    'Sends broadcasts into L2 tunnels that were deregistered.',
    remembering('deregistered'),
  ),
  fault(
    'l2-broadcast-after-expiry',
    'TN-04',
    'Sends broadcasts into L2 tunnels whose lifetime is over.',
    remembering('expired'),
  ),
  fault(
    'l2-destination-rewritten',
    'TS-13',
    'Puts the broadcast address into every frame that it sends into an L2 tunnel.',
    changing((frame) => concat(new Uint8Array(6).fill(0xff), frame.subarray(6))),
  ),
  fault('l2-vlan-tag-lost', 'TS-13', 'Takes VLAN tags out of frames.', changing(withoutTag)),
  fault(
    'l2-vlan-priority-cleared',
    'TS-13',
    'Clears the priority in VLAN tags.',
    changing((frame) => {
      if (typeOf(frame) !== etherTypes.vlan) return frame;
      const changed = frame.slice();
      putU16(changed, 14, u16At(changed, 14) & 0x0fff);
      return changed;
    }),
  ),
  fault(
    'l2-large-frames-cut',
    'TS-13',
    'Cuts frames to the 1514 octets of an ordinary link.',
    changing((frame) => frame.subarray(0, 1514)),
  ),
  fault(
    'l2-frames-padded',
    'TS-13',
    'Fills frames up to 64 octets, as if the check sequence belonged to them.',
    changing((frame) => padded(frame, 64)),
  ),
  fault(
    'l2-check-sequence-added',
    'TS-13',
    'Leaves room for a check sequence behind every frame.',
    changing((frame) => padded(frame, frame.length + 4)),
  ),
  fault(
    'l2-short-frames-spoiled',
    'TS-13',
    'Fills frames below 60 octets with what was in the buffer before.',
    changing((frame) => (frame.length < 60 ? concat(frame, new Uint8Array(60 - frame.length).fill(0xa5)) : frame)),
  ),
  fault(
    'l2-ttl-lowered',
    'TS-13',
    'Lowers the TTL of IPv4 packets in the frames that it bridges.',
    changing((frame) => {
      if (typeOf(frame) !== etherTypes.ipv4) return frame;
      const packet = age(frame.subarray(frameHeader));
      return packet ? concat(frame.subarray(0, frameHeader), packet) : frame;
    }),
  ),
  fault('l2-first-place-kept', 'TS-13', 'Never learns that a station has moved to another tunnel.', (rules) => {
    const places = new Map<number, Binding>();
    return {
      bridge: (frame, ingress, state) => {
        const source = macAt(frame, 6);
        if (isTunnel(ingress) && !places.has(source)) places.set(source, ingress);
        const first = isGroupAt(frame, 0) ? undefined : places.get(macAt(frame, 0));
        return first && !first.node.bindings.includes(first) ? [] : rules.bridge(frame, ingress, state);
      },
    };
  }),
];
