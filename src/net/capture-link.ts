/** Where IPv4 starts behind the headers of a link (LINKTYPE_ numbers of tcpdump.org). */
import { u16At } from '../wire/octets.js';

export const linkTypes = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  pppSerial: 50,
  raw: 101,
  loop: 108,
  cooked: 113,
  ipv4: 228,
  cooked2: 276,
} as const;

export const linkTypeNames: Readonly<Record<number, string>> = {
  0: 'null',
  1: 'Ethernet',
  9: 'PPP',
  50: 'PPP',
  101: 'raw IP',
  105: '802.11',
  108: 'loop',
  113: 'Linux cooked',
  127: '802.11 with radiotap',
  228: 'IPv4',
  276: 'Linux cooked v2',
};

const etherTypeIpv4 = 0x0800;
/** VLAN (802.1Q), QinQ (802.1ad), and the numbers that older switches used. */
const isTag = (etherType: number): boolean =>
  etherType === 0x8100 || etherType === 0x88a8 || etherType === 0x9100 || etherType === 0x9200;
const mostTags = 8;

export const notIpv4 = -1;
export const unknownLink = -2;

/** Where the IPv4 header starts; `notIpv4` when there is none, `unknownLink` when the link type is not known. */
export function ipv4Start(bytes: Uint8Array, from: number, to: number, linkType: number): number {
  switch (linkType) {
    case linkTypes.ethernet:
      return behindType(bytes, from + 12, to);
    case linkTypes.cooked:
      return behindType(bytes, from + 14, to);
    case linkTypes.cooked2: {
      // the protocol stands first, the packet behind 20 octets; a tag would stand there too
      if (to - from < 20) return notIpv4;
      const type = u16At(bytes, from);
      return type === etherTypeIpv4 ? from + 20 : isTag(type) ? behindType(bytes, from + 22, to) : notIpv4;
    }
    case 12: // what raw IP is called in files of some systems
    case 14:
    case linkTypes.raw:
    case linkTypes.ipv4:
      return from < to && (bytes[from] ?? 0) >> 4 === 4 ? from : notIpv4;
    case linkTypes.ppp:
    case linkTypes.pppSerial:
      return behindPpp(bytes, from, to);
    case linkTypes.null: // AF_INET in the byte order of the machine that captured
    case linkTypes.loop:
      return to - from > 4 && isFamilyInet(bytes, from) ? from + 4 : notIpv4;
    default:
      return unknownLink;
  }
}

function behindType(bytes: Uint8Array, at: number, to: number): number {
  let place = at;
  for (let tags = 0; tags <= mostTags; tags++) {
    if (place + 2 > to) return notIpv4;
    const type = u16At(bytes, place);
    if (type === etherTypeIpv4) return place + 2;
    if (!isTag(type)) return notIpv4;
    place += 4;
  }
  return notIpv4;
}

/** RFC 1661 §2 and §6.5: a protocol number of two octets or, compressed, of one; RFC 1662 §3.1: two octets before it. */
function behindPpp(bytes: Uint8Array, from: number, to: number): number {
  const at = u16At(bytes, from) === 0xff03 ? from + 2 : from;
  const start = bytes[at] === pppIpv4 ? at + 1 : u16At(bytes, at) === pppIpv4 ? at + 2 : to;
  return start < to ? start : notIpv4;
}

const pppIpv4 = 0x21;

function isFamilyInet(bytes: Uint8Array, at: number): boolean {
  const [first, last] = [bytes[at], bytes[at + 3]];
  return bytes[at + 1] === 0 && bytes[at + 2] === 0 && ((first === 0 && last === 2) || (first === 2 && last === 0));
}
