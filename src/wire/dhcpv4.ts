/** DHCPv4 messages, RFC 2131 §2. */
import { Reader } from './cursor.js';
import { dhcpv4Form, dhcpv4Options, dhcpv4Rows, optionsSize } from './dhcpv4-options.js';
import { bits, bytes, flag, type InputOf, ipv4, layout, mac, u16, u32, u8, type ValueOf } from './layout.js';
import { type Option, optionIn, optionList, rest } from './options.js';

export const dhcpv4Ports = { server: 67, client: 68 } as const;
export const bootpOperations = { request: 1, reply: 2 } as const;

/** RFC 1542 §2.1: some relays and servers drop a message shorter than the 300 octets of BOOTP. */
const shortestMessage = 300;
const fixedSize = 240;

export const dhcpv4 = layout('DHCPv4', [
  u8('operation', { initial: bootpOperations.request, names: { 1: 'request', 2: 'reply' } }),
  u8('hardwareType', { initial: 1, names: { 1: 'Ethernet' } }),
  u8('hardwareLength', { initial: 6 }),
  u8('hops'),
  u32('transaction', { hex: true }),
  u16('seconds'),
  flag('broadcast'),
  bits('reserved', 15, { hex: true }),
  ipv4('clientAddress'),
  ipv4('yourAddress'),
  ipv4('nextServer'),
  ipv4('relay'),
  mac('clientMac'),
  bytes('clientPadding', 10),
  bytes('serverName', 64),
  bytes('bootFile', 128),
  u32('cookie', { initial: 0x63825363, hex: true }),
  optionList('options', dhcpv4Form, () => dhcpv4Rows),
  rest('end', dhcpv4Form, (given) => {
    const used = fixedSize + optionsSize((given['options'] ?? []) as readonly Option[]);
    return Uint8Array.from([255, ...new Uint8Array(Math.max(0, shortestMessage - used - 1))]);
  }),
]);

export type Dhcpv4 = ValueOf<typeof dhcpv4>;
export type Dhcpv4Input = InputOf<typeof dhcpv4>;

/** All options of a message, those in the file and server name fields included: RFC 2131 §4.1. */
export function dhcpv4OptionsOf(message: Pick<Dhcpv4, 'options' | 'bootFile' | 'serverName'>): readonly Option[] {
  const fields = optionIn(dhcpv4Options.overload, message.options)?.fields ?? 0;
  return [
    ...message.options,
    ...(fields & 1 ? optionsIn(message.bootFile) : []),
    ...(fields & 2 ? optionsIn(message.serverName) : []),
  ];
}

const overloaded = optionList('options', dhcpv4Form, () => dhcpv4Rows);
const optionsIn = (octets: Uint8Array): readonly Option[] => overloaded.read(new Reader(octets), '', {}, undefined);
