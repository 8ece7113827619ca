/**
 * A header is declared once, as an ordered list of parts. Encode, strict decode, tolerant dissect, printer and the
 * generators of the fuzzer all read that one list, so the layout is stated nowhere else.
 */
import { type Issue, Reader, Writer } from './cursor.js';
import { toHex } from './text.js';
import { blanks, readAll, type ReadAll, writeAll, type WriteAll } from './unroll.js';

export * from './fields.js';

/** Field values by name: what has been read or written so far, or what a caller gave. */
export type Values = Readonly<Record<string, unknown>>;

/** What a computed field may look at once everything else is written. */
export interface ComputeInput {
  /** The octets of this layout from its first to its last, computed fields still zero unless computed earlier. */
  readonly bytes: Uint8Array;
  /** Where the field itself starts in `bytes`. */
  readonly at: number;
  readonly value: Values;
  readonly context: unknown;
}

/** How a field looks to a generator. Text holds characters up to U+00FF, one an octet. */
export type Shape =
  | { readonly kind: 'uint'; readonly bits: number; readonly names?: Readonly<Record<number, string>> }
  | { readonly kind: 'flag' }
  | { readonly kind: 'big'; readonly bits: number }
  | { readonly kind: 'ipv4' | 'ipv6' | 'mac' | 'bytes' | 'text' | 'custom' };

/** A field as found in octets: a tree that a person can read. */
export interface Dissected {
  readonly name: string;
  /** Octet where the field starts, from the start of the octets dissected, and how many octets it touches. */
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  readonly children?: readonly Dissected[];
  readonly issue?: string;
}

/** Receives one node for each field as it is read; nested layouts hand it on. */
export type Sink = (node: Dissected) => void;

export interface Field<N extends string = string, T = unknown> {
  readonly name: N;
  readonly shape: Shape;
  read(reader: Reader, path: string, value: Values, context: unknown, sink?: Sink): T;
  write(writer: Writer, value: T, whole: Values, context: unknown): void;
  show(value: T): string;
  /** Value when the caller gives none; may look at what the caller gave for other fields. */
  readonly initial: T | ((given: Values) => T);
  /** Undefined where it cannot be told, for instance because the context lacks something. */
  readonly compute?: (input: ComputeInput) => T | undefined;
  /** A value that says "not computed", such as the zero checksum of UDP. */
  readonly absent?: T;
}

export interface When<F extends readonly Part[] = readonly Part[]> {
  readonly when: (value: Values) => boolean;
  readonly fields: F;
}

export type Part = AnyField | When<readonly AnyField[]>;
// A list of fields of different value types can only be held with the type parameter given up.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyField = Field<string, any>;

type FieldValue<P> = P extends { readonly name: infer N extends string; read(...rest: never[]): infer T }
  ? { [K in N]: T }
  : P extends When<infer F>
    ? Partial<ValueOfParts<F>>
    : never;
type Both<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never;
type ValueOfParts<P extends readonly unknown[]> = Both<FieldValue<P[number]>>;
type Flat<T> = { [K in keyof T]: T[K] };

export interface Layout<V> {
  readonly name: string;
  readonly parts: readonly Part[];
  /** Makes what an encoder takes, with every field left out: it is quicker with what begins so and is then filled in. */
  readonly blank: () => Record<string, unknown>;
  /** All its fields, read at once. */
  readonly readAll: ReadAll;
  /** All its fields, written at once; undefined where some depend on others. */
  readonly writeAll: WriteAll | undefined;
  /** Only carries the type. */
  readonly value?: V;
}

/** The values of a decoded header. */
export type ValueOf<L> = L extends Layout<infer V> ? V : never;
/** What an encoder takes: anything left out gets its default or is computed; anything given is sent as given. */
export type InputOf<L> = L extends Layout<infer V> ? { [K in keyof V]?: V[K] | undefined } : never;

export function layout<const P extends readonly Part[]>(name: string, parts: P): Layout<Flat<ValueOfParts<P>>> {
  const independent = parts.flatMap((part: Part) => ('when' in part || part.compute ? [] : [part]));
  return {
    name,
    parts,
    blank: blanks(parts),
    readAll: readAll(parts),
    writeAll: independent.length === parts.length ? writeAll(independent) : undefined,
  };
}

// --- writing ------------------------------------------------------------------------------------------------------

interface Later {
  readonly field: AnyField;
  readonly at: number;
}

/** Writes one header at the writer's place. Fields left out are computed or get their default. */
export function write<V>(l: Layout<V>, writer: Writer, input: InputOf<Layout<V>>, context?: unknown): void {
  const given = input as Values;
  if (l.writeAll) return l.writeAll(writer, given, context);
  const value: Record<string, unknown> = {};
  const later: Later[] = [];
  const start = writer.at;
  for (const part of l.parts) {
    if (!('when' in part)) writeField(part, writer, given, value, later, context);
    else if (part.when(value)) {
      for (const field of part.fields) writeField(field, writer, given, value, later, context);
    }
  }
  const end = writer.at;
  for (const { field, at } of later) {
    const result = field.compute?.({
      bytes: writer.bytes.subarray(start, end),
      at: at - start,
      value,
      context,
    }) as unknown;
    if (result === undefined) throw new TypeError(`${l.name}: ${field.name} must be given here, it cannot be computed`);
    value[field.name] = result;
    writer.at = at;
    field.write(writer, result, value, context);
  }
  writer.at = end;
}

function writeField(
  field: AnyField,
  writer: Writer,
  given: Values,
  value: Record<string, unknown>,
  later: Later[],
  context: unknown,
): void {
  let own = given[field.name];
  if (own === undefined) {
    own = typeof field.initial === 'function' ? (field.initial as (given: Values) => unknown)(given) : field.initial;
    if (field.compute) later.push({ field, at: writer.at });
  }
  value[field.name] = own;
  field.write(writer, own, value, context);
}

// One buffer serves every encode: a new one each time costs more than all the rest of encoding a small message.
let idle: Writer | undefined = new Writer(2048);

export function encode<V>(l: Layout<V>, input: InputOf<Layout<V>>, context?: unknown): Uint8Array {
  const writer = idle ?? new Writer();
  idle = undefined; // a field that encodes another layout must not find this buffer in use
  writer.at = 0;
  writer.bit = 0;
  try {
    write(l, writer, input, context);
    return copied(writer.written());
  } finally {
    idle = writer;
  }
}

/** Small messages are copied into one buffer, each to a place of its own: a buffer costs more than what is in it. */
const sharedSize = 16_384;
let shared = new Uint8Array(sharedSize);
let sharedUsed = 0;

function copied(octets: Uint8Array): Uint8Array {
  if (octets.length > sharedSize / 16) return octets.slice();
  if (sharedUsed + octets.length > sharedSize) {
    shared = new Uint8Array(sharedSize);
    sharedUsed = 0;
  }
  const own = shared.subarray(sharedUsed, sharedUsed + octets.length);
  own.set(octets);
  sharedUsed += octets.length;
  return own;
}

// --- reading ------------------------------------------------------------------------------------------------------

export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issue: Issue };

/** Reads one header at the reader's place. After a fault `reader.issue` is set and the value is not to be used. */
export function read<V>(l: Layout<V>, reader: Reader, context?: unknown, sink?: Sink): V {
  if (!sink) return l.readAll(reader, context) as V; // every part wrote its own name, or the value is not used
  const value: Record<string, unknown> = {};
  show(l, reader, value, sink, context);
  return value as V;
}

/** The same into `value`, shown field by field. */
export function show<V>(
  l: Layout<V>,
  reader: Reader,
  value: Record<string, unknown>,
  sink: Sink,
  context?: unknown,
): void {
  for (const part of l.parts) {
    if (reader.issue) return;
    if (!('when' in part)) showField(part, reader, value, sink, context);
    else if (part.when(value)) for (const field of part.fields) showField(field, reader, value, sink, context);
  }
}

function showField(
  field: AnyField,
  reader: Reader,
  value: Record<string, unknown>,
  sink: Sink,
  context: unknown,
): void {
  if (reader.issue) return;
  const offset = reader.at;
  const children: Dissected[] = [];
  const found: unknown = field.read(reader, field.name, value, context, (node) => void children.push(node));
  value[field.name] = found;
  // read anew: the field may have set it, which the checker does not see
  const issue = (reader as { readonly issue: Issue | undefined }).issue?.message;
  sink({
    name: field.name,
    offset,
    length: reader.at + (reader.bit > 0 ? 1 : 0) - offset,
    text: issue === undefined ? field.show(found) : '(cut short)',
    ...(children.length > 0 && { children }),
    ...(issue !== undefined && { issue }),
  });
}

/** Strict decode: a value, or the first issue. Octets after the last field are no issue here. */
export function decode<V>(l: Layout<V>, octets: Uint8Array, context?: unknown): Decoded<V> {
  const reader = new Reader(octets);
  const value = read(l, reader, context);
  return reader.issue ? { ok: false, issue: reader.issue } : { ok: true, value };
}

/**
 * Tolerant reading for people: never fails, names what is wrong where it is, and shows octets left over. Offsets
 * count from the start of `octets`, also when the header starts further on, at `from`.
 */
export function dissect<V>(l: Layout<V>, octets: Uint8Array, context?: unknown, from = 0): Dissected {
  const reader = new Reader(octets, from);
  const value: Record<string, unknown> = {};
  let children: Dissected[] = [];
  show(l, reader, value, (node) => void children.push(node), context);
  if (!reader.issue) children = withComputed(l, children, value, octets.subarray(reader.origin, reader.at), context);
  if (reader.left > 0) {
    const text = toHex(octets.subarray(reader.at));
    children.push({ name: 'trailing', offset: reader.at, length: reader.left, text });
  }
  return {
    name: l.name,
    offset: reader.origin,
    length: reader.end - reader.origin,
    text: '',
    children,
    ...(reader.issue && { issue: reader.issue.message }),
  };
}

/** The nodes, with an issue on every length or checksum that is not what it would be when computed. */
function withComputed<V>(
  l: Layout<V>,
  nodes: readonly Dissected[],
  value: Values,
  octets: Uint8Array,
  context: unknown,
): Dissected[] {
  const origin = nodes[0]?.offset ?? 0;
  const fields = l.parts.flatMap((part) => ('when' in part ? part.fields : [part]));
  return nodes.map((node) => {
    const field = fields.find((f) => f.name === node.name);
    if (!field?.compute || value[field.name] === field.absent) return node;
    const at = node.offset - origin;
    const bytes = octets.slice().fill(0, at, at + node.length);
    const right: unknown = field.compute({ bytes, at, value, context });
    if (right === undefined || right === value[field.name]) return node;
    return { ...node, issue: `${field.show(right)} belongs here` };
  });
}

/** A dissected tree as indented lines. */
export function print(node: Dissected, indent = ''): string {
  const text = node.text === '' ? '' : `: ${node.text}`;
  const issue = node.issue === undefined ? '' : `  <-- ${node.issue}`;
  const own = `${indent}${node.name}${text}${issue}`;
  return [own, ...(node.children ?? []).map((child) => print(child, `${indent}  `))].join('\n');
}
