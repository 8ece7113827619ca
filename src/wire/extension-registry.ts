/**
 * The extensions that grespec knows. How an extension is encoded is a property of its type number and cannot be seen
 * from its octets (RFC 3344 §1.8 to 1.10), so one row a number says it.
 */
import type { Dialect, Extension, ExtensionName } from './extension-types.js';
import { readAll, type ReadAll } from './unroll.js';
import { bits, bytes, flag, ipv4, latin1, layout, type Layout, u16, u32, u8, when } from './layout.js';

/** Plain: type, length. Short: the same with a sub-type as first octet of the data. Long: a 16-bit length. */
export type Encoding = 'plain' | 'short' | 'long';

/** What stands before the body, RFC 3344 §1.9 to 1.11. The length counts a short sub-type but not a long one. */
export const heads = {
  plain: layout('head', [u8('type'), u8('length')]),
  short: layout('head', [u8('type'), u8('length'), when((value) => value['length'] !== 0, [u8('subType')])]),
  long: layout('head', [u8('type'), u8('subType'), u16('length')]),
} as const;

export interface Row {
  readonly type: number;
  readonly name: Exclude<ExtensionName, 'raw' | 'pad' | 'tail'>;
  readonly encoding: Encoding;
  readonly body: Layout<unknown>;
  /** Reads a whole extension whose head was read; `lead` says which values of that come first. */
  readonly readAll: ReadAll;
  /** The sub-type that the body belongs to; other sub-types stay raw. */
  readonly subType?: number;
}

/** What an extension has besides its body. */
const lead = ['name', 'type', 'at', 'size'] as const;

function row<V>(type: number, name: Row['name'], encoding: Encoding, body: Layout<V>, subType?: number): Row {
  const readBody = readAll(body.parts, encoding === 'plain' ? lead : [...lead, 'subType']);
  return { type, name, encoding, body, readAll: readBody, ...(subType !== undefined && { subType }) };
}

// RFC 3344 §3.5.2: SPI and authenticator, covered by the authenticator up to and including the SPI
const authentication = layout('authentication', [u32('spi'), bytes('authenticator')]);
const naiBody = layout('nai', [latin1('nai')]); // RFC 2794 §2
// RFC 3543 §3.2
const revocationSupport = layout('revocationSupport', [
  flag('inform'),
  bits('reserved', 15, { hex: true }),
  u32('timestamp'),
]);
const dynamicHa = layout('dynamicHa', [ipv4('homeAgent')]); // RFC 4433 §3.2 and 3.4
// draft-leung-mip4-proxy-mode-10 §5.1
const pmipMethod = layout('pmipNonSkippable', [
  u8('method', { names: { 0: 'reserved', 1: 'FA-HA authentication', 2: 'IPsec' } }),
]);
const opaque = layout('opaque', [bytes('data')]);

const rows: readonly Row[] = [
  row(32, 'mnHa', 'plain', authentication),
  row(33, 'mnFa', 'plain', authentication),
  row(34, 'faHa', 'plain', authentication),
  row(36, 'generalizedAuth', 'long', authentication),
  row(38, 'criticalVendor', 'long', opaque), // the octet in the place of a sub-type is reserved
  row(131, 'nai', 'plain', naiBody),
  row(137, 'revocationSupport', 'plain', revocationSupport),
  row(139, 'dynamicHa', 'short', dynamicHa),
  row(147, 'pmipSkippable', 'short', opaque),
];

// draft-tsirtsis-l2gre-pmipv4-00 §4: the top reserved bit of yegani-02 §5 becomes A
const greKeyTsirtsis = layout('greKey', [flag('a'), bits('reserved', 15, { hex: true }), u32('key', { hex: true })]);
const greKeyYegani = layout('greKey', [bits('reserved', 16, { hex: true }), u32('key', { hex: true })]);
const greKeyRfc6245 = layout('greKey', [u32('key', { hex: true })]);

function greKeyRow({ greKeyType, greKeyForm }: Dialect): Row {
  switch (greKeyForm) {
    case 'tsirtsis-00':
      return row(greKeyType, 'greKey', 'plain', greKeyTsirtsis);
    case 'yegani-02':
      return row(greKeyType, 'greKey', 'plain', greKeyYegani);
    case 'rfc6245':
      return row(greKeyType, 'greKey', 'long', greKeyRfc6245, 0);
  }
}

export interface Registry {
  readonly byType: ReadonlyMap<number, Row>;
  readonly byName: ReadonlyMap<string, Row>;
}
const registries = new WeakMap<Dialect, Registry>();

/** The rows of a dialect. Its GRE Key number wins over a row that has the same. */
export function registry(dialect: Dialect): Registry {
  let found = registries.get(dialect);
  if (!found) {
    const pmip = row(47, 'pmipNonSkippable', dialect.pmipForm ?? 'long', pmipMethod, 1);
    const all = [...rows, pmip, greKeyRow(dialect)];
    found = { byType: new Map(all.map((r) => [r.type, r])), byName: new Map(all.map((r) => [r.name, r])) };
    registries.set(dialect, found);
  }
  return found;
}

/** Whether a receiver that does not know the type may skip the extension, RFC 3344 §1.8. */
export const isSkippable = (type: number): boolean => type >= 128;

/** The type number under which an extension is sent. A tail has none. */
export function extensionType(extension: Extension, dialect: Dialect): number | undefined {
  if (extension.name === 'pad') return 0;
  if (extension.name === 'tail') return undefined;
  return extension.type ?? registry(dialect).byName.get(extension.name)?.type;
}
