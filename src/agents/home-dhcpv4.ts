/** The DHCPv4 server of the built-in home network: the server side of RFC 2131 §4.3, authoritative, without relays. */
import { bootpOperations, dhcpv4, type Dhcpv4, dhcpv4OptionsOf, dhcpv4Ports } from '../wire/dhcpv4.js';
import { dhcpv4Options, dhcpv4Types } from '../wire/dhcpv4-options.js';
import { broadcastMac } from '../wire/ethernet.js';
import { decode, encode } from '../wire/layout.js';
import { type Option, option, optionIn } from '../wire/options.js';
import { ipv4Number, ipv4Text, macText, toHex } from '../wire/text.js';
import { type Network } from './ha-config.js';
import { Leases } from './home-leases.js';
import type { HomeContext, HomeService } from './home-services.js';
import { hear, ipv4Frame, udp4Packet } from './host-frames.js';

/** Seconds of a lease. */
const leaseTime = 600;
/** Milliseconds for which an offer stands. */
const offerTime = 60_000;
const allStations = '255.255.255.255';
const anyAddress = '0.0.0.0';

/** Addresses come from the upper half of the network, for home addresses are assigned from its lower half first. */
export function dhcpv4Service(network: Network): HomeService {
  const size = network.last - network.first + 1;
  const first = network.first + Math.floor(size / 2);
  const mask = ipv4Text((0x100000000 - size) >>> 0);
  let context: HomeContext | undefined;
  const leases = new Leases(network.last - first, (number) => {
    const address = first + number;
    return context === undefined || address === context.ipv4 || context.proxies(address) || context.isLocal(address);
  });

  const answer = (message: Dhcpv4, options: readonly Option[], now: number): Answer | undefined => {
    const identifier = options.find(({ code }) => code === dhcpv4Options.clientId.code);
    const client = identifier ? toHex(identifier.data) : message.clientMac;
    const requested = optionIn(dhcpv4Options.requestedAddress, options)?.address;
    const named = optionIn(dhcpv4Options.serverId, options)?.address;
    const isOther = named !== undefined && ipv4Number(named) !== context?.ipv4;
    switch (optionIn(dhcpv4Options.messageType, options)?.type) {
      case dhcpv4Types.discover: {
        const wish = requested === undefined ? undefined : (ipv4Number(requested) ?? 0) - first;
        const number = leases.take(client, now, offerTime, wish);
        return number === undefined ? undefined : { type: dhcpv4Types.offer, address: first + number };
      }
      case dhcpv4Types.request: {
        if (isOther) {
          leases.release(client); // RFC 2131 §4.3.2: the client has taken another offer
          return undefined;
        }
        const wanted = requested ?? (message.clientAddress === anyAddress ? undefined : message.clientAddress);
        const number = leases.of(client);
        if (number === undefined || ipv4Number(wanted ?? '') !== first + number) return { type: dhcpv4Types.nak };
        leases.take(client, now, leaseTime * 1000);
        return { type: dhcpv4Types.ack, address: first + number };
      }
      case dhcpv4Types.release:
      case dhcpv4Types.decline:
        if (!isOther) leases.release(client);
        return undefined;
      default:
        return undefined;
    }
  };

  return {
    onFrame(frame, given) {
      context = given;
      const heard = hear(frame, () => true);
      if (heard?.udp?.destinationPort !== dhcpv4Ports.server || !heard.ipv4) return [];
      const decoded = decode(dhcpv4, heard.udp.payload);
      if (!decoded.ok || decoded.value.operation !== bootpOperations.request) return [];
      const reply = answer(decoded.value, dhcpv4OptionsOf(decoded.value), given.now);
      return reply ? [replyFrame(decoded.value, reply, given, mask)] : [];
    },
  };
}

interface Answer {
  readonly type: number;
  /** Absent in a NAK. */
  readonly address?: number;
}

function replyFrame(message: Dhcpv4, { type, address }: Answer, context: HomeContext, mask: string): Uint8Array {
  const server = ipv4Text(context.ipv4);
  const lease = [
    option(dhcpv4Options.leaseTime, { seconds: leaseTime }),
    option(dhcpv4Options.subnetMask, { address: mask }),
    option(dhcpv4Options.router, { address: server }),
  ];
  const payload = encode(dhcpv4, {
    operation: bootpOperations.reply,
    transaction: message.transaction,
    broadcast: message.broadcast,
    clientAddress: address === undefined ? anyAddress : message.clientAddress,
    yourAddress: address === undefined ? anyAddress : ipv4Text(address),
    clientMac: message.clientMac,
    options: [
      option(dhcpv4Options.messageType, { type }),
      option(dhcpv4Options.serverId, { address: server }),
      ...(address === undefined ? [] : lease),
    ],
  });
  // RFC 2131 §4.1: a NAK always to all; else to the address in use, to all where that is wished, or to the new address
  const toAll = address === undefined || (message.clientAddress === anyAddress && message.broadcast);
  const to = message.clientAddress === anyAddress ? ipv4Text(address ?? 0) : message.clientAddress;
  const addresses = { source: server, destination: toAll ? allStations : to };
  const ends = { source: macText(context.mac), destination: toAll ? broadcastMac : message.clientMac };
  const datagram = { sourcePort: dhcpv4Ports.server, destinationPort: dhcpv4Ports.client, payload };
  return ipv4Frame(ends, udp4Packet(addresses, datagram));
}
