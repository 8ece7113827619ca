/** ICMP for IPv4, RFC 792: echo, and enough of the rest to name it. */
import { onesComplement } from './checksum.js';
import { bytes, computed, layout, u16, u8 } from './layout.js';

export const icmpTypes = { echoReply: 0, unreachable: 3, echo: 8, timeExceeded: 11 } as const;
export const icmpTypeNames: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'destination unreachable',
  8: 'echo request',
  9: 'router advertisement',
  10: 'router solicitation',
  11: 'time exceeded',
};

export const icmpEcho = layout('ICMP echo', [
  u8('type', { initial: icmpTypes.echo, names: icmpTypeNames }),
  u8('code'),
  computed(u16('checksum', { hex: true }), ({ bytes: whole }) => onesComplement(whole)),
  u16('identifier'),
  u16('sequence'),
  bytes('payload'),
]);
