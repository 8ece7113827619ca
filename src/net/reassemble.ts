import { ipv4LongestPacket, readIpv4, sealIpv4, writeFragmentFields, type Ipv4Fields } from './ipv4-fields.js';

interface Partial {
  readonly startedAt: number;
  readonly parts: Map<number, Uint8Array>;
  header: Uint8Array | undefined;
  /** Payload octets in all, once the last fragment is here. */
  total: number | undefined;
  /** Payload octets so far, overlaps counted twice. */
  received: number;
}

const patience = 30_000;
const usualPartials = 64;
/** Parts that overlap may add up to this; more is no packet that anybody meant to send. */
const mostReceived = 2 * ipv4LongestPacket;

/** Puts fragmented packets together as a receiving host does (RFC 791 3.2); of overlapping parts the first wins. */
export class Reassembler {
  readonly #mostPartials: number;
  #partials = new Map<string, Partial>();

  /** `mostPartials`: packets under way at once, of 131 070 octets each at most; beyond it the oldest is given up. */
  constructor({ mostPartials = usualPartials }: { readonly mostPartials?: number } = {}) {
    this.#mostPartials = mostPartials;
  }

  /** The whole packet: at once when it is not a fragment, else with its last missing part, else undefined. */
  take(packet: Uint8Array, fields: Ipv4Fields, now: number): Uint8Array | undefined {
    if (!fields.moreFragments && fields.fragmentOffset === 0) return packet;
    const key = `${fields.source} ${fields.destination} ${fields.protocol} ${fields.identification}`;
    const partial = this.#partials.get(key) ?? this.#begin(key, now);
    const part = packet.subarray(fields.headerLength, fields.totalLength);
    if (partial.received + part.length > mostReceived) {
      this.#partials.delete(key);
      return undefined;
    }
    if (!partial.parts.has(fields.fragmentOffset)) {
      partial.parts.set(fields.fragmentOffset, part);
      partial.received += part.length;
    }
    if (fields.fragmentOffset === 0) partial.header = packet.slice(0, fields.headerLength);
    if (!fields.moreFragments) partial.total = fields.fragmentOffset + part.length;
    const whole = assemble(partial);
    if (whole !== undefined) this.#partials.delete(key);
    return whole;
  }

  #begin(key: string, now: number): Partial {
    for (const [old, { startedAt }] of this.#partials) {
      // the oldest stand first
      if (now - startedAt <= patience && this.#partials.size < this.#mostPartials) break;
      this.#partials.delete(old);
    }
    const partial: Partial = { startedAt: now, parts: new Map(), header: undefined, total: undefined, received: 0 };
    this.#partials.set(key, partial);
    return partial;
  }
}

function assemble({ parts, header, total, received }: Partial): Uint8Array | undefined {
  if (header === undefined || total === undefined || received < total) return undefined;
  if (header.length + total > ipv4LongestPacket) return undefined;
  const packet = new Uint8Array(header.length + total);
  packet.set(header);
  let filled = 0;
  for (const [offset, part] of [...parts].sort(([a], [b]) => a - b)) {
    if (filled >= total) break;
    if (offset > filled) return undefined;
    const fresh = part.subarray(filled - offset, total - offset);
    packet.set(fresh, header.length + filled);
    filled += fresh.length;
  }
  if (filled < total) return undefined;
  writeFragmentFields(packet, readIpv4(packet)?.identification ?? 0, 0, false);
  sealIpv4(packet, header.length);
  return packet;
}
