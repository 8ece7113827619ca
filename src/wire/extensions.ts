/** Writing, reading and showing the extensions of a Mobile IP message. What there is to know of each is in the registry. */
import { authenticator } from './auth.js';
import { Reader, type Writer } from './cursor.js';
import { type Encoding, heads, isSkippable, registry, type Row } from './extension-registry.js';
import type { AuthenticationExtension, Dialect, Extension, RawExtension, WireContext } from './extension-types.js';
import { type Dissected, type InputOf, type Layout, read, show, type Sink, write } from './layout.js';
import { octetsText, toHex } from './text.js';

export { extensionType, isSkippable } from './extension-registry.js';
export * from './extension-types.js';

// --- writing ------------------------------------------------------------------------------------------------------

/**
 * Appends an extension. The writer must hold the message from its first octet: authenticators cover all of it. A body
 * too long for its length field is sent whole, under the low bits of its length.
 */
export function writeExtension(writer: Writer, extension: Extension, context: WireContext): void {
  if (extension.name === 'pad') return writer.uint(8, 0);
  if (extension.name === 'tail') return writer.put(extension.data);
  const { byName, byType } = registry(context.dialect);
  const known = byName.get(extension.name);
  const type = extension.type ?? known?.type ?? 0;
  const subType = subTypeOf(extension, known);
  const encoding = known?.encoding ?? rawEncoding(byType.get(type)?.encoding, subType);
  const start = writer.at;
  // a length that is not zero, for without one the short form has no sub-type; the right one follows the body
  write<HeadInput>(heads[encoding], writer, { type, subType, length: 1 });
  const long = encoding === 'long';
  const place = { at: start + (long ? 2 : 1), bits: long ? 16 : 8 };
  const counted = start + (long ? 4 : 2);
  if (isAuthentication(extension)) writeAuthentication(writer, extension, type, place, context);
  else if (known) write(known.body, writer, extension as InputOf<Layout<unknown>>);
  else writer.put((extension as RawExtension).data);
  patchLength(writer, place, extension.length ?? writer.at - counted);
}

type HeadInput = { type: number; subType?: number; length: number };

function subTypeOf(extension: Extension, known: Row | undefined): number | undefined {
  const given = (extension as { readonly subType?: number }).subType;
  if (given !== undefined || extension.name === 'raw') return given;
  return known?.subType ?? (extension.name === 'generalizedAuth' ? 1 : 0); // 1: MN-AAA
}

/** Octets of a raw extension are what its data says, so it has a sub-type only if one is given. */
function rawEncoding(usual: Encoding | undefined, subType: number | undefined): Encoding {
  return subType === undefined ? 'plain' : usual === 'long' ? 'long' : 'short';
}

function isAuthentication(extension: Extension): extension is AuthenticationExtension {
  switch (extension.name) {
    case 'mnHa':
    case 'mnFa':
    case 'faHa':
    case 'generalizedAuth':
      return true;
    default:
      return false;
  }
}

interface LengthPlace {
  readonly at: number;
  readonly bits: number;
}

function patchLength(writer: Writer, place: LengthPlace, length: number): void {
  const end = writer.at;
  writer.at = place.at;
  writer.uint(place.bits, length);
  writer.at = end;
}

function writeAuthentication(
  writer: Writer,
  extension: AuthenticationExtension,
  type: number,
  place: LengthPlace,
  context: WireContext,
): void {
  writer.uint(32, extension.spi);
  if (extension.authenticator) return writer.put(extension.authenticator);
  const sa = context.keys?.(type, extension.spi);
  if (!sa) throw new TypeError(`no key for extension ${type} with SPI ${extension.spi}: give the authenticator`);
  // RFC 3344 §3.5.1: the length is covered, so it must stand before the authenticator (16 octets) is worked out
  patchLength(writer, place, extension.length ?? 4 + 16);
  writer.put(authenticator(sa, writer.written()));
}

// --- reading ------------------------------------------------------------------------------------------------------

/** A message of pads has as many extensions as octets. More than any peer sends in earnest are kept as one tail. */
const mostExtensions = 2048;

/** Reads extensions to the end of the window. Never fails: what cannot be understood is kept raw or as a tail. */
export function readExtensions(reader: Reader, dialect: Dialect, sink?: Sink): Extension[] {
  const found: Extension[] = [];
  while (reader.left > 0) {
    found.push(
      found.length < mostExtensions
        ? readExtension(reader, dialect, sink)
        : readTail(reader, `more than ${mostExtensions} extensions`, sink),
    );
  }
  return found;
}

function readTail(reader: Reader, issue: string, sink?: Sink): Extension {
  const start = reader.at;
  const size = reader.left;
  const data = reader.take(size, 'tail');
  sink?.({ name: 'tail', offset: start, length: size, text: toHex(data), issue });
  return { name: 'tail', data, issue, at: start - reader.origin, size };
}

function readExtension(reader: Reader, dialect: Dialect, sink?: Sink): Extension {
  const start = reader.at;
  const at = start - reader.origin;
  const type = reader.bytes[start] ?? 0;
  if (type === 0) {
    reader.at++; // RFC 3344 §1.9: a pad has no length octet
    sink?.({ name: 'pad', offset: start, length: 1, text: '' });
    return { name: 'pad', at, size: 1 };
  }
  const known = registry(dialect).byType.get(type);
  const children: Dissected[] | undefined = sink && [];
  const keep: Sink | undefined = children && ((node) => void children.push(node));
  const window = new Reader(reader.bytes, start, reader.end);
  const encoding = known?.encoding ?? 'plain';
  const head = read<HeadInput>(heads[encoding], window, undefined, keep);
  const end = start + (encoding === 'long' ? 4 : 2) + head.length;
  if (window.issue || end > reader.end) return readTail(reader, 'length points past the end of the message', sink);
  reader.at = end;
  window.end = end;
  const extension = readBody(window, known, head, { at, size: end - start }, keep);
  sink?.({
    name: extension.name === 'raw' ? rawName(type, known) : extension.name,
    offset: start,
    length: end - start,
    text: '',
    ...(children && { children }),
    ...(extension.name === 'raw' && extension.issue !== undefined && { issue: extension.issue }),
  });
  return extension;
}

function rawName(type: number, known: Row | undefined): string {
  return known?.name ?? `extension ${type}${isSkippable(type) ? ' (skippable)' : ''}`;
}

function readBody(
  body: Reader,
  known: Row | undefined,
  { type, subType }: HeadInput,
  found: { readonly at: number; readonly size: number },
  sink: Sink | undefined,
): Extension {
  const start = body.at;
  let issue: string | undefined;
  if (known && known.encoding !== 'plain' && subType === undefined) {
    issue = `${known.name} without sub-type`;
  } else if (known && (known.subType === undefined || known.subType === subType)) {
    const nodes: Dissected[] = [];
    if (sink) show(known.body, new Reader(body.bytes, start, body.end), {}, (node) => void nodes.push(node));
    const value = known.readAll(body, undefined, known.name, type, found.at, found.size, subType);
    if (!body.issue && body.left === 0) {
      if (sink) nodes.forEach(sink);
      // the row's name and body layout belong together, which the type system cannot follow through the table
      return value as unknown as Extension;
    }
    issue = `${known.name} with a body of ${octetsText(body.end - start)}`;
  }
  const data = body.bytes.subarray(start, body.end);
  sink?.({ name: 'data', offset: start, length: data.length, text: toHex(data) });
  return {
    name: 'raw',
    type,
    ...(subType !== undefined && { subType }),
    data,
    ...(issue !== undefined && { issue }),
    ...found,
  };
}
