/** DHCPv4 options, RFC 2132: how they are written, and those that grespec knows. */
import { bytes, ipv4, latin1, layout, type Layout, u16, u32, u8 } from './layout.js';
import type { Option, OptionForm, OptionRow } from './options.js';

/** RFC 2132 §2, and §3.1 and 3.2: pad and end stand alone. */
export const dhcpv4Form: OptionForm = {
  bits: 8,
  dataSize: (length) => length,
  lengthFor: (size) => size,
  alone: 0,
  end: 255,
};

export const dhcpv4Types = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

export const dhcpv4TypeNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(dhcpv4Types).map(([name, type]) => [type, name.toUpperCase()]),
);

const row = <V>(code: number, name: string, body: Layout<V>): OptionRow<V> => ({ code, name, body });
// of a list of addresses the first one is the most preferred: RFC 2132 §3.5
const addresses = layout('addresses', [ipv4('address'), bytes('more')]);
const address = layout('address', [ipv4('address')]);
const seconds = layout('seconds', [u32('seconds')]);

/** Incomplete: the options that an address takes. */
export const dhcpv4Options = {
  subnetMask: row(1, 'subnet mask', address),
  router: row(3, 'router', addresses),
  dnsServer: row(6, 'domain name server', addresses),
  hostName: row(12, 'host name', layout('host name', [latin1('text')])),
  requestedAddress: row(50, 'requested address', address),
  leaseTime: row(51, 'lease time', seconds),
  overload: row(
    52,
    'overload',
    layout('overload', [u8('fields', { names: { 1: 'file', 2: 'sname', 3: 'file and sname' } })]),
  ),
  messageType: row(53, 'message type', layout('message type', [u8('type', { names: dhcpv4TypeNames })])),
  serverId: row(54, 'server identifier', address),
  parameters: row(55, 'parameter request list', layout('parameters', [bytes('codes')])),
  message: row(56, 'message', layout('message', [latin1('text')])),
  maxSize: row(57, 'maximum message size', layout('maximum message size', [u16('octets')])),
  renewalTime: row(58, 'renewal time', seconds),
  rebindingTime: row(59, 'rebinding time', seconds),
  clientId: row(61, 'client identifier', layout('client identifier', [u8('type'), bytes('identifier')])),
} as const;

export const dhcpv4Rows: readonly OptionRow<unknown>[] = Object.values(dhcpv4Options);

/** Octets that the options take up in a message. */
export const optionsSize = (options: readonly Option[]): number =>
  options.reduce((sum, { code, data }) => sum + (code === dhcpv4Form.alone ? 1 : 2 + data.length), 0);
