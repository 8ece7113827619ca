/** Messages and packets in one line. Nothing here throws, whatever the octets. */
import { arp, arpOperations } from './arp.js';
import { ethernet } from './ethernet.js';
import { defaultDialect, type Dialect, type Extension } from './extensions.js';
import { etherTypeNames, gre, type Gre } from './gre.js';
import { summarizeDhcpv4, summarizeDhcpv6, summarizeIcmpv6 } from './host-summary.js';
import { icmpEcho, icmpTypeNames, icmpTypes } from './icmp.js';
import { ipProtocolNames, ipv4, type Ipv4 } from './ipv4.js';
import { ipv6, nextHeaderNames } from './ipv6.js';
import { decode, type Layout } from './layout.js';
import {
  decodeRevocation,
  decodeRevocationAck,
  decodeRrp,
  decodeRrq,
  messageTypes,
  replyCodeNames,
  type Rrp,
  type Rrq,
} from './mobileip.js';
import {
  insideEthernet,
  insideGre,
  insideIpv4,
  insideIpv6,
  insideUdp,
  insideVlan,
  isFragment,
  mostNesting,
  type Protocol,
} from './nesting.js';
import { escaped, octetsText, toHex } from './text.js';
import { udp } from './udp.js';
import { vlan } from './vlan.js';

const hex32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

// --- Mobile IP ------------------------------------------------------------------------------------------------------

/** `RRQ life 1800 HoA 0.0.0.0 HA 192.0.2.1 CoA 198.51.100.7 G T | nai mn1@example.org | greKey A=1 key 0 | mnHa 256`. */
export function summarizeMessage(udpPayload: Uint8Array, dialect: Dialect): string {
  switch (udpPayload[0]) {
    case messageTypes.rrq:
      return oneOf('RRQ', decodeRrq(udpPayload, dialect), rrqText);
    case messageTypes.rrp:
      return oneOf('RRP', decodeRrp(udpPayload, dialect), rrpText);
    case messageTypes.revocation:
      return oneOf('revocation', decodeRevocation(udpPayload, dialect), (m) =>
        [
          `HoA ${m.homeAddress} home domain ${m.homeDomain} foreign domain ${m.foreignDomain}`,
          `id ${hex32(m.revocationId)}${m.byHomeAgent ? ' A' : ''}${m.inform ? ' I' : ''}`,
        ].join(' '),
      );
    case messageTypes.revocationAck:
      return oneOf(
        'revocation ack',
        decodeRevocationAck(udpPayload, dialect),
        (m) => `HoA ${m.homeAddress} id ${hex32(m.revocationId)}${m.inform ? ' I' : ''}`,
      );
    case undefined:
      return 'Mobile IP, no octets';
    default:
      return `Mobile IP type ${udpPayload[0]}, ${octetsText(udpPayload.length)}`;
  }
}

type Result<V> = ReturnType<typeof decode<V>>;

function oneOf<V extends { readonly extensions: Extension[] }>(
  name: string,
  decoded: Result<V>,
  text: (message: V) => string,
): string {
  if (!decoded.ok) return `${name} cut short: ${decoded.issue.message}`;
  return [`${name} ${text(decoded.value)}`, ...extensionTexts(decoded.value.extensions)].join(' | ');
}

function rrqText(rrq: Rrq): string {
  const flags = [
    rrq.simultaneous && 'S',
    rrq.broadcast && 'B',
    rrq.decapsulation && 'D',
    rrq.minimal && 'M',
    rrq.gre && 'G',
    rrq.reservedR && 'r',
    rrq.reverseTunneling && 'T',
    rrq.reservedX && 'x',
  ].filter((letter) => letter !== false);
  const addresses = `HoA ${rrq.homeAddress} HA ${rrq.homeAgent} CoA ${rrq.careOfAddress}`;
  return [`life ${rrq.lifetime}`, addresses, ...flags].join(' ');
}

function rrpText(rrp: Rrp): string {
  const meaning = replyCodeNames[rrp.code];
  const code = `code ${rrp.code}${meaning === undefined ? '' : ` (${meaning})`}`;
  return `${code} life ${rrp.lifetime} HoA ${rrp.homeAddress} HA ${rrp.homeAgent}`;
}

/** A hostile message may carry thousands; nobody reads them in one line. */
const mostExtensions = 16;

function extensionTexts(extensions: readonly Extension[]): string[] {
  const texts: string[] = [];
  let pads = 0;
  for (const [i, extension] of extensions.entries()) {
    if (extension.name === 'pad') {
      pads++;
      if (extensions[i + 1]?.name !== 'pad') {
        texts.push(pads === 1 ? 'pad' : `${pads} pads`);
        pads = 0;
      }
    } else {
      texts.push(extensionText(extension));
    }
  }
  const more = texts.length - mostExtensions;
  return more > 0 ? [...texts.slice(0, mostExtensions), `and ${more} more`] : texts;
}

function extensionText(extension: Exclude<Extension, { readonly name: 'pad' }>): string {
  const { name } = extension;
  switch (name) {
    case 'greKey': {
      const a = extension.a === undefined ? '' : `A=${extension.a ? 1 : 0} `;
      return `greKey ${a}key ${extension.key === 0 ? '0' : hex32(extension.key)}`;
    }
    case 'nai':
      return `nai ${escaped(extension.nai)}`;
    case 'mnHa':
    case 'mnFa':
    case 'faHa':
    case 'generalizedAuth':
      return `${name} ${extension.spi}`;
    case 'dynamicHa':
      return `dynamicHa ${extension.subType === 1 ? 'requested' : extension.subType === 2 ? 'redirected' : extension.subType} ${extension.homeAgent}`;
    case 'pmipNonSkippable':
      return `pmip method ${extension.method}`;
    case 'pmipSkippable':
      return `pmip ${extension.subType}: ${toHex(extension.data.subarray(0, 16))}`;
    case 'criticalVendor':
      return `vendor, ${octetsText(extension.data.length)}`;
    case 'revocationSupport':
      return `revocationSupport${extension.inform ? ' I' : ''}`;
    case 'raw': {
      const subType = extension.subType === undefined ? '' : `.${extension.subType}`;
      const issue = extension.issue === undefined ? '' : ` (bad: ${extension.issue})`;
      return `type ${extension.type}${subType}, ${octetsText(extension.data.length)}${issue}`;
    }
    case 'tail':
      return `${octetsText(extension.data.length)} left over${extension.issue === undefined ? '' : ` (${extension.issue})`}`;
  }
}

// --- packets --------------------------------------------------------------------------------------------------------

/** `192.0.2.1 > 198.51.100.7 GRE key 0x0000cafe Ethernet 02:00:00:00:00:01>ff:ff:ff:ff:ff:ff ARP who-has 10.99.0.1`. */
export const summarizePacket = (packet: Uint8Array, dialect: Dialect): string => summarizeAs('ipv4', packet, dialect);

export const summarizeFrame = (frame: Uint8Array, dialect: Dialect = defaultDialect): string =>
  summarizeAs('ethernet', frame, dialect);

export function summarizeAs(protocol: Protocol, octets: Uint8Array, dialect: Dialect, depth = 1): string {
  if (depth > mostNesting) return `and ${octetsText(octets.length)} nested deeper`;
  const within = (inner: Protocol | undefined, payload: Uint8Array, otherwise = ''): string =>
    inner === undefined
      ? `${otherwise}${otherwise === '' ? '' : ', '}${octetsText(payload.length)}`
      : summarizeAs(inner, payload, dialect, depth + 1);
  switch (protocol) {
    case 'ipv4':
      return withHeader(ipv4, octets, (ip) => {
        if (ip.version !== 4) return `IP version ${ip.version}, ${octetsText(octets.length)}`;
        const name = ipProtocolNames[ip.protocol] ?? `protocol ${ip.protocol}`;
        const inner = insideIpv4(ip);
        const tunnel = inner === 'ipv4' ? `${name} ` : '';
        return `${ip.source} > ${ip.destination} ${tunnel}${within(inner, ip.payload, name + fragmentText(ip))}`;
      });
    case 'ipv6':
      return withHeader(ipv6, octets, (ip) => {
        if (ip.version !== 6) return `IP version ${ip.version}, ${octetsText(octets.length)}`;
        const name = nextHeaderNames[ip.nextHeader] ?? `next header ${ip.nextHeader}`;
        return `${ip.source} > ${ip.destination} ${within(insideIpv6(ip), ip.payload, name)}`;
      });
    case 'gre':
      return withHeader(gre, octets, (header) => {
        const name = etherTypeNames[header.protocol] ?? `protocol 0x${header.protocol.toString(16).padStart(4, '0')}`;
        return `GRE${greText(header)} ${within(insideGre(header), header.payload, name)}`;
      });
    case 'ethernet':
      return withHeader(ethernet, octets, (frame) => {
        const name = etherTypeText(frame.etherType);
        return `Ethernet ${frame.source}>${frame.destination} ${within(insideEthernet(frame), frame.payload, name)}`;
      });
    case 'vlan':
      return withHeader(
        vlan,
        octets,
        (tag) => `VLAN ${tag.id} ${within(insideVlan(tag), tag.payload, etherTypeText(tag.etherType))}`,
      );
    case 'udp':
      return withHeader(udp, octets, (datagram) => {
        const ports = `UDP ${datagram.sourcePort}>${datagram.destinationPort}`;
        const inner = insideUdp(datagram);
        return inner === undefined
          ? within(inner, datagram.payload, ports)
          : `${ports} ${within(inner, datagram.payload)}`;
      });
    case 'icmp':
      return withHeader(icmpEcho, octets, ({ type, code, identifier, sequence }) => {
        if (type === icmpTypes.echo || type === icmpTypes.echoReply) {
          return `ICMP ${icmpTypeNames[type] ?? ''} id ${identifier} seq ${sequence}`;
        }
        return `ICMP ${icmpTypeNames[type] ?? `type ${type}`} code ${code}`;
      });
    case 'arp':
      return withHeader(arp, octets, (packet) => {
        if (packet.operation === arpOperations.request) return `ARP who-has ${packet.targetIp} tell ${packet.senderIp}`;
        if (packet.operation === arpOperations.reply) return `ARP ${packet.senderIp} is-at ${packet.senderMac}`;
        return `ARP operation ${packet.operation}`;
      });
    case 'icmpv6':
      return summarizeIcmpv6(octets);
    case 'dhcpv4':
      return summarizeDhcpv4(octets);
    case 'dhcpv6':
      return summarizeDhcpv6(octets);
    case 'mobileIp':
      return summarizeMessage(octets, dialect);
  }
}

const etherTypeText = (type: number): string => etherTypeNames[type] ?? `type 0x${type.toString(16).padStart(4, '0')}`;

function withHeader<V>(l: Layout<V>, octets: Uint8Array, text: (value: V) => string): string {
  const decoded = decode(l, octets);
  return decoded.ok ? text(decoded.value) : `${l.name} cut short: ${decoded.issue.message}`;
}

function fragmentText(ip: Ipv4): string {
  return isFragment(ip) ? ` fragment at ${ip.fragmentOffset * 8}${ip.moreFragments ? ' with more to come' : ''}` : '';
}

function greText(header: Gre): string {
  const words = [
    header.version !== 0 && `version ${header.version}`,
    header.hasRouting && 'routing',
    header.key !== undefined && `key ${hex32(header.key)}`,
    header.sequence !== undefined && `seq ${header.sequence}`,
    header.checksum !== undefined && 'checksum',
  ].filter((word) => word !== false);
  return words.map((word) => ` ${word}`).join('');
}
