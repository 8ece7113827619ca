/** Datagrams that a capture holds twice: on loopback, and where it was taken on several links, or at both ends of one. */
import type { Packet } from './packet.js';

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
  readonly #recent = new Map<string, Packet>();
  count = 0;

  sort(packet: Packet): Sort {
    const name = nameOf(packet.bytes);
    const before = this.#recent.get(name);
    const away = before === undefined ? Infinity : Math.abs(packet.at - before.at);
    const isSame = before !== undefined && away <= longest && isEqual(before.bytes, packet.bytes);
    if (isSame && (away <= window || identificationOf(packet.bytes) !== 0)) {
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

const identificationOf = (bytes: Uint8Array): number => ((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0);

/** What is another message mostly differs in its last octets, those of an authenticator. */
const nameOf = (bytes: Uint8Array): string =>
  `${bytes.length} ${identificationOf(bytes)} ${bytes.subarray(12, 16).join('.')} ${bytes.subarray(-8).join('.')}`;

/** The same packet on another link: a router changes time to live and header checksum. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i] && i !== 8 && i !== 10 && i !== 11) return false;
  return true;
}
