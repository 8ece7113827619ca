import { onesComplement } from '../wire/checksum.js';
import { octets, sealIpv4 } from './ipv4-fields.js';
import type { Endpoint } from './port.js';

export const udpProtocol = 17;
export const longestUdpPayload = 65507;

/** The IPv4 packet that a kernel makes of a UDP send. */
export function udpPacket(from: Endpoint, to: Endpoint, payload: Uint8Array, identification: number): Uint8Array {
  const packet = new Uint8Array(28 + payload.length);
  const view = new DataView(packet.buffer);
  packet.set([0x45, 0, 0, 0, identification >> 8, identification & 255, 0, 0, 64, udpProtocol]);
  packet.set([...octets(from.address), ...octets(to.address)], 12);
  sealIpv4(packet, 20);
  view.setUint16(20, from.port);
  view.setUint16(22, to.port);
  view.setUint16(24, 8 + payload.length);
  packet.set(payload, 28);
  // RFC 768: a computed zero is sent as all ones, for zero means "no checksum".
  view.setUint16(26, udpChecksum(packet, packet.subarray(20)) || 0xffff);
  return packet;
}

/** Ports and payload of a UDP packet as a kernel would accept it; undefined when it would drop it. */
export function readUdpPacket(
  packet: Uint8Array,
  headerLength: number,
): { readonly sourcePort: number; readonly destinationPort: number; readonly payload: Uint8Array } | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset + headerLength, packet.length - headerLength);
  if (view.byteLength < 8) return undefined;
  const length = view.getUint16(4);
  if (length < 8 || length > view.byteLength) return undefined;
  const datagram = packet.subarray(headerLength, headerLength + length);
  if (view.getUint16(6) !== 0 && udpChecksum(packet, datagram) !== 0) return undefined;
  return { sourcePort: view.getUint16(0), destinationPort: view.getUint16(2), payload: datagram.slice(8) };
}

/** Over pseudo header and datagram (RFC 768); 0 when the datagram holds a right one. */
function udpChecksum(packet: Uint8Array, datagram: Uint8Array): number {
  const covered = new Uint8Array(12 + datagram.length);
  covered.set(packet.subarray(12, 20));
  covered.set([0, udpProtocol, datagram.length >> 8, datagram.length & 255], 8);
  covered.set(datagram, 12);
  return onesComplement(covered);
}
