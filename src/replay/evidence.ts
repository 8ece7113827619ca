/** Frames of a capture as reports show them. */
import type { FrameRecord } from '../report/result.js';
import { summarizeMessage, summarizePacket } from '../wire/describe.js';
import type { Dialect } from '../wire/extensions.js';
import { toHex } from '../wire/text.js';
import { destinationOf, type Message, type Packet, sourceOf } from './packet.js';

const keptOctets = 2048;

interface Shown {
  /** When the capture began, milliseconds since the Unix epoch. */
  readonly start: number;
  readonly dialect: Dialect;
  readonly direction: FrameRecord['direction'];
  readonly guilty: boolean;
}

export function messageRecord(message: Message, shown: Shown): FrameRecord {
  const { bytes, from, to } = message;
  return {
    ...common(message, shown),
    source: `${from.address}:${from.port}`,
    destination: `${to.address}:${to.port}`,
    layer: 'udp',
    summary: `frame ${message.number}: ${summarizeMessage(bytes, shown.dialect)}`,
    ...hexOf(bytes, 0),
  };
}

export function packetRecord(packet: Packet, shown: Shown): FrameRecord {
  return {
    ...common(packet, shown),
    source: sourceOf(packet),
    destination: destinationOf(packet),
    layer: 'ip',
    summary: `frame ${packet.number}: ${summarizePacket(packet.bytes, shown.dialect)}`,
    ...hexOf(packet.bytes, packet.missing),
  };
}

function common({ at }: { readonly at: number }, { start, direction, guilty }: Shown) {
  return { at: Math.round((at - start) * 1000) / 1000, direction, ...(guilty && { guilty }) };
}

function hexOf(bytes: Uint8Array, missing: number): Pick<FrameRecord, 'hex' | 'omitted'> {
  const omitted = Math.max(0, bytes.length - keptOctets) + missing;
  return { hex: toHex(bytes.subarray(0, keptOctets)), ...(omitted > 0 && { omitted }) };
}
