/** DHCPv4 server with one address a device: the home address of its registration. RFC 2131, leung-10 §4.1.1. */
import { dhcpv4Options, dhcpv4Types } from '../wire/dhcpv4-options.js';
import { bootpOperations, dhcpv4, type Dhcpv4, dhcpv4OptionsOf, dhcpv4Ports } from '../wire/dhcpv4.js';
import { ipProtocols, ipv4 } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import { type Option, option, optionIn } from '../wire/options.js';
import { ipv4Number, ipv4Text, macText } from '../wire/text.js';
import { udp } from '../wire/udp.js';
import type { MpaConfig } from './mpa-config.js';
import type { Device } from './mpa-devices.js';
import { frameFor } from './mpa-frame.js';
import type { MpaState } from './mpa-state.js';
import { headerLength } from './octets.js';

const nobody = '0.0.0.0';
const everybody = '255.255.255.255';
const broadcastMac = 0xffffffffffff;
/** Devices share no link with anybody but the MPA, so the mask only has to have the router in it. */
const mask = '255.255.255.0';

/** The DHCP message in an IPv4 packet to the server port. */
export function dhcpIn(packet: Uint8Array): Dhcpv4 | undefined {
  const datagram = decode(udp, packet.subarray(headerLength(packet)));
  if (!datagram.ok || datagram.value.destinationPort !== dhcpv4Ports.server) return undefined;
  const message = decode(dhcpv4, datagram.value.payload);
  return message.ok && message.value.operation === bootpOperations.request ? message.value : undefined;
}

export const dhcpTypeOf = (message: Dhcpv4): number | undefined =>
  optionIn(dhcpv4Options.messageType, dhcpv4OptionsOf(message))?.type;

/** Frames in answer to a message of a device that has a home address. */
export function answerDhcp(message: Dhcpv4, device: Device, state: MpaState, config: MpaConfig): readonly Uint8Array[] {
  const answer = answerType(message, device, config.gateway.ipv4);
  if (answer === undefined) return [];
  const refused = answer === dhcpv4Types.nak;
  const options: Option[] = [
    option(dhcpv4Options.messageType, { type: answer }),
    option(dhcpv4Options.serverId, { address: config.gateway.ipv4 }),
    ...(refused
      ? []
      : [
          option(dhcpv4Options.leaseTime, { seconds: config.lifetime }),
          option(dhcpv4Options.subnetMask, { address: mask }),
          option(dhcpv4Options.router, { address: config.gateway.ipv4 }),
        ]),
  ];
  const payload = encode(dhcpv4, {
    operation: bootpOperations.reply,
    transaction: message.transaction,
    broadcast: message.broadcast,
    yourAddress: refused ? nobody : ipv4Text(device.homeAddress),
    clientMac: macText(device.mac),
    options,
  });
  // RFC 2131 §4.1: who has an address hears unicast; NAK and those who ask for it are answered by broadcast
  const shouted = refused || message.broadcast;
  const known = message.clientAddress !== nobody ? message.clientAddress : ipv4Text(device.homeAddress);
  return [toClient(payload, shouted ? everybody : known, shouted ? broadcastMac : device.mac, state, config)];
}

/** RFC 2131 §4.3; undefined: no answer. */
function answerType(message: Dhcpv4, device: Device, server: string): number | undefined {
  const options = dhcpv4OptionsOf(message);
  switch (dhcpTypeOf(message)) {
    case dhcpv4Types.discover:
      return dhcpv4Types.offer;
    case dhcpv4Types.request: {
      const chosen = optionIn(dhcpv4Options.serverId, options)?.address;
      if (chosen !== undefined && chosen !== server) return undefined;
      const wanted = optionIn(dhcpv4Options.requestedAddress, options)?.address ?? message.clientAddress;
      return ipv4Number(wanted) === device.homeAddress ? dhcpv4Types.ack : dhcpv4Types.nak;
    }
    default:
      return undefined;
  }
}

function toClient(
  payload: Uint8Array,
  destination: string,
  mac: number,
  { gateway }: MpaState,
  config: MpaConfig,
): Uint8Array {
  const source = config.gateway.ipv4;
  const ports = { sourcePort: dhcpv4Ports.server, destinationPort: dhcpv4Ports.client };
  const datagram = encode(udp, { ...ports, payload }, { source, destination });
  const packet = encode(ipv4, { source, destination, protocol: ipProtocols.udp, payload: datagram });
  return frameFor(mac, gateway.mac, packet);
}
