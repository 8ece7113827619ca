/** Capture files made by hand, octet by octet, so that they may be wrong. */
import type { CapturedPacket } from '../../src/net/capture-packet.js';
import { readCapture } from '../../src/net/capture-file.js';

export interface PcapRecord {
  readonly seconds?: number;
  readonly units?: number;
  readonly data: Uint8Array;
  readonly captured?: number;
  readonly original?: number;
}

export interface PcapOptions {
  readonly magic?: number;
  readonly littleEndian?: boolean;
  readonly version?: readonly [number, number];
  readonly snapLength?: number;
  readonly linkType?: number;
}

export function pcap(records: readonly PcapRecord[], options: PcapOptions = {}): Buffer {
  const { magic = 0xa1b2c3d4, littleEndian = true, version = [2, 4], snapLength = 65535, linkType = 101 } = options;
  const head = new DataView(new ArrayBuffer(24));
  head.setUint32(0, magic, littleEndian);
  head.setUint16(4, version[0], littleEndian);
  head.setUint16(6, version[1], littleEndian);
  head.setUint32(16, snapLength, littleEndian);
  head.setUint32(20, linkType, littleEndian);
  const parts = records.flatMap(({ seconds = 1, units = 0, data, captured, original }) => {
    const view = new DataView(new ArrayBuffer(16));
    const lengths = [seconds, units, captured ?? data.length, original ?? data.length];
    lengths.forEach((value, i) => view.setUint32(4 * i, value, littleEndian));
    return [new Uint8Array(view.buffer), data];
  });
  return Buffer.concat([new Uint8Array(head.buffer), ...parts]);
}

export function block(type: number, body: Uint8Array, littleEndian = true, length = body.length + 12): Buffer {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, type, littleEndian);
  view.setUint32(4, length, littleEndian);
  view.setUint32(8, length, littleEndian);
  const ends = Buffer.from(view.buffer);
  return Buffer.concat([ends.subarray(0, 8), body, ends.subarray(8)]);
}

/** 16-bit and 32-bit fields, each as `[bits, value]`. */
export function fields(littleEndian: boolean, ...list: readonly (readonly [16 | 32, number])[]): Buffer {
  return Buffer.concat(
    list.map(([bits, value]) => {
      const view = new DataView(new ArrayBuffer(bits / 8));
      if (bits === 16) view.setUint16(0, value, littleEndian);
      else view.setUint32(0, value, littleEndian);
      return new Uint8Array(view.buffer);
    }),
  );
}

export const sectionBlock = (littleEndian = true): Buffer =>
  block(
    0x0a0d0d0a,
    fields(littleEndian, [32, 0x1a2b3c4d], [16, 1], [16, 0], [32, 0xffffffff], [32, 0xffffffff]),
    littleEndian,
  );

/** `resolution` as in if_tsresol. */
export const interfaceBlock = (linkType: number, littleEndian = true, resolution?: number): Buffer => {
  const options =
    resolution === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([
          fields(littleEndian, [16, 9], [16, 1]),
          Buffer.of(resolution, 0, 0, 0),
          fields(littleEndian, [16, 0], [16, 0]),
        ]);
  return block(1, Buffer.concat([fields(littleEndian, [16, linkType], [16, 0], [32, 0]), options]), littleEndian);
};

/** `time` in units of the interface; `captured` overrides the length that is said. */
export function packetBlock(data: Uint8Array, time = 0n, littleEndian = true, captured: number = data.length): Buffer {
  const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
  const head = fields(
    littleEndian,
    [32, 0],
    [32, Number(time >> 32n)],
    [32, Number(time & 0xffffffffn)],
    [32, captured],
    [32, data.length],
  );
  return block(6, Buffer.concat([head, data, padding]), littleEndian);
}

/** The file in pieces of so many octets. */
export async function* pieces(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

/** All packets, and the error at which reading ended. */
export async function readAll(
  file: Uint8Array,
  size = 1 << 16,
): Promise<{ readonly packets: CapturedPacket[]; readonly error: unknown }> {
  const packets: CapturedPacket[] = [];
  try {
    for await (const batch of readCapture(pieces(file, size), () => true)) packets.push(...batch);
  } catch (error) {
    return { packets, error };
  }
  return { packets, error: undefined };
}
