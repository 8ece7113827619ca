/** ARP for IPv4 over Ethernet, RFC 826. */
import { etherTypes } from './gre.js';
import { bytes, type InputOf, ipv4, layout, mac, u16, u8, type ValueOf } from './layout.js';

export const arpOperations = { request: 1, reply: 2 } as const;

export const arp = layout('ARP', [
  u16('hardwareType', { initial: 1, names: { 1: 'Ethernet' } }),
  u16('protocolType', { initial: etherTypes.ipv4, hex: true }),
  u8('hardwareLength', { initial: 6 }),
  u8('protocolLength', { initial: 4 }),
  u16('operation', { initial: arpOperations.request, names: { 1: 'request', 2: 'reply' } }),
  mac('senderMac'),
  ipv4('senderIp'),
  mac('targetMac'),
  ipv4('targetIp'),
  bytes('padding'),
]);

export type Arp = ValueOf<typeof arp>;
export type ArpInput = InputOf<typeof arp>;
