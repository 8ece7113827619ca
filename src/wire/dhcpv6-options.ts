/** DHCPv6 options, RFC 8415 §21: how they are written, and those that grespec knows. */
import { ipv6Address } from './ipv6-address.js';
import { bytes, latin1, layout, type Layout, u16, u32, u8 } from './layout.js';
import { type OptionForm, optionList, type OptionRow, rest } from './options.js';

export const dhcpv6Form: OptionForm = { bits: 16, dataSize: (length) => length, lengthFor: (size) => size };

export const dhcpv6Statuses = {
  success: 0,
  unspecifiedFailure: 1,
  noAddresses: 2,
  noBinding: 3,
  notOnLink: 4,
  useMulticast: 5,
} as const;

/** Incomplete: RFC 8415 §21.13. */
export const dhcpv6StatusNames: Readonly<Record<number, string>> = {
  0: 'Success',
  1: 'UnspecFail',
  2: 'NoAddrsAvail',
  3: 'NoBinding',
  4: 'NotOnLink',
  5: 'UseMulticast',
};

const row = <V>(code: number, name: string, body: Layout<V>): OptionRow<V> => ({ code, name, body });
const identifier = layout('identifier', [
  u16('type', { names: { 1: 'LLT', 2: 'EN', 3: 'LL', 4: 'UUID' } }),
  bytes('body'),
]);
const nested = [optionList('options', dhcpv6Form, () => dhcpv6Rows), rest('rest', dhcpv6Form)] as const;

/** Incomplete: the options that an address takes. Times and lifetimes are seconds. */
export const dhcpv6Options = {
  clientId: row(1, 'client identifier', identifier),
  serverId: row(2, 'server identifier', identifier),
  iaNa: row(3, 'IA_NA', layout('IA_NA', [u32('iaid', { hex: true }), u32('t1'), u32('t2'), ...nested])),
  iaAddress: row(
    5,
    'IA address',
    layout('IA address', [ipv6Address('address'), u32('preferred'), u32('valid'), ...nested]),
  ),
  optionRequest: row(6, 'option request', layout('option request', [bytes('codes')])),
  preference: row(7, 'preference', layout('preference', [u8('value')])),
  elapsedTime: row(8, 'elapsed time', layout('elapsed time', [u16('hundredths')])),
  status: row(13, 'status code', layout('status code', [u16('code', { names: dhcpv6StatusNames }), latin1('message')])),
  rapidCommit: row(14, 'rapid commit', layout('rapid commit', [])),
  dnsServers: row(23, 'DNS servers', layout('DNS servers', [ipv6Address('address'), bytes('more')])),
} as const;

export const dhcpv6Rows: readonly OptionRow<unknown>[] = Object.values(dhcpv6Options);
