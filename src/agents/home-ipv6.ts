/**
 * The gateway of the built-in home network in IPv6: it answers neighbour and router solicitations and echo requests. It
 * routes nowhere.
 */
import { icmpv6Echo, icmpv6Types } from '../wire/icmpv6.js';
import { decode } from '../wire/layout.js';
import {
  allNodes,
  ndpHopLimit,
  ndpOptions,
  neighbourAdvertisement,
  neighbourSolicitation,
  routerAdvertisement,
} from '../wire/ndp.js';
import { option } from '../wire/options.js';
import { macText } from '../wire/text.js';
import type { HomeContext, HomeService } from './home-services.js';
import { linkLocalOf, multicastMac } from './addresses.js';
import { hear, type Heard, icmpv6Frame } from './host-frames.js';

export interface Ipv6Options {
  /** The gateway's own address besides the link-local one. */
  readonly address: string;
  /** Whether it advertises a prefix that addresses may be made of; without, it does not advertise itself at all. */
  readonly advertises: boolean;
  /** Whether addresses are to be had by DHCPv6. */
  readonly managed: boolean;
  /** Prefix of 64 bits, as an address. */
  readonly prefix: string;
}

export function ipv6Service(options: Ipv6Options): HomeService {
  return {
    onFrame(frame, context) {
      const heard = hear(frame, () => true);
      if (!heard?.icmpv6) return [];
      const answer = answerTo(heard, heard.icmpv6, options, context);
      return answer ? [answer] : [];
    },
  };
}

function answerTo(
  { link, ipv6 }: Heard,
  message: Uint8Array,
  options: Ipv6Options,
  context: HomeContext,
): Uint8Array | undefined {
  if (!ipv6) return undefined;
  const own = [options.address, linkLocalOf(macText(context.mac))];
  const mac = macText(context.mac);
  const unicast = { source: mac, destination: link.source };
  const toAll = { source: mac, destination: multicastMac(allNodes) };
  switch (message[0]) {
    case icmpv6Types.echo: {
      const asked = decode(icmpv6Echo, message);
      if (!asked.ok || !own.includes(ipv6.destination) || ipv6.source === '::') return undefined;
      const addresses = { source: ipv6.destination, destination: ipv6.source };
      const reply = { ...asked.value, type: icmpv6Types.echoReply, checksum: undefined };
      return icmpv6Frame(unicast, addresses, icmpv6Echo, reply, 64);
    }
    case icmpv6Types.neighbourSolicitation: {
      const asked = decode(neighbourSolicitation, message);
      if (!asked.ok || ipv6.hopLimit !== ndpHopLimit || !own.includes(asked.value.target)) return undefined;
      const { target } = asked.value;
      // RFC 4861 §7.2.4: to all when the one who asks has no address yet
      const solicited = ipv6.source !== '::';
      const addresses = { source: target, destination: solicited ? ipv6.source : allNodes };
      const reply = {
        router: options.advertises,
        solicited,
        override: true,
        target,
        options: [option(ndpOptions.targetLinkLayer, { mac })],
      };
      return icmpv6Frame(solicited ? unicast : toAll, addresses, neighbourAdvertisement, reply);
    }
    case icmpv6Types.routerSolicitation:
      return options.advertises && ipv6.hopLimit === ndpHopLimit
        ? icmpv6Frame(
            toAll,
            { source: linkLocalOf(macText(context.mac)), destination: allNodes },
            routerAdvertisement,
            {
              managed: options.managed,
              routerLifetime: 1800,
              options: [
                option(ndpOptions.sourceLinkLayer, { mac }),
                option(ndpOptions.prefix, {
                  prefix: options.prefix,
                  onLink: true,
                  autonomous: true,
                  valid: 1800,
                  preferred: 900,
                }),
              ],
            },
          )
        : undefined;
    default:
      return undefined;
  }
}
