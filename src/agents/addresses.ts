/** Addresses that follow from others: of an interface, of multicast groups, of prefixes. */
import { ipv6Bytes, ipv6Text } from '../wire/ipv6-address.js';
import { concat, macNumber } from '../wire/text.js';

const octetsOf = (address: string): Uint8Array => ipv6Bytes(address) ?? new Uint8Array(16);

export function macOctets(mac: string): Uint8Array {
  const number = macNumber(mac) ?? 0;
  return Uint8Array.from({ length: 6 }, (_, i) => Math.floor(number / 2 ** (8 * (5 - i))) & 0xff);
}

/** Modified EUI-64, RFC 4291 appendix A. */
export function interfaceIdentifier(mac: string): Uint8Array {
  const octets = macOctets(mac);
  const [first = 0] = octets;
  return Uint8Array.from([first ^ 2, ...octets.subarray(1, 3), 0xff, 0xfe, ...octets.subarray(3)]);
}

/** RFC 4862 §5.3. */
export const linkLocalOf = (mac: string): string =>
  ipv6Text(concat(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0), interfaceIdentifier(mac)));

/** RFC 4291 §2.5.6: the prefix fe80::/10. */
export const isLinkLocal = (address: string): boolean => /^fe[89ab][0-9a-f]:/.test(address);

/** The hardware address of an IPv6 multicast group, RFC 2464 §7. */
export const multicastMac = (group: string): string =>
  ['33', '33', ...[...octetsOf(group).subarray(12)].map((octet) => octet.toString(16).padStart(2, '0'))].join(':');

/** The group of those who may have an address, RFC 4291 §2.7.1. */
export function solicitedNode(address: string): string {
  const octets = octetsOf('ff02::1:ff00:0');
  octets.set(octetsOf(address).subarray(13), 13);
  return ipv6Text(octets);
}

/** The first 64 bits of an address, the rest zero. */
export const prefixOf = (address: string): string => ipv6Text(octetsOf(address).fill(0, 8));
