/** The pseudo header that the checksums of UDP and ICMPv6 cover: RFC 768, RFC 8200 §8.1. */
import { foldedSum } from './checksum.js';
import { ipv6Bytes, isIpv6 } from './ipv6-address.js';
import { ipv4Number } from './text.js';

/** The addresses of the IPv4 or IPv6 header around a message: they are part of its checksum. */
export interface PseudoHeader {
  readonly source: string;
  readonly destination: string;
}

/** The sum over the pseudo header of `length` octets of a protocol, to be handed on to `onesComplement`. */
export function pseudoHeaderSum({ source, destination }: PseudoHeader, protocol: number, length: number): number {
  return sumOf(source) + sumOf(destination) + protocol + length;
}

function sumOf(address: string): number {
  if (isIpv6(address)) return foldedSum(ipv6Bytes(address) ?? new Uint8Array(16));
  const number = ipv4Number(address) ?? 0;
  return (number >>> 16) + (number & 0xffff);
}
