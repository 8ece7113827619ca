/** Splitting IPv4 packets into fragments, RFC 791 §3.2. */
import { ipv4 } from './ipv4.js';
import { decode, encode } from './layout.js';

const longestPacket = 65535;
const minimumHeader = 20;

/**
 * Splits a whole IPv4 packet into fragments of at most `mtu` octets, ready to send. Undefined when it must not or cannot
 * be split. `identification` is used where the packet has none of its own (0).
 */
export function fragmentPacket(packet: Uint8Array, mtu: number, identification: number): Uint8Array[] | undefined {
  const read = decode(ipv4, packet);
  if (!read.ok) return undefined;
  const { value } = read;
  const headerLength = value.headerLength * 4;
  if (headerLength < minimumHeader || headerLength > packet.length) return undefined;
  if (value.dontFragment || packet.length > longestPacket) return undefined;
  const step = (mtu - headerLength) & ~7; // RFC 791 §3.1: offsets count units of 8 octets
  if (step < 8) return undefined;
  const payload = packet.subarray(headerLength);
  const fragments: Uint8Array[] = [];
  for (let offset = 0; offset < payload.length; offset += step) {
    fragments.push(
      encode(ipv4, {
        tos: value.tos,
        identification: value.identification || identification,
        reservedFlag: value.reservedFlag,
        moreFragments: value.moreFragments || offset + step < payload.length,
        fragmentOffset: value.fragmentOffset + offset / 8,
        ttl: value.ttl,
        protocol: value.protocol,
        source: value.source,
        destination: value.destination,
        options: offset === 0 ? value.options : copiedOptions(value.options),
        payload: payload.subarray(offset, offset + step),
      }),
    );
  }
  return fragments;
}

/** Fragments after the first carry only the options whose copied flag is set, RFC 791 §3.1. */
function copiedOptions(options: Uint8Array): Uint8Array {
  const kept: number[] = [];
  for (let at = 0; at < options.length;) {
    const type = options[at] ?? 0;
    if (type === 0) break;
    const length = type === 1 ? 1 : Math.max(2, options[at + 1] ?? 2);
    if (type & 0x80) kept.push(...options.subarray(at, at + length));
    at += length;
  }
  while (kept.length % 4 !== 0) kept.push(0);
  return Uint8Array.from(kept);
}
