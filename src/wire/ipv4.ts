/** IPv4 header, RFC 791 §3.1. */
import { onesComplement } from './checksum.js';
import {
  bits,
  bytes,
  bytesUpTo,
  computed,
  flag,
  type InputOf,
  ipv4 as address,
  layout,
  u16,
  u8,
  type ValueOf,
} from './layout.js';

/** Incomplete: the protocols that grespec meets. */
export const ipProtocols = {
  icmp: 1,
  ipInIp: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  gre: 47,
  minimalEncapsulation: 55,
} as const;
export const ipProtocolNames: Readonly<Record<number, string>> = {
  1: 'ICMP',
  4: 'IP in IP',
  6: 'TCP',
  17: 'UDP',
  41: 'IPv6',
  47: 'GRE',
  50: 'ESP',
  55: 'minimal encapsulation',
};

const lengthOf = (octets: unknown): number => (octets instanceof Uint8Array ? octets.length : 0);

export const ipv4 = layout('IPv4', [
  bits('version', 4, { initial: 4 }),
  bits('headerLength', 4, { initial: (given) => 5 + Math.ceil(lengthOf(given['options']) / 4) }), // in 32-bit words
  u8('tos', { hex: true }),
  computed(u16('totalLength'), ({ bytes: whole, value }) => whole.length - lengthOf(value['padding'])),
  u16('identification', { hex: true }),
  flag('reservedFlag'),
  flag('dontFragment'),
  flag('moreFragments'),
  bits('fragmentOffset', 13), // in units of 8 octets
  u8('ttl', { initial: 64 }),
  u8('protocol', { names: ipProtocolNames }),
  computed(u16('checksum', { hex: true }), ({ bytes: whole, value }) =>
    onesComplement(whole.subarray(0, Number(value['headerLength']) * 4)),
  ),
  address('source'),
  address('destination'),
  bytes('options', (value) => Math.max(0, Number(value['headerLength']) * 4 - 20)), // whole words, RFC 791 §3.1
  bytesUpTo('payload', (value) => Number(value['totalLength']) - Math.max(5, Number(value['headerLength'])) * 4),
  bytes('padding'), // behind the packet, as in an Ethernet frame of minimum length
]);

export type Ipv4 = ValueOf<typeof ipv4>;
export type Ipv4Input = InputOf<typeof ipv4>;
