import { onesComplement } from '../wire/checksum.js';

/** What carrying an IPv4 packet needs of its header (RFC 791 3.1); no protocol knowledge beyond that. */
export interface Ipv4Fields {
  readonly version: number;
  /** In octets. */
  readonly headerLength: number;
  readonly totalLength: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In octets. */
  readonly fragmentOffset: number;
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
}

export const ipv4MinimumHeader = 20;
export const ipv4LongestPacket = 65535;

/** Undefined when the bytes cannot hold the header they announce. */
export function readIpv4(packet: Uint8Array): Ipv4Fields | undefined {
  if (packet.length < ipv4MinimumHeader) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const headerLength = (view.getUint8(0) & 15) * 4;
  if (headerLength < ipv4MinimumHeader || headerLength > packet.length) return undefined;
  const fragment = view.getUint16(6);
  return {
    version: view.getUint8(0) >> 4,
    headerLength,
    totalLength: view.getUint16(2),
    identification: view.getUint16(4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    protocol: view.getUint8(9),
    source: dotted(packet, 12),
    destination: dotted(packet, 16),
  };
}

/** Writes identification and fragment fields; lengths and checksum are `sealIpv4`'s. */
export function writeFragmentFields(packet: Uint8Array, identification: number, offset: number, more: boolean): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  view.setUint16(4, identification);
  view.setUint16(6, (view.getUint16(6) & 0xc000) | (more ? 0x2000 : 0) | (offset / 8));
}

/** Sets total length and header checksum, as a kernel does with every packet it sends. */
export function sealIpv4(packet: Uint8Array, headerLength: number): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  view.setUint16(2, packet.length);
  view.setUint16(10, 0);
  view.setUint16(10, onesComplement(packet.subarray(0, headerLength)));
}

export function dotted(bytes: Uint8Array, offset: number): string {
  return bytes.subarray(offset, offset + 4).join('.');
}

export function octets(address: string): number[] {
  return address.split('.').map(Number);
}
