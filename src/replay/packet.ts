/** What audit and replay read of a capture: registration messages and tunnel packets, out of whole IPv4 packets. */
import type { Endpoint } from '../net/port.js';
import { foldedSum } from '../wire/checksum.js';
import { ipProtocols } from '../wire/ipv4.js';
import { ipv4Text } from '../wire/text.js';
import { u16At } from '../wire/octets.js';

/** An IPv4 packet of a capture. */
export interface Packet {
  /** As Wireshark counts. */
  readonly number: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Octets that the capture cut off its end. */
  readonly missing: number;
}

/** A datagram to or from port 434. */
export interface Message {
  readonly number: number;
  readonly at: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** The UDP payload. */
  readonly bytes: Uint8Array;
  /** `partial`: that of the pseudo header alone, for the hardware to complete. */
  readonly checksum: 'right' | 'wrong' | 'none' | 'partial';
}

/** Undefined for what is no whole UDP datagram. */
export function readMessage({ number, at, bytes }: Packet): Message | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const udp = (view.getUint8(0) & 15) * 4;
  if (bytes.length < udp + 8) return undefined;
  const length = view.getUint16(udp + 4);
  if (length < 8 || udp + length > bytes.length) return undefined;
  const datagram = bytes.subarray(udp, udp + length);
  return {
    number,
    at,
    from: { address: ipv4Text(view.getUint32(12)), port: view.getUint16(udp) },
    to: { address: ipv4Text(view.getUint32(16)), port: view.getUint16(udp + 2) },
    bytes: datagram.subarray(8),
    checksum: checksumOf(bytes, datagram, view.getUint16(udp + 6)),
  };
}

/** RFC 768: over addresses, protocol, length and the datagram. */
function checksumOf(packet: Uint8Array, datagram: Uint8Array, given: number): Message['checksum'] {
  if (given === 0) return 'none';
  const pseudo = foldedSum(packet.subarray(12, 20), ipProtocols.udp + datagram.length);
  if (foldedSum(datagram, pseudo) === 0xffff) return 'right';
  return given === pseudo ? 'partial' : 'wrong';
}

/** The Identification of RFC 791 §3.1. */
export const identificationOf = ({ bytes }: Packet): number => u16At(bytes, 4);
export const protocolOf = ({ bytes }: Packet): number => bytes[9] ?? 0;
export const sourceOf = ({ bytes }: Packet): string => addressAt(bytes, 12);
export const destinationOf = ({ bytes }: Packet): string => addressAt(bytes, 16);

const addressAt = (b: Uint8Array, i: number): string => `${b[i]}.${b[i + 1]}.${b[i + 2]}.${b[i + 3]}`;
