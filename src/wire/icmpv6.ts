/** ICMPv6, RFC 4443: the echo messages, and enough of the rest to name it. Neighbour discovery is in ndp.ts. */
import { onesComplement } from './checksum.js';
import { nextHeaders } from './ipv6.js';
import { bytes, computed, type Field, layout, u16, u8 } from './layout.js';
import { type PseudoHeader, pseudoHeaderSum } from './pseudo-header.js';

export const icmpv6Types = {
  echo: 128,
  echoReply: 129,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
} as const;

export const icmpv6TypeNames: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
  137: 'redirect',
  143: 'multicast listener report',
};

/** Over the message as it stands; 0 when a received one is right. */
export const icmpv6Checksum = (message: Uint8Array, addresses: PseudoHeader): number =>
  onesComplement(message, pseudoHeaderSum(addresses, nextHeaders.icmpv6, message.length));

const checksum = (): Field<'checksum', number> =>
  computed(u16('checksum', { hex: true }), ({ bytes: whole, context }) =>
    context ? icmpv6Checksum(whole, context as PseudoHeader) : undefined,
  );

/** The fields that every message of that type begins with. A checksum that is left out needs a `PseudoHeader`. */
export const icmpv6Head = (type: number) =>
  [u8('type', { initial: type, names: icmpv6TypeNames }), u8('code'), checksum()] as const;

export const icmpv6 = layout('ICMPv6', [...icmpv6Head(icmpv6Types.echo), bytes('body')]);

export const icmpv6Echo = layout('ICMPv6 echo', [
  ...icmpv6Head(icmpv6Types.echo),
  u16('identifier'),
  u16('sequence'),
  bytes('payload'),
]);
