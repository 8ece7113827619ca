/** Ethernet II frame without frame check sequence. */
import { etherTypeNames } from './gre.js';
import { bytes, type InputOf, layout, mac, u16, type ValueOf } from './layout.js';

export const broadcastMac = 'ff:ff:ff:ff:ff:ff';

/** Whether the address is a group (multicast or broadcast) address: lowest bit of the first octet. */
export const isGroupMac = (address: string): boolean => (Number.parseInt(address.slice(0, 2), 16) & 1) === 1;

export const ethernet = layout('Ethernet', [
  mac('destination'),
  mac('source'),
  u16('etherType', { hex: true, names: etherTypeNames }),
  bytes('payload'),
]);

export type Ethernet = ValueOf<typeof ethernet>;
export type EthernetInput = InputOf<typeof ethernet>;
