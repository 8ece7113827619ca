/** The DHCPv6 server of the built-in home network: the server side of RFC 8415 §18.3, for single addresses. */
import { dhcpv6, type Dhcpv6, dhcpv6Ports, dhcpv6Types } from '../wire/dhcpv6.js';
import { dhcpv6Options, dhcpv6Statuses } from '../wire/dhcpv6-options.js';
import { ipv6Bytes, ipv6Text } from '../wire/ipv6-address.js';
import { decode, encode } from '../wire/layout.js';
import { type Option, option, optionIn } from '../wire/options.js';
import { concat, macText, sameBytes, toHex } from '../wire/text.js';
import { linkLocalOf, macOctets } from './addresses.js';
import { Leases } from './home-leases.js';
import type { HomeContext, HomeService } from './home-services.js';
import { hear, udp6Frame } from './host-frames.js';

/** Seconds. */
const preferred = 600;
const valid = 1200;
/** Addresses of the pool: the prefix and the numbers from 0x1000 on. */
const poolSize = 4096;
const firstNumber = 0x1000;
/** Identity associations answered of one message. */
const mostAssociations = 4;

/** `prefix` is one of 64 bits, as an address. */
export function dhcpv6Service(prefix: string): HomeService {
  const leases = new Leases(poolSize, () => false);
  const network = (ipv6Bytes(prefix) ?? new Uint8Array(16)).subarray(0, 8);
  const addressOf = (number: number): string => {
    const tail = new Uint8Array(8);
    new DataView(tail.buffer).setUint32(4, firstNumber + number);
    return ipv6Text(concat(network, tail));
  };

  const associations = (message: Dhcpv6, client: Option, now: number): Option[] =>
    message.options
      .flatMap((each) => optionIn(dhcpv6Options.iaNa, [each]) ?? [])
      .slice(0, mostAssociations)
      .map(({ iaid }) => {
        const holder = `${toHex(client.data)} ${iaid}`;
        const known = leases.of(holder);
        const isExtension = message.type === dhcpv6Types.renew || message.type === dhcpv6Types.rebind;
        // RFC 8415 §18.3.4: what it does not know, it does not prolong
        const number = isExtension && known === undefined ? undefined : leases.take(holder, now, valid * 1000);
        const code = isExtension ? dhcpv6Statuses.noBinding : dhcpv6Statuses.noAddresses;
        const inside =
          number === undefined
            ? option(dhcpv6Options.status, { code, message: 'no address' })
            : option(dhcpv6Options.iaAddress, { address: addressOf(number), preferred, valid });
        return option(dhcpv6Options.iaNa, { iaid, t1: preferred / 2, t2: preferred * 0.8, options: [inside] });
      });

  const answer = (message: Dhcpv6, client: Option, now: number): { type: number; options: Option[] } | undefined => {
    const status = option(dhcpv6Options.status, { code: dhcpv6Statuses.success });
    switch (message.type) {
      case dhcpv6Types.solicit: {
        const rapid = message.options.some(({ code }) => code === dhcpv6Options.rapidCommit.code);
        const options = associations(message, client, now);
        const type = rapid ? dhcpv6Types.reply : dhcpv6Types.advertise;
        // RFC 8415 §18.2.1: with the highest preference the client need not wait for other servers
        const first = rapid ? option(dhcpv6Options.rapidCommit, {}) : option(dhcpv6Options.preference, { value: 255 });
        return { type, options: [first, ...options] };
      }
      case dhcpv6Types.request:
      case dhcpv6Types.renew:
      case dhcpv6Types.rebind:
        return { type: dhcpv6Types.reply, options: associations(message, client, now) };
      case dhcpv6Types.release:
      case dhcpv6Types.decline:
        for (const each of message.options.slice(0, 64)) {
          const ia = optionIn(dhcpv6Options.iaNa, [each]);
          if (ia) leases.release(`${toHex(client.data)} ${ia.iaid}`);
        }
        return { type: dhcpv6Types.reply, options: [status] };
      case dhcpv6Types.informationRequest:
        return { type: dhcpv6Types.reply, options: [] };
      default:
        return undefined;
    }
  };

  return {
    onFrame(frame, context) {
      const heard = hear(frame, () => true);
      if (heard?.udp?.destinationPort !== dhcpv6Ports.server || !heard.ipv6) return [];
      const decoded = decode(dhcpv6, heard.udp.payload);
      if (!decoded.ok) return [];
      const { options } = decoded.value;
      const client = options.find(({ code }) => code === dhcpv6Options.clientId.code);
      const named = options.find(({ code }) => code === dhcpv6Options.serverId.code);
      const own = serverId(context);
      // RFC 8415 §16: a message for another server, or of nobody, is discarded
      if (!client || (named && !sameBytes(named.data, own.data))) return [];
      const reply = answer(decoded.value, client, context.now);
      if (!reply) return [];
      const payload = encode(dhcpv6, {
        type: reply.type,
        transaction: decoded.value.transaction,
        options: [client, own, ...reply.options],
      });
      const ends = { source: macText(context.mac), destination: heard.link.source };
      const addresses = { source: linkLocalOf(macText(context.mac)), destination: heard.ipv6.source };
      const datagram = { sourcePort: dhcpv6Ports.server, destinationPort: dhcpv6Ports.client, payload };
      return [udp6Frame(ends, addresses, datagram)];
    },
  };
}

/** RFC 8415 §11.4: a DUID of the link-layer address. */
const serverId = ({ mac }: HomeContext): Option =>
  option(dhcpv6Options.serverId, { type: 3, body: concat(Uint8Array.of(0, 1), macOctets(macText(mac))) });
