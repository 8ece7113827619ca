/** IPv6 header, RFC 8200 §3. Extension headers stay in the payload. */
import { ipv6Address } from './ipv6-address.js';
import { bits, bytes, bytesUpTo, computed, layout, u16, u8, type ValueOf } from './layout.js';

/** Incomplete: the next headers that grespec meets. */
export const nextHeaders = { hopByHop: 0, tcp: 6, udp: 17, icmpv6: 58 } as const;
export const nextHeaderNames: Readonly<Record<number, string>> = {
  0: 'hop-by-hop options',
  6: 'TCP',
  17: 'UDP',
  43: 'routing',
  44: 'fragment',
  58: 'ICMPv6',
  59: 'nothing',
  60: 'destination options',
};

const headerSize = 40;
const lengthOf = (octets: unknown): number => (octets instanceof Uint8Array ? octets.length : 0);

export const ipv6 = layout('IPv6', [
  bits('version', 4, { initial: 6 }),
  u8('trafficClass', { hex: true }),
  bits('flowLabel', 20, { hex: true }),
  computed(u16('payloadLength'), ({ bytes: whole, value }) => whole.length - headerSize - lengthOf(value['padding'])),
  u8('nextHeader', { names: nextHeaderNames }),
  u8('hopLimit', { initial: 64 }),
  ipv6Address('source'),
  ipv6Address('destination'),
  bytesUpTo('payload', (value) => Number(value['payloadLength'])),
  bytes('padding'), // behind the packet, as in an Ethernet frame of minimum length
]);

export type Ipv6 = ValueOf<typeof ipv6>;
