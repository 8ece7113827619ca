/** Packets that a capture holds twice: on loopback, and where it was taken on several links of one machine. */
import { sameBytes } from '../wire/text.js';
import type { Packet } from './packet.js';

/** Nobody sends the same again so soon: milliseconds. */
const window = 5;
const mostRecent = 64;

export class Repeats {
  #recent: Packet[] = [];
  count = 0;

  isRepeat(packet: Packet): boolean {
    this.#recent = this.#recent.filter((p) => Math.abs(packet.at - p.at) <= window).slice(-mostRecent);
    const isKnown = this.#recent.some((p) => isSame(p.bytes, packet.bytes));
    if (isKnown) this.count++;
    else this.#recent.push(packet);
    return isKnown;
  }
}

/** The same packet on another link: a router changes time to live and header checksum. */
const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && sameBytes(a.subarray(0, 8), b.subarray(0, 8)) && sameBytes(a.subarray(12), b.subarray(12));
