/** What travels inside what: the protocol of a payload, told from the header before it. */
import { dhcpv4Ports } from './dhcpv4.js';
import { dhcpv6Ports } from './dhcpv6.js';
import type { Ethernet } from './ethernet.js';
import { etherTypes, type Gre } from './gre.js';
import { ipProtocols, type Ipv4 } from './ipv4.js';
import { type Ipv6, nextHeaders } from './ipv6.js';
import { mobileIpPort } from './mobileip.js';
import type { Udp } from './udp.js';
import type { Vlan } from './vlan.js';

export type Protocol =
  'ipv4' | 'ipv6' | 'icmp' | 'icmpv6' | 'udp' | 'gre' | 'ethernet' | 'vlan' | 'arp' | 'mobileIp' | 'dhcpv4' | 'dhcpv6';

/** Headers within headers that are followed; a packet that nests deeper is not worth more lines. */
export const mostNesting = 8;

export const isFragment = (ip: Ipv4): boolean => ip.moreFragments || ip.fragmentOffset > 0;

/** Undefined for a fragment as well: its payload is not a whole header and its checks cannot hold. */
export function insideIpv4(ip: Ipv4): Protocol | undefined {
  if (ip.version !== 4 || isFragment(ip)) return undefined;
  switch (ip.protocol) {
    case ipProtocols.icmp:
      return 'icmp';
    case ipProtocols.ipInIp:
      return 'ipv4';
    case ipProtocols.ipv6:
      return 'ipv6';
    case ipProtocols.udp:
      return 'udp';
    case ipProtocols.gre:
      return 'gre';
    default:
      return undefined;
  }
}

/** Undefined where RFC 2784 cannot tell where the payload starts: another version, or RFC 1701 routing. */
export function insideGre(header: Gre): Protocol | undefined {
  if (header.version !== 0 || header.hasRouting) return undefined;
  if (header.protocol === etherTypes.transparentEthernetBridging) return 'ethernet';
  return ofEtherType(header.protocol);
}

export const insideEthernet = (frame: Ethernet): Protocol | undefined => ofEtherType(frame.etherType);

export const insideVlan = (tag: Vlan): Protocol | undefined => ofEtherType(tag.etherType);

/** Undefined behind an extension header. */
export function insideIpv6(ip: Ipv6): Protocol | undefined {
  if (ip.version !== 6) return undefined;
  switch (ip.nextHeader) {
    case nextHeaders.udp:
      return 'udp';
    case nextHeaders.icmpv6:
      return 'icmpv6';
    default:
      return undefined;
  }
}

const udpPorts: readonly (readonly [port: number, protocol: Protocol])[] = [
  [mobileIpPort, 'mobileIp'],
  [dhcpv4Ports.server, 'dhcpv4'],
  [dhcpv4Ports.client, 'dhcpv4'],
  [dhcpv6Ports.server, 'dhcpv6'],
  [dhcpv6Ports.client, 'dhcpv6'],
];

export const insideUdp = ({ sourcePort, destinationPort }: Udp): Protocol | undefined =>
  udpPorts.find(([port]) => port === sourcePort || port === destinationPort)?.[1];

function ofEtherType(etherType: number): Protocol | undefined {
  switch (etherType) {
    case etherTypes.ipv4:
      return 'ipv4';
    case etherTypes.ipv6:
      return 'ipv6';
    case etherTypes.arp:
      return 'arp';
    case etherTypes.vlan:
      return 'vlan';
    default:
      return undefined;
  }
}
