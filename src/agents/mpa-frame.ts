/** IPv4 packets in and out of Ethernet frames of the access link. */
import { etherTypes } from '../wire/gre.js';
import { packetIn, putMac, putU16, u16At } from './octets.js';

const headerSize = 14;

/** The IPv4 packet of a frame; undefined when it holds none that a router may forward. */
export function packetOf(frame: Uint8Array): Uint8Array | undefined {
  return u16At(frame, 12) === etherTypes.ipv4 ? packetIn(frame.subarray(headerSize)) : undefined;
}

/** A frame with an IPv4 packet. MAC addresses are numbers. */
export function frameFor(destination: number, source: number, packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headerSize + packet.length);
  putMac(frame, 0, destination);
  putMac(frame, 6, source);
  putU16(frame, 12, etherTypes.ipv4);
  frame.set(packet, headerSize);
  return frame;
}
