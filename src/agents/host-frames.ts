/** Ethernet frames as a host sends and hears them. */
import { arp, type Arp, type ArpInput } from '../wire/arp.js';
import { ethernet, type Ethernet } from '../wire/ethernet.js';
import { etherTypes } from '../wire/gre.js';
import { icmpv6Checksum } from '../wire/icmpv6.js';
import { ipv6, type Ipv6, nextHeaders } from '../wire/ipv6.js';
import { ipProtocols, ipv4, type Ipv4, type Ipv4Input } from '../wire/ipv4.js';
import { decode, encode, type InputOf, type Layout } from '../wire/layout.js';
import { ndpHopLimit } from '../wire/ndp.js';
import { type PseudoHeader, udp, type Udp } from '../wire/udp.js';

/** Hardware addresses of the two ends of a frame. */
export interface LinkEnds {
  readonly source: string;
  readonly destination: string;
}

export const arpFrame = (link: LinkEnds, input: ArpInput): Uint8Array =>
  encode(ethernet, { ...link, etherType: etherTypes.arp, payload: encode(arp, input) });

export const ipv4Frame = (link: LinkEnds, input: Ipv4Input): Uint8Array =>
  encode(ethernet, { ...link, etherType: etherTypes.ipv4, payload: encode(ipv4, input) });

export interface UdpPayload {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

export const udp4Packet = (addresses: PseudoHeader, datagram: UdpPayload): Ipv4Input => ({
  ...addresses,
  protocol: ipProtocols.udp,
  payload: encode(udp, datagram, addresses),
});

export function udp6Frame(link: LinkEnds, addresses: PseudoHeader, datagram: UdpPayload): Uint8Array {
  const payload = encode(udp, datagram, addresses);
  return ipv6Frame(link, { ...addresses, nextHeader: nextHeaders.udp, payload });
}

/** An ICMPv6 message; neighbour discovery is only heard with the largest hop limit, RFC 4861 §4. */
export function icmpv6Frame<V>(
  link: LinkEnds,
  addresses: PseudoHeader,
  l: Layout<V>,
  message: InputOf<Layout<V>>,
  hopLimit: number = ndpHopLimit,
): Uint8Array {
  const payload = encode(l, message, addresses);
  return ipv6Frame(link, { ...addresses, nextHeader: nextHeaders.icmpv6, hopLimit, payload });
}

export const ipv6Frame = (link: LinkEnds, input: InputOf<typeof ipv6>): Uint8Array =>
  encode(ethernet, { ...link, etherType: etherTypes.ipv6, payload: encode(ipv6, input) });

/** What a frame holds, as far as a host understands it. */
export interface Heard {
  readonly link: Ethernet;
  readonly arp?: Arp;
  readonly ipv4?: Ipv4;
  readonly ipv6?: Ipv6;
  /** In either kind of IP. Its checksum is not looked at: virtual links often carry datagrams without a right one. */
  readonly udp?: Udp;
  /** An ICMPv6 message whose checksum is right. */
  readonly icmpv6?: Uint8Array;
}

/** Undefined for what is not for this host. */
export function hear(bytes: Uint8Array, isMine: (mac: string) => boolean): Heard | undefined {
  const frame = decode(ethernet, bytes);
  if (!frame.ok) return undefined;
  const link = frame.value;
  if (!isMine(link.destination)) return undefined;
  switch (link.etherType) {
    case etherTypes.arp: {
      const decoded = decode(arp, link.payload);
      return decoded.ok ? { link, arp: decoded.value } : { link };
    }
    case etherTypes.ipv4:
      return hearIpv4(link);
    case etherTypes.ipv6:
      return hearIpv6(link);
    default:
      return { link };
  }
}

function hearIpv4(link: Ethernet): Heard {
  const packet = decode(ipv4, link.payload);
  if (!packet.ok || packet.value.version !== 4) return { link };
  const datagram = packet.value.protocol === ipProtocols.udp ? decode(udp, packet.value.payload) : undefined;
  return { link, ipv4: packet.value, ...(datagram?.ok && { udp: datagram.value }) };
}

function hearIpv6(link: Ethernet): Heard {
  const packet = decode(ipv6, link.payload);
  if (!packet.ok || packet.value.version !== 6) return { link };
  const { nextHeader, payload } = packet.value;
  const datagram = nextHeader === nextHeaders.udp ? decode(udp, payload) : undefined;
  const isRight = nextHeader === nextHeaders.icmpv6 && icmpv6Checksum(payload, packet.value) === 0;
  return {
    link,
    ipv6: packet.value,
    ...(datagram?.ok && { udp: datagram.value }),
    ...(isRight && { icmpv6: payload }),
  };
}
