/** Packets that a capture holds twice: on loopback, and where it was taken on several links of one machine. */
import type { Packet } from './packet.js';

/** Nobody sends the same again so soon: milliseconds. */
const window = 5;
const mostRecent = 64;

export class Repeats {
  #recent: Packet[] = [];
  count = 0;

  isRepeat(packet: Packet): boolean {
    // most packets come in their order: then only the oldest have to go
    const oldest = this.#recent.findIndex((p) => Math.abs(packet.at - p.at) <= window);
    if (oldest !== 0 || this.#recent.length > 2 * mostRecent) {
      this.#recent = oldest < 0 ? [] : this.#recent.slice(Math.max(oldest, this.#recent.length - mostRecent));
    }
    const isKnown = this.#recent.some((p) => isSame(p, packet));
    if (isKnown) this.count++;
    else this.#recent.push(packet);
    return isKnown;
  }
}

/** The same packet on another link: a router changes time to live and header checksum. */
function isSame({ bytes: a, at }: Packet, { bytes: b, at: other }: Packet): boolean {
  if (a.length !== b.length || Math.abs(at - other) > window) return false;
  // what is another message mostly differs in its last octets, those of an authenticator
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i] && i !== 8 && i !== 10 && i !== 11) return false;
  return true;
}
