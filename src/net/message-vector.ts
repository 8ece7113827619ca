import { linux, type Libc } from './libc.js';

/** Octets of a datagram or packet at most. */
export const longestMessage = 65535;
/** Not a power of two: octets of neighbouring slots would then contend for the same lines of the processor's cache. */
const stride = 65536 + 128;
const nameSize = 16;

/**
 * Datagrams with an address each, laid out as sendmmsg(2) and recvmmsg(2) want them, so that many cost one system call.
 * An array of struct mmsghdr, with the struct sockaddr_in, the struct iovec and the octets that each points to.
 */
export class MessageVector {
  readonly slots: number;
  readonly #start: bigint;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Octets of a pointer, and so of every other field of the structures but the addresses. */
  readonly #word: number;
  readonly #names: number;
  readonly #vectors: number;
  readonly #octets: number;

  constructor(libc: Libc, slots: number) {
    const word = libc.pointerSize;
    this.slots = slots;
    this.#word = word;
    this.#names = slots * 8 * word;
    this.#vectors = this.#names + slots * nameSize;
    this.#octets = this.#vectors + slots * 2 * word;
    const { address, bytes } = libc.memory(this.#octets + slots * stride);
    this.#start = address;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let slot = 0; slot < slots; slot++) this.#lay(slot);
  }

  /** The fields that stay: where the name and the octets of a slot are, and how large. */
  #lay(slot: number): void {
    const header = slot * 8 * this.#word;
    const name = this.#names + slot * nameSize;
    const vector = this.#vectors + slot * 2 * this.#word;
    const octets = this.#octets + slot * stride;
    this.#bytes.set(new Uint8Array(Uint16Array.of(linux.AF_INET).buffer), name);
    // struct msghdr: msg_name, msg_namelen, msg_iov, msg_iovlen, and no control data; msg_len stands behind it
    this.#set(header, this.#start + BigInt(name));
    this.#set(header + this.#word, nameSize);
    this.#set(header + 2 * this.#word, this.#start + BigInt(vector));
    this.#set(header + 3 * this.#word, 1);
    this.#set(vector, this.#start + BigInt(octets));
    this.#set(vector + this.#word, longestMessage + 1);
  }

  #set(at: number, value: bigint | number): void {
    if (this.#word === 8) this.#view.setBigUint64(at, BigInt(value), littleEndian);
    else this.#view.setUint32(at, Number(value), littleEndian);
  }

  /** Address of the array from a slot on. */
  from(slot: number): bigint {
    return this.#start + BigInt(slot * 8 * this.#word);
  }

  /** Fills a slot with what is to be sent; `address` is the number of an IPv4 address. At most `longestMessage` octets. */
  put(slot: number, octets: Uint8Array, address: number, port: number): void {
    const name = this.#names + slot * nameSize;
    this.#view.setUint16(name + 2, port);
    this.#view.setUint32(name + 4, address);
    this.#bytes.set(octets, this.#octets + slot * stride);
    this.#set(this.#vectors + slot * 2 * this.#word + this.#word, octets.length);
  }

  /** Octets received into a slot. */
  length(slot: number): number {
    return this.#view.getUint32(slot * 8 * this.#word + 7 * this.#word, littleEndian);
  }

  /** The first octets of a slot; not a copy. */
  octets(slot: number, length: number): Uint8Array {
    const at = this.#octets + slot * stride;
    return this.#bytes.subarray(at, at + length);
  }

  /** Whom a slot is from or to: the number of an IPv4 address. */
  address(slot: number): number {
    return this.#view.getUint32(this.#names + slot * nameSize + 4);
  }

  port(slot: number): number {
    return this.#view.getUint16(this.#names + slot * nameSize + 2);
  }
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
