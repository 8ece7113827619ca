/** Which layout an ICMPv6 message has, by its first octet. */
import { icmpv6, icmpv6Echo, icmpv6Types } from './icmpv6.js';
import type { Layout } from './layout.js';
import { neighbourAdvertisement, neighbourSolicitation, routerAdvertisement, routerSolicitation } from './ndp.js';

const layouts: Readonly<Record<number, Layout<unknown>>> = {
  [icmpv6Types.echo]: icmpv6Echo,
  [icmpv6Types.echoReply]: icmpv6Echo,
  [icmpv6Types.routerSolicitation]: routerSolicitation,
  [icmpv6Types.routerAdvertisement]: routerAdvertisement,
  [icmpv6Types.neighbourSolicitation]: neighbourSolicitation,
  [icmpv6Types.neighbourAdvertisement]: neighbourAdvertisement,
};

export const icmpv6Layout = (type: number | undefined): Layout<unknown> => layouts[type ?? -1] ?? icmpv6;
