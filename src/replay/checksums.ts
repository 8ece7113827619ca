/**
 * Which datagrams with a wrong UDP checksum a receiver discards (RFC 3344 §3.8.2.1), and which only look wrong because
 * the capture was taken before the hardware of their sender computed it: then nearly all from that sender do.
 */
import type { Message } from './packet.js';

interface Count {
  right: number;
  wrong: number;
}

/** Of so many wrong ones to a right one, the hardware is the cause. */
const nearlyAll = 4;
const mostSenders = 10_000;

export class Checksums {
  readonly #bySender = new Map<string, Count>();

  count({ from, checksum }: Message): void {
    if (checksum !== 'right' && checksum !== 'wrong') return;
    let own = this.#bySender.get(from.address);
    if (!own) {
      if (this.#bySender.size >= mostSenders) return;
      this.#bySender.set(from.address, (own = { right: 0, wrong: 0 }));
    }
    own[checksum]++;
  }

  /** Whether the datagram was damaged on its way. */
  isDamaged({ from, checksum }: Message): boolean {
    if (checksum !== 'wrong') return false;
    const own = this.#bySender.get(from.address);
    return own !== undefined && own.wrong < nearlyAll * own.right;
  }
}
