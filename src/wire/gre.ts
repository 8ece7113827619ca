/**
 * GRE header, RFC 2784 §2.1 with the key and sequence number of RFC 2890 §2.
 *
 *   0                   1                   2                   3
 *  |C|r|K|S|  reserved0        | ver |         protocol type         |
 *  |  checksum (if C)              |  reserved1 (if C)               |
 *  |  key (if K)                                                     |
 *  |  sequence number (if S)                                         |
 */
import { onesComplement } from './checksum.js';
import { bits, bytes, computed, flag, type InputOf, layout, u16, u32, type ValueOf, when } from './layout.js';

/** Incomplete: the payload types that grespec meets. */
export const etherTypes = {
  ipv4: 0x0800,
  arp: 0x0806,
  transparentEthernetBridging: 0x6558,
  vlan: 0x8100,
  ipv6: 0x86dd,
  ppp: 0x880b,
} as const;

export const etherTypeNames: Readonly<Record<number, string>> = {
  0x0800: 'IPv4',
  0x0806: 'ARP',
  0x6558: 'transparent Ethernet bridging',
  0x8100: 'VLAN',
  0x86dd: 'IPv6',
  0x880b: 'PPP',
};

export const gre = layout('GRE', [
  flag('hasChecksum', (given) => given['checksum'] !== undefined),
  flag('hasRouting'), // RFC 1701; RFC 2784 §2.3: must be zero
  flag('hasKey', (given) => given['key'] !== undefined),
  flag('hasSequence', (given) => given['sequence'] !== undefined),
  bits('reserved0', 9, { hex: true }), // the top two must be zero, the rest is ignored on receipt: RFC 2784 §2.3
  bits('version', 3),
  u16('protocol', { hex: true, names: etherTypeNames }),
  when('hasChecksum', [
    // RFC 2784 §2.5: over the GRE header and the payload, with this field as zero
    computed(u16('checksum', { hex: true }), ({ bytes: whole }) => onesComplement(whole)),
    u16('reserved1', { hex: true }),
  ]),
  when('hasKey', [u32('key', { hex: true })]),
  when('hasSequence', [u32('sequence')]),
  bytes('payload'),
]);

export type Gre = ValueOf<typeof gre>;
export type GreInput = InputOf<typeof gre>;
