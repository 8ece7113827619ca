/** What octets of unknown origin are, for people who paste hex. */
import { ethernet } from './ethernet.js';
import type { Dialect } from './extensions.js';
import { etherTypeNames, etherTypes, gre } from './gre.js';
import { ipv4 } from './ipv4.js';
import { decode, type Dissected } from './layout.js';
import { messageTypes } from './mobileip.js';
import type { Protocol } from './nesting.js';
import { dissectAs } from './packet-tree.js';
import { summarizeAs } from './summary.js';
import { octetsText, toHex } from './text.js';

export interface Guess {
  /** What the octets were taken for. */
  readonly guess: 'Mobile IP message' | 'IPv4 packet' | 'GRE packet' | 'Ethernet frame' | 'unknown octets';
  readonly summary: string;
  readonly tree: Dissected;
}

const names = {
  mobileIp: 'Mobile IP message',
  ipv4: 'IPv4 packet',
  gre: 'GRE packet',
  ethernet: 'Ethernet frame',
} as const satisfies Partial<Record<Protocol, Guess['guess']>>;

/** The tree of a Mobile IP message, an IPv4 packet, a GRE packet or an Ethernet frame, whichever it looks like. */
export function dissectAny(octets: Uint8Array, dialect: Dialect): Guess {
  const protocol = guessProtocol(octets);
  if (protocol === undefined) {
    const text = toHex(octets);
    const tree = { name: 'unknown octets', offset: 0, length: octets.length, text };
    return { guess: 'unknown octets', summary: `${octetsText(octets.length)} of no known kind`, tree };
  }
  return {
    guess: names[protocol],
    summary: summarizeAs(protocol, octets, dialect),
    tree: dissectAs(protocol, octets, dialect),
  };
}

/**
 * The surest signs come first: 01 starts a request but also a multicast frame, 4a an IPv4 packet with options but also
 * the address of a network card.
 */
function guessProtocol(octets: Uint8Array): keyof typeof names | undefined {
  const first = octets[0] ?? 0;
  if (isFrameOfKnownKind(octets)) return 'ethernet';
  if (isWholeIpv4(octets)) return 'ipv4';
  if (isMessage(octets)) return 'mobileIp';
  if (isPlausibleGre(octets)) return 'gre';
  if (first === 0x45 || (first >> 4 === 4 && octets.length < 14)) return 'ipv4';
  return octets.length >= 14 ? 'ethernet' : undefined;
}

function isWholeIpv4(octets: Uint8Array): boolean {
  const ip = decode(ipv4, octets);
  if (!ip.ok || ip.value.version !== 4) return false;
  const { headerLength, totalLength } = ip.value;
  return headerLength >= 5 && totalLength >= headerLength * 4 && totalLength <= octets.length;
}

function isFrameOfKnownKind(octets: Uint8Array): boolean {
  const frame = decode(ethernet, octets);
  if (!frame.ok) return false;
  const { etherType, payload } = frame.value;
  switch (etherType) {
    case etherTypes.ipv4:
      return isWholeIpv4(payload);
    case etherTypes.arp:
      return payload.length >= 28 && toHex(payload.subarray(0, 6)) === '000108000604'; // IPv4 over Ethernet
    case etherTypes.ipv6:
      return payload.length >= 40 && (payload[0] ?? 0) >> 4 === 6;
    default:
      return false;
  }
}

function isMessage(octets: Uint8Array): boolean {
  const types: readonly number[] = Object.values(messageTypes);
  return octets[0] !== undefined && types.includes(octets[0]);
}

function isPlausibleGre(octets: Uint8Array): boolean {
  const header = decode(gre, octets);
  if (!header.ok) return false;
  const { version, hasRouting, protocol } = header.value;
  return version === 0 && !hasRouting && etherTypeNames[protocol] !== undefined;
}
