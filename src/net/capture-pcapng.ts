/** pcapng files: sections, interfaces and packet blocks (draft-ietf-opsawg-pcapng §4); all other blocks are passed over. */
import { CaptureError, type CapturedPacket, mostCaptured, type Walker, type Wants } from './capture-packet.js';
import { interfaceOf, type Interface, splitTime } from './capture-interface.js';

export const pcapngMagic = 0x0a0d0d0a;
export const blockTypes = {
  interface: 1,
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
  section: pcapngMagic,
} as const;
/** Blocks that hold no packet but that Wireshark counts as frames: systemd journal entries and Sysdig events. */
const countedTypes: ReadonlySet<number> = new Set([9, 0x204, 0x208, 0x216, 0x221, 0x222, 0x223]);
const readTypes: ReadonlySet<number> = new Set(Object.values(blockTypes));

const byteOrderMagic = 0x1a2b3c4d;
/** The longest block that is read; others may be longer, for they are passed over. */
const longestBlock = 4 * mostCaptured;
const mostInterfaces = 65_536;
const smallestBlock = 12;

export class PcapngWalker implements Walker {
  count = 0;
  readonly #wants: Wants;
  #interfaces: Interface[] = [];
  #littleEndian = true;
  #isInSection = false;
  #wanted: CapturedPacket[] = [];
  /** Simple packet blocks have no time; they get that of the packet before. */
  #lastTime = { seconds: 0, nanoseconds: 0 };

  constructor(wants: Wants) {
    this.#wants = wants;
  }

  take(): CapturedPacket[] {
    const taken = this.#wanted;
    this.#wanted = [];
    return taken;
  }

  walk(bytes: Uint8Array, from: number, to: number, offset: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = from;
    while (to - at >= smallestBlock) {
      // the type of a section header reads the same either way; its byte order stands behind the length
      const isSection = view.getUint32(at) === blockTypes.section;
      if (isSection) this.#startSection(view, at, offset);
      else if (!this.#isInSection) throw new CaptureError(offset + at, 'a block outside any section');
      const type = view.getUint32(at, this.#littleEndian);
      const length = view.getUint32(at + 4, this.#littleEndian);
      if (length < smallestBlock || length % 4 !== 0) {
        throw new CaptureError(
          offset + at + 4,
          `block length ${length} is not a multiple of 4 from ${smallestBlock} on`,
        );
      }
      if (!readTypes.has(type)) {
        if (countedTypes.has(type)) this.count++;
        at += length;
        if (at > to) return at;
        continue;
      }
      if (length > longestBlock) {
        throw new CaptureError(
          offset + at + 4,
          `a block of type ${type} with ${length} octets, more than ${longestBlock}`,
        );
      }
      if (at + length > to) break;
      const trailer = view.getUint32(at + length - 4, this.#littleEndian);
      if (trailer !== length) {
        throw new CaptureError(offset + at + length - 4, `a block of ${length} octets ends with length ${trailer}`);
      }
      this.#block(type, new Block(bytes, view, at, length, this.#littleEndian, offset + at));
      at += length;
    }
    return at;
  }

  #startSection(view: DataView, at: number, offset: number): void {
    const magic = view.getUint32(at + 8);
    if (magic === byteOrderMagic) this.#littleEndian = false;
    else if (magic === 0x4d3c2b1a) this.#littleEndian = true;
    else throw new CaptureError(offset + at + 8, 'the byte-order magic of the section is wrong');
  }

  #block(type: number, block: Block): void {
    switch (type) {
      case blockTypes.section:
        return this.#section(block);
      case blockTypes.interface:
        if (this.#interfaces.length === mostInterfaces) block.fail(0, `more than ${mostInterfaces} interfaces`);
        this.#interfaces.push(interfaceOf(block));
        return;
      case blockTypes.enhancedPacket:
        return this.#packet(block, block.u32(8), 28);
      case blockTypes.packet:
        return this.#packet(block, block.u16(8), 28);
      case blockTypes.simplePacket:
        return this.#simplePacket(block);
    }
  }

  #section(block: Block): void {
    block.demand(28);
    const [major, minor] = [block.u16(12), block.u16(14)];
    if (major !== 1) block.fail(12, `pcapng version ${major}.${minor}, where only 1.x is known`);
    this.#interfaces = [];
    this.#isInSection = true;
  }

  /** Enhanced and obsolete packet blocks differ in the interface number only. */
  #packet(block: Block, interfaceId: number, dataAt: number): void {
    block.demand(dataAt + 4);
    this.count++;
    const from = this.#interface(block, interfaceId);
    const captured = block.u32(20);
    if (captured > block.length - dataAt - 4) {
      block.fail(20, `packet ${this.count}: captured length ${captured} does not fit into the block`);
    }
    if (!this.#wants(block.bytes, block.at + dataAt, block.at + dataAt + captured, from.linkType)) return;
    this.#lastTime = splitTime((BigInt(block.u32(12)) << 32n) | BigInt(block.u32(16)), from);
    this.#keep(block, dataAt, captured, block.u32(24), from.linkType);
  }

  #simplePacket(block: Block): void {
    block.demand(16);
    this.count++;
    const { linkType, snapLength } = this.#interface(block, 0);
    const original = block.u32(8);
    const captured = Math.min(original, snapLength === 0 ? Infinity : snapLength);
    if (captured > block.length - 16) block.fail(8, `packet ${this.count}: its ${captured} octets do not fit in`);
    if (!this.#wants(block.bytes, block.at + 12, block.at + 12 + captured, linkType)) return;
    this.#keep(block, 12, captured, original, linkType);
  }

  #keep(block: Block, dataAt: number, captured: number, originalLength: number, linkType: number): void {
    const bytes = block.bytes.slice(block.at + dataAt, block.at + dataAt + captured);
    this.#wanted.push({ number: this.count, ...this.#lastTime, linkType, bytes, originalLength });
  }

  #interface(block: Block, id: number): Interface {
    const found = this.#interfaces[id];
    if (!found) block.fail(8, `packet ${this.count} names interface ${id}; the section has ${this.#interfaces.length}`);
    return found;
  }
}

/** A whole block; places count from its start. */
export class Block {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  readonly #offset: number;

  constructor(bytes: Uint8Array, view: DataView, at: number, length: number, littleEndian: boolean, offset: number) {
    this.bytes = bytes;
    this.at = at;
    this.length = length;
    this.#view = view;
    this.#littleEndian = littleEndian;
    this.#offset = offset;
  }

  u16(place: number): number {
    return this.#view.getUint16(this.at + place, this.#littleEndian);
  }

  u32(place: number): number {
    return this.#view.getUint32(this.at + place, this.#littleEndian);
  }

  i64(place: number): bigint {
    return this.#view.getBigInt64(this.at + place, this.#littleEndian);
  }

  demand(length: number): void {
    if (this.length < length) this.fail(4, `block length ${this.length}, where its type needs ${length}`);
  }

  fail(place: number, message: string): never {
    throw new CaptureError(this.#offset + place, message);
  }
}
