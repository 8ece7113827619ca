/** DHCPv6 messages between clients and servers, RFC 8415 §8. */
import { dhcpv6Form, dhcpv6Rows } from './dhcpv6-options.js';
import { bits, layout, u8, type ValueOf } from './layout.js';
import { optionList, rest } from './options.js';

export const dhcpv6Ports = { client: 546, server: 547 } as const;
/** All_DHCP_Relay_Agents_and_Servers, RFC 8415 §7.1. */
export const dhcpv6Servers = 'ff02::1:2';

export const dhcpv6Types = {
  solicit: 1,
  advertise: 2,
  request: 3,
  confirm: 4,
  renew: 5,
  rebind: 6,
  reply: 7,
  release: 8,
  decline: 9,
  reconfigure: 10,
  informationRequest: 11,
} as const;

export const dhcpv6TypeNames: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(dhcpv6Types).map(([name, type]) => [type, name.toUpperCase()])),
  11: 'INFORMATION-REQUEST',
};

export const dhcpv6 = layout('DHCPv6', [
  u8('type', { initial: dhcpv6Types.solicit, names: dhcpv6TypeNames }),
  bits('transaction', 24, { hex: true }),
  optionList('options', dhcpv6Form, () => dhcpv6Rows),
  rest('rest', dhcpv6Form),
]);

export type Dhcpv6 = ValueOf<typeof dhcpv6>;
