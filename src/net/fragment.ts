import { ipv4LongestPacket, ipv4MinimumHeader, readIpv4, sealIpv4, writeFragmentFields } from './ipv4-fields.js';

/**
 * Splits a whole IPv4 packet into fragments of at most `mtu` octets (RFC 791 3.2), ready to send. Undefined when it
 * must not or cannot be split. `identification` is used where the packet has none of its own (0).
 */
export function fragmentPacket(packet: Uint8Array, mtu: number, identification: number): Uint8Array[] | undefined {
  const fields = readIpv4(packet);
  if (fields === undefined || fields.dontFragment || packet.length > ipv4LongestPacket) return undefined;
  const step = (mtu - fields.headerLength) & ~7;
  if (step < 8) return undefined;
  const payload = packet.subarray(fields.headerLength);
  const firstHeader = packet.subarray(0, fields.headerLength);
  const laterHeader = withCopiedOptions(firstHeader);
  const fragments: Uint8Array[] = [];
  for (let offset = 0; offset < payload.length; offset += step) {
    const header = offset === 0 ? firstHeader : laterHeader;
    const part = payload.subarray(offset, offset + step);
    const more = fields.moreFragments || offset + step < payload.length;
    const fragment = new Uint8Array(header.length + part.length);
    fragment.set(header);
    fragment.set(part, header.length);
    writeFragmentFields(fragment, fields.identification || identification, fields.fragmentOffset + offset, more);
    sealIpv4(fragment, header.length);
    fragments.push(fragment);
  }
  return fragments;
}

/** Fragments after the first carry only the options whose copied flag is set (RFC 791 3.1). */
function withCopiedOptions(header: Uint8Array): Uint8Array {
  const kept: number[] = [...header.subarray(0, ipv4MinimumHeader)];
  for (let at = ipv4MinimumHeader; at < header.length;) {
    const type = header[at] ?? 0;
    if (type === 0) break;
    const length = type === 1 ? 1 : Math.max(2, header[at + 1] ?? 2);
    if (type & 0x80) kept.push(...header.subarray(at, at + length));
    at += length;
  }
  while (kept.length % 4 !== 0) kept.push(0);
  kept[0] = 0x40 | (kept.length / 4);
  return Uint8Array.from(kept);
}
