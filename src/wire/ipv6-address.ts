/** IPv6 addresses: octets, the one text form of RFC 5952, and a field for layouts. */
import type { Field } from './layout.js';

/** The text of 16 octets, RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
export function ipv6Text(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0));
  let best = { at: -1, size: 1 };
  for (let at = 0; at < 8; at++) {
    let size = 0;
    while (at + size < 8 && groups[at + size] === 0) size++;
    if (size > best.size) best = { at, size };
  }
  const words = groups.map((group) => group.toString(16));
  if (best.at < 0) return words.join(':');
  return `${words.slice(0, best.at).join(':')}::${words.slice(best.at + best.size).join(':')}`;
}

/** The 16 octets of an IPv6 address in any form of RFC 4291 §2.2 without zone or prefix length; undefined for other text. */
export function ipv6Bytes(text: string): Uint8Array | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0 || text.length > 45) return undefined;
  const front = groupsOf(head, tail === undefined);
  const back = groupsOf(tail ?? '', true);
  if (!front || !back) return undefined;
  const zeros = 16 - front.length - back.length;
  if (tail === undefined ? zeros !== 0 : zeros < 2) return undefined;
  return Uint8Array.from([...front, ...Array.from({ length: zeros }, () => 0), ...back]);
}

/** Octets of `2001:db8` or, where it may end the address, of `ffff:192.0.2.1`. */
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const words = text.split(':');
  for (const [i, word] of words.entries()) {
    const dotted = last && i === words.length - 1 ? /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(word) : null;
    if (dotted) {
      const parts = dotted.slice(1);
      if (parts.some((part) => Number(part) > 255 || String(Number(part)) !== part)) return undefined;
      octets.push(...parts.map(Number));
    } else if (/^[0-9a-f]{1,4}$/i.test(word)) {
      const group = Number.parseInt(word, 16);
      octets.push(group >> 8, group & 0xff);
    } else {
      return undefined;
    }
  }
  return octets;
}

export const isIpv6 = (address: string): boolean => address.includes(':');

/** An IPv6 address as text. Text that is not an address is the caller's own mistake and throws. */
export function ipv6Address<N extends string>(name: N): Field<N, string> {
  return {
    name,
    shape: { kind: 'ipv6' },
    initial: '::',
    read: (reader, path) => ipv6Text(reader.take(16, path)),
    write: (writer, value) => writer.put(mustBytes(value, name)),
    show: (value) => value,
  };
}

function mustBytes(text: string, name: string): Uint8Array {
  const octets = ipv6Bytes(text);
  if (octets === undefined) throw new TypeError(`${name}: ${text} is not an IPv6 address`);
  return octets;
}
