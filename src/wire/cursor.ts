/**
 * Bounds-checked reading and growing writing of big-endian octets and bits.
 * All guards against hostile lengths live here, so every codec shares them.
 */

import { octetsText } from './text.js';

/** What is wrong with received octets. `offset` counts from the start of the message. */
export interface Issue {
  readonly code: 'short' | 'bad-value';
  readonly offset: number;
  /** Name of the field that cannot be read. */
  readonly path: string;
  readonly message: string;
}

/** Reads from a window of a buffer. An overrun sets `issue`, and from then on every read gives zeros. */
export class Reader {
  readonly bytes: Uint8Array;
  /** Where the message starts in `bytes`. */
  readonly origin: number;
  /** Where the window ends; may be drawn nearer. */
  end: number;
  at: number;
  /** Bits already taken of the octet at `at`, 0 to 7. */
  bit = 0;
  issue: Issue | undefined;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.end = Math.min(end, bytes.length);
    this.at = Math.min(at, this.end);
    this.origin = this.at;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Notes what is wrong, unless something was wrong before. */
  fail(code: Issue['code'], path: string, message: string): void {
    this.issue ??= { code, offset: this.at - this.origin, path, message };
  }

  /** An unsigned number of 1 to 48 bits. */
  uint(bits: number, path: string): number {
    if (this.bit === 0 && (bits & 7) === 0) {
      const size = bits >> 3;
      if (this.at + size > this.end) return this.short(size, path);
      let value = 0;
      for (let i = 0; i < size; i++) value = value * 256 + (this.bytes[this.at + i] ?? 0);
      this.at += size;
      return value;
    }
    if (bits <= 8 - this.bit) {
      if (this.at >= this.end) return this.short(1, path);
      const octet = this.bytes[this.at] ?? 0;
      const value = (octet >> (8 - this.bit - bits)) & ((1 << bits) - 1);
      this.bit = (this.bit + bits) & 7;
      if (this.bit === 0) this.at++;
      return value;
    }
    let value = 0;
    for (let left = bits; left > 0;) {
      if (this.at >= this.end) return this.short(1, path);
      const take = Math.min(8 - this.bit, left);
      const octet = this.bytes[this.at] ?? 0;
      value = value * (1 << take) + ((octet >> (8 - this.bit - take)) & ((1 << take) - 1));
      this.bit += take;
      left -= take;
      if (this.bit === 8) {
        this.bit = 0;
        this.at++;
      }
    }
    return value;
  }

  /** The next `size` octets, not copied. */
  take(size: number, path: string): Uint8Array {
    if (!(size >= 0 && size <= this.left)) {
      this.short(size, path);
      return new Uint8Array(0);
    }
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  private short(wanted: number, path: string): number {
    this.fail('short', path, `${path}: ${octetsText(wanted)} wanted, ${this.left} left`);
    this.at = this.end;
    this.bit = 0;
    return 0;
  }
}

/** Writes into a buffer that grows. */
export class Writer {
  bytes: Uint8Array;
  at = 0;
  bit = 0;

  constructor(size = 256) {
    this.bytes = new Uint8Array(size);
  }

  /** An unsigned number of 1 to 48 bits; higher bits of `value` are cut off. */
  uint(bits: number, value: number): void {
    this.room((bits + 7) >> 3);
    if (this.bit === 0 && bits <= 32 && (bits & 7) === 0) {
      for (let shift = bits - 8; shift >= 0; shift -= 8) this.bytes[this.at++] = value >>> shift;
      return;
    }
    if (bits <= 8 - this.bit) {
      const shift = 8 - this.bit - bits;
      const mask = ((1 << bits) - 1) << shift;
      this.bytes[this.at] = ((this.bytes[this.at] ?? 0) & ~mask) | ((value << shift) & mask);
      this.bit = (this.bit + bits) & 7;
      if (this.bit === 0) this.at++;
      return;
    }
    if (bits > 32) {
      const low = 2 ** 32;
      this.uint(bits - 32, Math.floor(value / low));
      this.uint(32, value % low);
      return;
    }
    for (let left = bits; left > 0;) {
      const take = Math.min(8 - this.bit, left);
      left -= take;
      const shift = 8 - this.bit - take;
      const mask = ((1 << take) - 1) << shift;
      this.bytes[this.at] = ((this.bytes[this.at] ?? 0) & ~mask) | (((value >>> left) << shift) & mask);
      this.bit += take;
      if (this.bit === 8) {
        this.bit = 0;
        this.at++;
      }
    }
  }

  put(octets: Uint8Array): void {
    this.room(octets.length);
    this.bytes.set(octets, this.at);
    this.at += octets.length;
  }

  /** Text, one octet a character; the place of the first character that does not fit, if there is one. */
  latin1(text: string): number | undefined {
    this.room(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0xff) return i;
      this.bytes[this.at++] = code;
    }
    return undefined;
  }

  /** The octets written so far, not copied. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  private room(size: number): void {
    const wanted = this.at + size + 1; // one more: a bit field may straddle an octet
    if (wanted <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
