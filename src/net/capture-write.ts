/** Writes pcapng (draft-ietf-opsawg-pcapng §4): one section, nanoseconds, direction and comments on packets. */
import { blockTypes } from './capture-pcapng.js';

export interface WrittenPacket {
  /** Seconds since the Unix epoch, and nanoseconds within the second. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Index into the interfaces of the header. */
  readonly interfaceId: number;
  /** From the link-layer header on. */
  readonly bytes: Uint8Array;
  /** Octets that the packet had, when `bytes` is only its beginning. */
  readonly originalLength?: number;
  readonly direction?: 'inbound' | 'outbound';
  readonly comment?: string;
}

export interface WrittenInterface {
  readonly linkType: number;
  readonly name?: string;
  /** Where its packets come from. */
  readonly comment?: string;
}

const optionCodes = {
  end: 0,
  comment: 1,
  interfaceName: 2,
  packetFlags: 2,
  application: 4,
  timeResolution: 9,
} as const;
const byteOrderMagic = 0x1a2b3c4d;
const directions = { inbound: 1, outbound: 2 } as const;
/** Ten to the power of minus nine. */
const nanosecondResolution = 9;
/** An option's length has 16 bits. */
const longestText = 0xffff;

/** Section header and interfaces: what a file begins with. `comment` is about all of it. */
export function pcapngHeader(interfaces: readonly WrittenInterface[], comment?: string): Uint8Array {
  const section = block(blockTypes.section, [
    ...[u32(byteOrderMagic), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)], // the length of the section is not said
    ...options([...commented(comment), [optionCodes.application, text('grespec')]]),
  ]);
  const described = interfaces.map(({ linkType, name, comment: origin }) =>
    block(blockTypes.interface, [
      ...[u16(linkType), u16(0), u32(0)],
      ...options([
        ...commented(origin),
        ...(name === undefined ? [] : [[optionCodes.interfaceName, text(name)] as const]),
        [optionCodes.timeResolution, Uint8Array.of(nanosecondResolution)],
      ]),
    ]),
  );
  return Buffer.concat([section, ...described]);
}

export function pcapngPacket(packet: WrittenPacket): Uint8Array {
  const { bytes, direction, comment } = packet;
  const time = BigInt(packet.seconds) * 1_000_000_000n + BigInt(Math.round(packet.nanoseconds));
  return block(blockTypes.enhancedPacket, [
    ...[u32(packet.interfaceId), u32(Number(time >> 32n)), u32(Number(time & 0xffffffffn))],
    ...[u32(bytes.length), u32(packet.originalLength ?? bytes.length), padded(bytes)],
    ...options([
      ...commented(comment),
      ...(direction === undefined ? [] : [[optionCodes.packetFlags, u32(directions[direction])] as const]),
    ]),
  ]);
}

const commented = (comment: string | undefined): (readonly [number, Uint8Array])[] =>
  comment === undefined ? [] : [[optionCodes.comment, text(comment)]];

function block(type: number, body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 12);
  return Buffer.concat([u32(type), u32(length), ...body, u32(length)]);
}

function options(list: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array[] {
  if (list.length === 0) return [];
  const parts = list.flatMap(([code, value]) => [u16(code), u16(value.length), padded(value)]);
  return [...parts, u16(optionCodes.end), u16(0)];
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const longer = new Uint8Array((bytes.length + 3) & ~3);
  longer.set(bytes);
  return longer;
}

/** UTF-8; cut where an option cannot hold it. */
const text = (value: string): Uint8Array => Buffer.from(value, 'utf8').subarray(0, longestText);

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >>> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
}
