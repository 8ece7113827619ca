/** One line each for what a host says to configure its addresses: DHCPv4, DHCPv6 and neighbour discovery. */
import { dhcpv4, dhcpv4OptionsOf } from './dhcpv4.js';
import { dhcpv4Options, dhcpv4TypeNames } from './dhcpv4-options.js';
import { dhcpv6, dhcpv6TypeNames } from './dhcpv6.js';
import { dhcpv6Options, dhcpv6StatusNames } from './dhcpv6-options.js';
import { icmpv6, icmpv6Echo, icmpv6TypeNames, icmpv6Types } from './icmpv6.js';
import { decode, type Layout } from './layout.js';
import {
  ndpOptions,
  neighbourAdvertisement,
  neighbourSolicitation,
  routerAdvertisement,
  routerSolicitation,
} from './ndp.js';
import { type Option, optionIn } from './options.js';
import { escaped } from './text.js';

/** Prefixes and addresses shown of one message. */
const mostShown = 4;

const words = (...parts: readonly (string | false | undefined)[]): string =>
  parts.filter((part) => part !== false && part !== undefined && part !== '').join(' ');

function withMessage<V>(l: Layout<V>, octets: Uint8Array, text: (message: V) => string): string {
  const decoded = decode(l, octets);
  return decoded.ok ? text(decoded.value) : `${l.name} cut short: ${decoded.issue.message}`;
}

/** `DHCPv4 REQUEST 02:67:00:00:00:01 for 10.99.0.100 server 10.99.0.1`. */
export function summarizeDhcpv4(octets: Uint8Array): string {
  return withMessage(dhcpv4, octets, (message) => {
    const options = dhcpv4OptionsOf(message);
    const type = optionIn(dhcpv4Options.messageType, options)?.type;
    const requested = optionIn(dhcpv4Options.requestedAddress, options)?.address;
    const server = optionIn(dhcpv4Options.serverId, options)?.address;
    const said = optionIn(dhcpv4Options.message, options)?.text;
    return words(
      `DHCPv4 ${type === undefined ? 'BOOTP' : (dhcpv4TypeNames[type] ?? `type ${type}`)} ${message.clientMac}`,
      message.yourAddress !== '0.0.0.0' && `gets ${message.yourAddress}`,
      message.clientAddress !== '0.0.0.0' && `has ${message.clientAddress}`,
      requested && `for ${requested}`,
      server && `server ${server}`,
      said && `says "${escaped(said)}"`,
    );
  });
}

/** `DHCPv6 REPLY IA_NA 2001:db8::1f4`, or with the status that is not success. */
export function summarizeDhcpv6(octets: Uint8Array): string {
  return withMessage(dhcpv6, octets, ({ type, options }) =>
    words(
      `DHCPv6 ${dhcpv6TypeNames[type] ?? `type ${type}`}`,
      options.some(({ code }) => code === dhcpv6Options.rapidCommit.code) && 'rapid commit',
      ...options
        .filter(({ code }) => code === dhcpv6Options.iaNa.code)
        .slice(0, mostShown)
        .map(iaNaText),
      statusText(options),
    ),
  );
}

function iaNaText({ data }: Option): string {
  const ia = decode(dhcpv6Options.iaNa.body, data);
  if (!ia.ok) return 'IA_NA cut short';
  const addresses = ia.value.options.flatMap((each) => optionIn(dhcpv6Options.iaAddress, [each])?.address ?? []);
  return words('IA_NA', ...addresses.slice(0, mostShown), statusText(ia.value.options));
}

function statusText(options: readonly Option[]): string | undefined {
  const status = optionIn(dhcpv6Options.status, options);
  return status && status.code !== 0 ? (dhcpv6StatusNames[status.code] ?? `status ${status.code}`) : undefined;
}

/** `ICMPv6 neighbour solicitation who-has fe80::1 from 02:67:00:00:00:01`. */
export function summarizeIcmpv6(octets: Uint8Array): string {
  const type = octets[0];
  const name = `ICMPv6 ${type === undefined ? 'without octets' : (icmpv6TypeNames[type] ?? `type ${type}`)}`;
  switch (type) {
    case icmpv6Types.echo:
    case icmpv6Types.echoReply:
      return withMessage(icmpv6Echo, octets, (m) => `${name} id ${m.identifier} seq ${m.sequence}`);
    case icmpv6Types.routerSolicitation:
      return withMessage(routerSolicitation, octets, (m) => words(name, macText(m.options)));
    case icmpv6Types.routerAdvertisement:
      return withMessage(routerAdvertisement, octets, (m) =>
        words(name, m.managed && 'M', m.otherConfig && 'O', prefixText(m.options), macText(m.options)),
      );
    case icmpv6Types.neighbourSolicitation:
      return withMessage(neighbourSolicitation, octets, (m) => words(name, `who-has ${m.target}`, macText(m.options)));
    case icmpv6Types.neighbourAdvertisement:
      return withMessage(neighbourAdvertisement, octets, (m) => words(name, m.target, macText(m.options)));
    default:
      return withMessage(icmpv6, octets, ({ code }) => `${name} code ${code}`);
  }
}

function prefixText(options: readonly Option[]): string {
  const prefixes = options.flatMap((each) => optionIn(ndpOptions.prefix, [each]) ?? []).slice(0, mostShown);
  return prefixes
    .map((p) => `${p.prefix}/${p.prefixLength}${p.onLink ? ' L' : ''}${p.autonomous ? ' A' : ''}`)
    .join(', ');
}

function macText(options: readonly Option[]): string | undefined {
  const source = optionIn(ndpOptions.sourceLinkLayer, options)?.mac;
  const target = optionIn(ndpOptions.targetLinkLayer, options)?.mac;
  return words(source && `from ${source}`, target && `is-at ${target}`);
}
