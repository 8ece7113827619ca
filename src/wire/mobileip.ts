/** Mobile IPv4 control messages: what travels over UDP port 434. */
import { type Dialect, type Extension, readExtensions, type WireContext, writeExtension } from './extensions.js';
import {
  bits,
  bytes,
  decode,
  type Decoded,
  dissect,
  type Dissected,
  encode,
  type Field,
  flag,
  type InputOf,
  ipv4,
  layout,
  type Layout,
  u16,
  u32,
  u64,
  u8,
  type ValueOf,
} from './layout.js';
import { replyCodeNames } from './reply-codes.js';

export * from './reply-codes.js';

/** UDP port of Mobile IP control messages, RFC 3344 §1.8. */
export const mobileIpPort = 434;

export const messageTypes = { rrq: 1, rrp: 3, revocation: 7, revocationAck: 15 } as const;
const messageNames: Readonly<Record<number, string>> = {
  1: 'Registration Request',
  3: 'Registration Reply',
  7: 'Registration Revocation',
  15: 'Registration Revocation Acknowledgment',
};

/** RFC 3344 §1.8 to 1.10: extensions run to the end of the datagram. */
const extensions: Field<'extensions', Extension[]> = {
  name: 'extensions',
  shape: { kind: 'custom' },
  initial: () => [],
  read: (reader, _path, _value, context, sink) => readExtensions(reader, (context as WireContext).dialect, sink),
  write: (writer, list, _whole, context) => {
    for (const extension of list) writeExtension(writer, extension, context as WireContext);
  },
  show: (list) => (list.length === 0 ? 'none' : String(list.length)),
};

/** RFC 3344 §3.3, flags as amended by RFC 3024 §3.3 (T). */
export const rrqLayout = layout('Registration Request', [
  u8('type', { initial: messageTypes.rrq, names: messageNames }),
  flag('simultaneous'),
  flag('broadcast'),
  flag('decapsulation'),
  flag('minimal'),
  flag('gre'),
  flag('reservedR'),
  flag('reverseTunneling'),
  flag('reservedX'),
  u16('lifetime'),
  ipv4('homeAddress'),
  ipv4('homeAgent'),
  ipv4('careOfAddress'),
  u64('identification'),
  extensions,
]);

/** RFC 3344 §3.4. */
export const rrpLayout = layout('Registration Reply', [
  u8('type', { initial: messageTypes.rrp, names: messageNames }),
  u8('code', { names: replyCodeNames }),
  u16('lifetime'),
  ipv4('homeAddress'),
  ipv4('homeAgent'),
  u64('identification'),
  extensions,
]);

/** RFC 3543 §3.3. */
export const revocationLayout = layout('Registration Revocation', [
  u8('type', { initial: messageTypes.revocation, names: messageNames }),
  u8('reserved'),
  flag('byHomeAgent'),
  flag('inform'),
  bits('reservedFlags', 14, { hex: true }),
  ipv4('homeAddress'),
  ipv4('homeDomain'),
  ipv4('foreignDomain'),
  u32('revocationId'),
  extensions,
]);

/** RFC 3543 §3.4. */
export const revocationAckLayout = layout('Registration Revocation Acknowledgment', [
  u8('type', { initial: messageTypes.revocationAck, names: messageNames }),
  u8('reserved'),
  flag('inform'),
  bits('reservedFlags', 15, { hex: true }),
  ipv4('homeAddress'),
  u32('revocationId'),
  extensions,
]);

const unknownMessage = layout('unknown message', [u8('type'), bytes('data')]);

export type Rrq = ValueOf<typeof rrqLayout>;
export type Rrp = ValueOf<typeof rrpLayout>;
export type Revocation = ValueOf<typeof revocationLayout>;
export type RevocationAck = ValueOf<typeof revocationAckLayout>;
export type RrqInput = InputOf<typeof rrqLayout>;
export type RrpInput = InputOf<typeof rrpLayout>;

/** Encodes a request; `context.keys` must know every authenticator that is left out. */
export const encodeRrq = (input: RrqInput, context: WireContext): Uint8Array => encode(rrqLayout, input, context);
export const encodeRrp = (input: RrpInput, context: WireContext): Uint8Array => encode(rrpLayout, input, context);

function decodeAs<V>(l: Layout<V>, type: number, octets: Uint8Array, dialect: Dialect): Decoded<V> {
  if (octets.length > 0 && octets[0] !== type) {
    const message = `type ${octets[0] ?? 0} where ${type} (${messageNames[type] ?? ''}) belongs`;
    return { ok: false, issue: { code: 'bad-value', offset: 0, path: 'type', message } };
  }
  return decode(l, octets, { dialect } satisfies WireContext);
}

export const decodeRrq = (octets: Uint8Array, dialect: Dialect): Decoded<Rrq> =>
  decodeAs(rrqLayout, messageTypes.rrq, octets, dialect);
export const decodeRrp = (octets: Uint8Array, dialect: Dialect): Decoded<Rrp> =>
  decodeAs(rrpLayout, messageTypes.rrp, octets, dialect);
export const decodeRevocation = (octets: Uint8Array, dialect: Dialect): Decoded<Revocation> =>
  decodeAs(revocationLayout, messageTypes.revocation, octets, dialect);
export const decodeRevocationAck = (octets: Uint8Array, dialect: Dialect): Decoded<RevocationAck> =>
  decodeAs(revocationAckLayout, messageTypes.revocationAck, octets, dialect);

/** The tree of any Mobile IP message that starts at `from`; octets of an unknown type are shown as they are. */
export function dissectMessage(octets: Uint8Array, dialect: Dialect, from = 0): Dissected {
  const context: WireContext = { dialect };
  switch (octets[from]) {
    case messageTypes.rrq:
      return dissect(rrqLayout, octets, context, from);
    case messageTypes.rrp:
      return dissect(rrpLayout, octets, context, from);
    case messageTypes.revocation:
      return dissect(revocationLayout, octets, context, from);
    case messageTypes.revocationAck:
      return dissect(revocationAckLayout, octets, context, from);
    default:
      return dissect(unknownMessage, octets, context, from);
  }
}

/** Octets that an authentication extension covers: from the message type to its own SPI, RFC 3344 §3.5.1. */
export function coveredBy(octets: Uint8Array, extension: { readonly at?: number; readonly name: string }): Uint8Array {
  const head = extension.name === 'generalizedAuth' ? 4 : 2;
  return octets.subarray(0, (extension.at ?? 0) + head + 4);
}

/** Seconds from the NTP epoch (1900) to the Unix epoch. */
export const ntpEpochOffset = 2208988800;

/** The Identification of a moment, RFC 3344 §5.7.1: NTP seconds and fraction. `ms` is Unix time in milliseconds. */
export function ntpTimestamp(ms: number): bigint {
  const seconds = Math.floor(ms / 1000);
  const fraction = Math.floor(((ms - seconds * 1000) / 1000) * 2 ** 32);
  return (BigInt((seconds + ntpEpochOffset) % 2 ** 32) << 32n) | BigInt(fraction);
}

/** RFC 3344 §3.3: a Lifetime that never ends. */
export const infiniteLifetime = 0xffff;

/** When a Lifetime, in seconds, is over that begins at `from`: both in milliseconds since the Unix epoch. */
export const endOfLifetime = (from: number, lifetime: number): number =>
  lifetime === infiniteLifetime ? Infinity : from + lifetime * 1000;

/** Where the Identification starts, RFC 3344 §3.3 and §3.4. */
export const identificationAt = { request: 16, reply: 12 } as const;

/** The low half of the Identification, which every reply must copy; undefined where the octets end before it does. */
export function lowIdentification(octets: Uint8Array, kind: keyof typeof identificationAt): number | undefined {
  const at = identificationAt[kind] + 4;
  const [a, b, c, d] = [octets[at], octets[at + 1], octets[at + 2], octets[at + 3]];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

export const high32 = (identification: bigint): number => Number(identification >> 32n);
export const low32 = (identification: bigint): number => Number(identification & 0xffffffffn);
