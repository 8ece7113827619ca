/** Whole packets as trees: the payload of each header is replaced by the tree of the protocol within. */
import { arp } from './arp.js';
import { dhcpv4 } from './dhcpv4.js';
import { dhcpv6 } from './dhcpv6.js';
import { ethernet } from './ethernet.js';
import type { Dialect } from './extensions.js';
import { gre } from './gre.js';
import { icmpEcho } from './icmp.js';
import { icmpv6Layout } from './icmpv6-layout.js';
import { ipv4 } from './ipv4.js';
import { ipv6 } from './ipv6.js';
import { decode, dissect, type Dissected, type Layout } from './layout.js';
import { dissectMessage } from './mobileip.js';
import {
  insideEthernet,
  insideGre,
  insideIpv4,
  insideIpv6,
  insideUdp,
  insideVlan,
  mostNesting,
  type Protocol,
} from './nesting.js';
import { type PseudoHeader, udp } from './udp.js';
import { vlan } from './vlan.js';

/** Where a header starts in the octets, and what is known from the headers around it. */
interface Place {
  readonly octets: Uint8Array;
  readonly from: number;
  readonly dialect: Dialect;
  readonly depth: number;
  readonly addresses?: PseudoHeader;
}

/** The tree of an IPv4 packet and all within. Never fails; offsets count from the start of `octets`. */
export const dissectPacket = (octets: Uint8Array, dialect: Dialect): Dissected => dissectAs('ipv4', octets, dialect);

/** The tree of an Ethernet frame and all within. Never fails; offsets count from the start of `octets`. */
export const dissectFrame = (octets: Uint8Array, dialect: Dialect): Dissected => dissectAs('ethernet', octets, dialect);

export const dissectAs = (protocol: Protocol, octets: Uint8Array, dialect: Dialect): Dissected =>
  treeOf(protocol, { octets, from: 0, dialect, depth: 1 });

function treeOf(protocol: Protocol, place: Place): Dissected {
  switch (protocol) {
    case 'ipv4':
      return tree(ipv4, place, insideIpv4, (ip) => ip);
    case 'ipv6':
      return tree(ipv6, place, insideIpv6, (ip) => ip);
    case 'gre':
      return tree(gre, place, insideGre);
    case 'vlan':
      return tree(vlan, place, insideVlan);
    case 'ethernet':
      return tree(ethernet, place, insideEthernet);
    case 'udp':
      return tree(udp, place, insideUdp);
    case 'icmp':
      return dissect(icmpEcho, place.octets, undefined, place.from);
    case 'icmpv6':
      return dissect(icmpv6Layout(place.octets[place.from]), place.octets, place.addresses, place.from);
    case 'arp':
      return dissect(arp, place.octets, undefined, place.from);
    case 'dhcpv4':
      return dissect(dhcpv4, place.octets, undefined, place.from);
    case 'dhcpv6':
      return dissect(dhcpv6, place.octets, undefined, place.from);
    case 'mobileIp':
      return dissectMessage(place.octets, place.dialect, place.from);
  }
}

/** `addresses` gives those of an IP header: RFC 768 and RFC 8200 §8.1 take them into the checksum. */
function tree<V>(
  l: Layout<V>,
  place: Place,
  inside: (value: V) => Protocol | undefined,
  addresses?: (value: V) => PseudoHeader,
): Dissected {
  const { octets, from, dialect, depth } = place;
  const outer = dissect(l, octets, place.addresses, from);
  const decoded = decode(l, octets.subarray(from));
  const inner = decoded.ok && depth < mostNesting ? inside(decoded.value) : undefined;
  if (!decoded.ok || inner === undefined) return outer;
  const known = addresses && { addresses: addresses(decoded.value) };
  const children = outer.children?.map((node) => {
    if (node.name !== 'payload') return node;
    const window = octets.subarray(0, node.offset + node.length);
    return treeOf(inner, { octets: window, from: node.offset, dialect, depth: depth + 1, ...known });
  });
  return { ...outer, ...(children && { children }) };
}
