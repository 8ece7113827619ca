/**
 * Classic pcap files (magic a1b2c3d4). pcap-parser decodes the records, but believes every length and ends silently
 * when a file is cut; so a guard goes in front that checks each record and hands on only whole ones, and of those only
 * the wanted: walking over a record costs a fiftieth of parsing it.
 */
import { CaptureError, type CapturedPacket, mostCaptured, type Walker, type Wants } from './capture-packet.js';
import { type ParsedRecord, pcapParser } from './pcap-parser.js';

const fileHeaderLength = 24;
const recordHeaderLength = 16;
/** Byte order and resolution, by the magic number as a big-endian reader sees it. */
const magics: ReadonlyMap<number, { readonly littleEndian: boolean; readonly nanoseconds: boolean }> = new Map([
  [0xa1b2c3d4, { littleEndian: false, nanoseconds: false }],
  [0xd4c3b2a1, { littleEndian: true, nanoseconds: false }],
  [0xa1b23c4d, { littleEndian: false, nanoseconds: true }],
  [0x4d3cb2a1, { littleEndian: true, nanoseconds: true }],
]);

export const isPcap = (magic: number): boolean => magics.has(magic);

export class PcapWalker implements Walker {
  count = 0;
  readonly #wants: Wants;
  #file: FileHeader | undefined;
  #wanted: Uint8Array[] = [];
  #numbers: number[] = [];

  constructor(wants: Wants) {
    this.#wants = wants;
  }

  walk(bytes: Uint8Array, from: number, to: number, offset: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = from;
    if (!this.#file) {
      if (to - at < fileHeaderLength) return at;
      this.#file = readFileHeader(bytes.slice(at, at + fileHeaderLength), offset + at);
      at += fileHeaderLength;
    }
    const { littleEndian, snapLength, linkType } = this.#file;
    while (to - at >= recordHeaderLength) {
      const captured = view.getUint32(at + 8, littleEndian);
      if (captured > mostCaptured || captured > snapLength) {
        checkLength(captured, view.getUint32(at + 12, littleEndian), snapLength, offset + at, this.count + 1);
      }
      const data = at + recordHeaderLength;
      const end = data + captured;
      if (end > to) break;
      this.count++;
      if (this.#wants(bytes, data, end, linkType)) {
        this.#wanted.push(bytes.slice(at, end));
        this.#numbers.push(this.count);
      }
      at = end;
    }
    return at;
  }

  take(): CapturedPacket[] {
    if (!this.#file || this.#wanted.length === 0) return [];
    const { parse, unit, linkType } = this.#file;
    const numbers = this.#numbers;
    const records = parse(Buffer.concat(this.#wanted));
    this.#wanted = [];
    this.#numbers = [];
    return records.map((record, i) => packetOf(record, numbers[i] ?? 0, unit, linkType));
  }
}

interface FileHeader {
  readonly littleEndian: boolean;
  /** Nanoseconds in a unit of the second time field. */
  readonly unit: number;
  readonly snapLength: number;
  readonly linkType: number;
  readonly parse: (records: Uint8Array) => ParsedRecord[];
}

function readFileHeader(header: Uint8Array, offset: number): FileHeader {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const magic = magics.get(view.getUint32(0));
  if (!magic) throw new CaptureError(offset, 'the magic number is not that of a pcap file');
  const { littleEndian, nanoseconds } = magic;
  const [major, minor] = [view.getUint16(4, littleEndian), view.getUint16(6, littleEndian)];
  if (major !== 2 || minor !== 4) {
    throw new CaptureError(offset + 4, `pcap version ${major}.${minor}, where only 2.4 is in use`);
  }
  const snapLength = view.getUint32(16, littleEndian);
  // pcap-parser knows the magic of microseconds only; the unit does not matter to it
  view.setUint32(0, 0xa1b2c3d4, littleEndian);
  return {
    littleEndian,
    unit: nanoseconds ? 1 : 1000,
    snapLength: snapLength === 0 ? mostCaptured : snapLength,
    linkType: view.getUint32(20, littleEndian) & 0x03ffffff, // the bits above tell of a frame check sequence
    parse: pcapParser(header),
  };
}

/** Writers exist that exceed their own snapshot length, but none captures more than there was. */
function checkLength(captured: number, original: number, snapLength: number, offset: number, number: number): void {
  if (captured > mostCaptured) {
    throw new CaptureError(offset, `record ${number}: captured length ${captured} is more than ${mostCaptured}`);
  }
  if (captured > original) {
    throw new CaptureError(
      offset,
      `record ${number}: captured length ${captured} is more than the snapshot length ${snapLength} and the ` +
        `original length ${original}`,
    );
  }
}

function packetOf({ header, data }: ParsedRecord, number: number, unit: number, linkType: number): CapturedPacket {
  return {
    number,
    seconds: header.timestampSeconds,
    nanoseconds: header.timestampMicroseconds * unit,
    linkType,
    bytes: new Uint8Array(data),
    originalLength: header.originalLength,
  };
}
