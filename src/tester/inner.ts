/** What a tunnel packet carries, whichever mode it is of. */
import type { TunnelFrame } from '../oracle/frame.js';
import { ethernet, type Ethernet } from '../wire/ethernet.js';
import { etherTypes } from '../wire/gre.js';
import { icmpEcho, icmpTypes } from '../wire/icmp.js';
import { ipProtocols, ipv4, type Ipv4 } from '../wire/ipv4.js';
import { decode } from '../wire/layout.js';

export interface Inner {
  /** In L2 mode. */
  readonly link?: Ethernet;
  /** The IPv4 packet inside, in either mode. */
  readonly packet?: Ipv4;
}

export function innerOf(frame: TunnelFrame): Inner {
  if (frame.inner) return { packet: frame.inner };
  if (!frame.gre) return {};
  const link = decode(ethernet, frame.gre.payload);
  if (!link.ok) return {};
  if (link.value.etherType !== etherTypes.ipv4) return { link: link.value };
  const packet = decode(ipv4, link.value.payload);
  return { link: link.value, ...(packet.ok && { packet: packet.value }) };
}

/**
 * Whether the packet is an ICMP echo reply to that address; with `mac`, in a frame to that station: a neighbour that
 * remembers who had the address before sends elsewhere, which is none of the device's doing.
 */
export function isEchoReply(frame: TunnelFrame, to: string, mac?: string): boolean {
  const { link, packet } = innerOf(frame);
  if (mac !== undefined && link !== undefined && link.destination !== mac) return false;
  if (packet?.protocol !== ipProtocols.icmp || packet.destination !== to) return false;
  const message = decode(icmpEcho, packet.payload);
  return message.ok && message.value.type === icmpTypes.echoReply;
}
