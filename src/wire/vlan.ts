/** The tag of IEEE 802.1Q §9.6 behind its EtherType 0x8100, with the frame's own type and payload behind it. */
import { etherTypeNames } from './gre.js';
import { bits, bytes, flag, layout, u16, type ValueOf } from './layout.js';

export const vlan = layout('VLAN', [
  bits('priority', 3),
  flag('dropEligible'),
  bits('id', 12),
  u16('etherType', { hex: true, names: etherTypeNames }),
  bytes('payload'),
]);

export type Vlan = ValueOf<typeof vlan>;
