/** Datagrams that a capture holds twice: on loopback, and where it was taken on several links, or at both ends of one. */
import { identificationOf, type Packet } from './packet.js';

/** Nobody sends the same again so soon: milliseconds. */
const window = 5;
/**
 * How long a copy may take on its way, in milliseconds. RFC 791 §3.2 keeps an IP Identification unique for as long as
 * a packet may live, so the same one tells a copy; one of zero tells nothing (RFC 6864 §4.1).
 */
const longest = 3000;
const mostRecent = 4096;

/** `copy`: the same packet. `alike`: the same octets, and nothing tells a copy from a message sent again. */
export type Sort = 'new' | 'copy' | 'alike';

export class Repeats {
  /** The latest packet by what differs in most. */
  readonly #recent = new Map<number, Packet>();
  count = 0;

  sort(packet: Packet): Sort {
    const name = nameOf(packet.bytes);
    const before = this.#recent.get(name);
    const away = before === undefined ? Infinity : Math.abs(packet.at - before.at);
    const isSame = before !== undefined && away <= longest && isEqual(before.bytes, packet.bytes);
    if (isSame && (away <= window || identificationOf(packet) !== 0)) {
      this.count++;
      return 'copy';
    }
    this.#recent.delete(name);
    this.#recent.set(name, packet);
    for (const [old, { at }] of this.#recent) {
      if (this.#recent.size <= mostRecent && packet.at - at <= longest) break;
      this.#recent.delete(old);
    }
    return isSame ? 'alike' : 'new';
  }
}

/**
 * A number for what differs in nearly all packets: length, Identification, source, and the last octets, which are those of
 * an authenticator. FNV-1a; two that share it by chance are told apart by their octets.
 */
function nameOf(bytes: Uint8Array): number {
  let name = Math.imul(0x811c9dc5 ^ bytes.length, 0x01000193);
  const take = (from: number, to: number): void => {
    for (let at = from; at < to; at++) name = Math.imul(name ^ (bytes[at] ?? 0), 0x01000193);
  };
  take(4, 6);
  take(12, 16);
  take(Math.max(0, bytes.length - 8), bytes.length);
  return name;
}

/** The same packet on another link: a router changes time to live and header checksum. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i] && i !== 8 && i !== 10 && i !== 11) return false;
  return true;
}
