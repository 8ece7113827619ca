/** Reading and writing of IPv4 packets in place, for the paths that every tunnelled packet takes. */
import { onesComplement } from '../wire/checksum.js';
import { u16At } from '../wire/octets.js';

export { u16At };

export const u32At = (bytes: Uint8Array, at: number): number => ((u16At(bytes, at) << 16) | u16At(bytes, at + 2)) >>> 0;

/** A MAC address as a number below 2^48. */
export const macAt = (bytes: Uint8Array, at: number): number => u16At(bytes, at) * 2 ** 32 + u32At(bytes, at + 2);

/** Whether the MAC address there is that of a group. */
export const isGroupAt = (bytes: Uint8Array, at: number): boolean => ((bytes[at] ?? 0) & 1) === 1;

export function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  putU16(bytes, at, value >>> 16);
  putU16(bytes, at + 2, value);
}

export function putMac(bytes: Uint8Array, at: number, mac: number): void {
  putU16(bytes, at, Math.floor(mac / 2 ** 32));
  putU32(bytes, at + 2, mac % 2 ** 32);
}

/** Places of IPv4 header fields. */
export const ip = {
  totalLength: 2,
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
} as const;

export const headerLength = (packet: Uint8Array): number => ((packet[0] ?? 0) & 15) * 4;

/** Whether the packet is a piece of a larger one. */
export const isFragment = (packet: Uint8Array): boolean => (u16At(packet, ip.fragment) & 0x3fff) !== 0;

/**
 * The IPv4 packet at the start of `bytes`, without octets behind its total length. Undefined when there is none that a
 * router may forward: RFC 1812 §5.2.2, the header checksum included.
 */
export function packetIn(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 20 || (bytes[0] ?? 0) >> 4 !== 4) return undefined;
  const header = headerLength(bytes);
  const total = u16At(bytes, ip.totalLength);
  if (header < 20 || total < header || total > bytes.length) return undefined;
  if (onesComplement(bytes.subarray(0, header)) !== 0) return undefined;
  return total === bytes.length ? bytes : bytes.subarray(0, total);
}

/** Recomputes the header checksum in place. */
export function sealHeader(packet: Uint8Array): void {
  putU16(packet, ip.checksum, 0);
  putU16(packet, ip.checksum, onesComplement(packet.subarray(0, headerLength(packet))));
}

/** Writes a 20-octet header without options and seals it. `whole` is as long as the packet is to be. */
export function putHeader(
  whole: Uint8Array,
  fields: {
    readonly protocol: number;
    readonly source: number;
    readonly destination: number;
    readonly tos?: number;
    readonly id?: number;
  },
): void {
  whole[0] = 0x45;
  whole[1] = fields.tos ?? 0;
  putU16(whole, ip.totalLength, whole.length);
  putU16(whole, 4, fields.id ?? 0);
  putU16(whole, ip.fragment, 0);
  whole[ip.ttl] = 64;
  whole[ip.protocol] = fields.protocol;
  putU32(whole, ip.source, fields.source);
  putU32(whole, ip.destination, fields.destination);
  sealHeader(whole);
}
