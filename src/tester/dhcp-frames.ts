/** DHCPv4 as a mobile node speaks it on the access link: RFC 2131. */
import {
  bootpOperations,
  dhcpv4,
  type Dhcpv4,
  type Dhcpv4Input,
  dhcpv4OptionsOf,
  dhcpv4Ports,
} from '../wire/dhcpv4.js';
import { dhcpv4Options, dhcpv4Types } from '../wire/dhcpv4-options.js';
import { broadcastMac, ethernet } from '../wire/ethernet.js';
import { etherTypes } from '../wire/gre.js';
import { ipProtocols, ipv4 } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import { type Option, option, optionIn } from '../wire/options.js';
import { udp } from '../wire/udp.js';

/** A DHCPDISCOVER, which is how most hosts show themselves on a link; with a client identifier where one is given. */
export function discover(mac: string, transaction: number, identifier?: Uint8Array): Uint8Array {
  const named = identifier ? [option(dhcpv4Options.clientId, { type: 0, identifier })] : []; // RFC 2132 §9.14
  return shouted({ transaction, broadcast: true, clientMac: mac, options: [typed(dhcpv4Types.discover), ...named] });
}

/** Asks for the address of an offer: RFC 2131 §4.3.2, SELECTING. */
export function request({ clientMac, transaction, yourAddress, options }: Dhcpv4): Uint8Array {
  const server = optionIn(dhcpv4Options.serverId, options)?.address ?? '0.0.0.0';
  return shouted({
    transaction,
    broadcast: true,
    clientMac,
    options: [
      typed(dhcpv4Types.request),
      option(dhcpv4Options.requestedAddress, { address: yourAddress }),
      option(dhcpv4Options.serverId, { address: server }),
    ],
  });
}

/** Gives an address back: RFC 2131 §4.4.6, unicast to the server that leased it. */
export function release(
  { yourAddress, clientMac, options }: Dhcpv4,
  serverMac: string,
  transaction: number,
): Uint8Array {
  const server = optionIn(dhcpv4Options.serverId, options)?.address ?? '0.0.0.0';
  const message = {
    transaction,
    clientMac,
    clientAddress: yourAddress,
    options: [typed(dhcpv4Types.release), option(dhcpv4Options.serverId, { address: server })],
  };
  return frame(message, yourAddress, server, serverMac);
}

/** The answer of that type to that transaction in the payload of an Ethernet frame. */
export function dhcpAnswer(payload: Uint8Array, transaction: number, type: number): Dhcpv4 | undefined {
  const packet = decode(ipv4, payload);
  if (!packet.ok || packet.value.protocol !== ipProtocols.udp) return undefined;
  const datagram = decode(udp, packet.value.payload);
  if (!datagram.ok || datagram.value.destinationPort !== dhcpv4Ports.client) return undefined;
  const message = decode(dhcpv4, datagram.value.payload);
  if (!message.ok || message.value.operation !== bootpOperations.reply) return undefined;
  const said = optionIn(dhcpv4Options.messageType, dhcpv4OptionsOf(message.value))?.type;
  return message.value.transaction === transaction && said === type ? message.value : undefined;
}

const typed = (type: number): Option => option(dhcpv4Options.messageType, { type });

const shouted = (message: Dhcpv4Input): Uint8Array => frame(message, '0.0.0.0', '255.255.255.255', broadcastMac);

function frame(message: Dhcpv4Input, source: string, destination: string, mac: string): Uint8Array {
  const ports = { sourcePort: dhcpv4Ports.client, destinationPort: dhcpv4Ports.server };
  const datagram = encode(udp, { ...ports, payload: encode(dhcpv4, message) }, { source, destination });
  const payload = encode(ipv4, { source, destination, protocol: ipProtocols.udp, payload: datagram });
  const sender = message.clientMac ?? '00:00:00:00:00:00';
  return encode(ethernet, { destination: mac, source: sender, etherType: etherTypes.ipv4, payload });
}
