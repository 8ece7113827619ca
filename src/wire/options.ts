/**
 * Lists of options with code and length, as DHCPv4, DHCPv6 and neighbour discovery have them. An option is its code and
 * its octets, so that every one survives; what the octets of a known one mean is said by the layout of its row.
 */
import { Reader, type Writer } from './cursor.js';
import { decode, dissect, type Dissected, encode, type Field, type InputOf, type Layout, type Sink } from './layout.js';
import { octetsText, toHex } from './text.js';

export interface Option {
  readonly code: number;
  readonly data: Uint8Array;
  /** Value of the length field where it is to be another than the right one. */
  readonly length?: number;
}

/** A known option: its number, its name, and what its octets mean. */
export interface OptionRow<V> {
  readonly code: number;
  readonly name: string;
  readonly body: Layout<V>;
}

/** How a protocol writes its options. */
export interface OptionForm {
  /** Bits of the code and of the length field. */
  readonly bits: 8 | 16;
  /** Octets of data that a length stands for; negative for a length that cannot be. */
  dataSize(length: number): number;
  /** The length for so many octets of data; where it stands for more of them, zeros fill up. */
  lengthFor(size: number): number;
  /** Codes that stand alone, without length and data. */
  readonly alone?: number;
  /** Code behind which there are no more options. */
  readonly end?: number;
}

/** An option of this row. Fields left out are computed or get their default. */
export const option = <V>(row: OptionRow<V>, input: InputOf<Layout<V>>): Option => ({
  code: row.code,
  data: encode(row.body, input),
});

/** What the first option of this row says; undefined when there is none, or when it cannot be read. */
export function optionIn<V>(row: OptionRow<V>, options: readonly Option[]): V | undefined {
  const found = options.find(({ code }) => code === row.code);
  const decoded = found && decode(row.body, found.data);
  return decoded?.ok ? decoded.value : undefined;
}

/** Most options of one list; what follows them is kept as octets. */
const mostOptions = 1024;
/** Options within options that are shown as a tree; each level hands its depth on as the context of the next. */
const mostDepth = 6;

/** The options up to the end of the window or of what can be read as such. `rest` takes what stands behind. */
export function optionList<N extends string>(
  name: N,
  form: OptionForm,
  rows: () => readonly OptionRow<unknown>[],
): Field<N, readonly Option[]> {
  const byCode = (code: number): OptionRow<unknown> | undefined => rows().find((row) => row.code === code);
  return {
    name,
    shape: { kind: 'custom' },
    initial: [],
    read: (reader, _path, _value, context, sink) => {
      const depth = typeof context === 'number' ? context : 0;
      const options: Option[] = [];
      for (let read; options.length < mostOptions && (read = readOption(reader, form));) {
        sink?.(nodeOf(read.option, read.at, reader, depth < mostDepth ? byCode(read.option.code) : undefined, depth));
        options.push(read.option);
      }
      return options;
    },
    write: (writer, options) => {
      for (const each of options) writeOption(writer, each, form);
    },
    show: (options) => `${options.length} option${options.length === 1 ? '' : 's'}`,
  };
}

/** What follows the options: where they must go to the end, only octets that are no option. */
export function rest<N extends string>(
  name: N,
  form: OptionForm,
  initial: Field<N, Uint8Array>['initial'] = new Uint8Array(0),
): Field<N, Uint8Array> {
  return {
    name,
    shape: { kind: 'custom' },
    initial,
    read: (reader, path, _value, _context, sink) => {
      const at = reader.at;
      const octets = reader.take(reader.left, path);
      if (octets.length > 0 && octets[0] !== form.end) noteMalformed(sink, at, octets);
      return octets;
    },
    write: (writer, octets) => writer.put(octets),
    show: toHex,
  };
}

function noteMalformed(sink: Sink | undefined, offset: number, octets: Uint8Array): void {
  const issue = 'an option whose length cannot be, or points past the end';
  sink?.({ name: 'malformed', offset, length: octets.length, text: toHex(octets), issue });
}

/** Undefined, with the reader where it was, at the end of the options. */
function readOption(reader: Reader, form: OptionForm): { readonly option: Option; readonly at: number } | undefined {
  const at = reader.at;
  const head = new Reader(reader.bytes, at, reader.end);
  const code = head.uint(form.bits, 'code');
  if (head.issue || code === form.end) return undefined;
  if (code === form.alone) {
    reader.at = head.at;
    return { option: { code, data: new Uint8Array(0) }, at };
  }
  const size = form.dataSize(head.uint(form.bits, 'length'));
  if (head.issue || size < 0 || size > head.left) return undefined;
  const data = head.take(size, 'data');
  reader.at = head.at;
  return { option: { code, data }, at };
}

function writeOption(writer: Writer, { code, data, length }: Option, form: OptionForm): void {
  writer.uint(form.bits, code);
  if (code === form.alone) return;
  const right = form.lengthFor(data.length);
  writer.uint(form.bits, length ?? right);
  writer.put(data);
  if (length === undefined) writer.put(new Uint8Array(Math.max(0, form.dataSize(right) - data.length)));
}

function nodeOf(
  { code, data }: Option,
  at: number,
  reader: Reader,
  row: OptionRow<unknown> | undefined,
  depth: number,
): Dissected {
  const place = { name: row?.name ?? `option ${code}`, offset: at, length: reader.at - at };
  const text = data.length === 0 ? '' : toHex(data);
  if (!row || data.length === 0) return { ...place, text };
  const body = dissect(row.body, reader.bytes.subarray(0, reader.at), depth + 1, reader.at - data.length);
  if (body.issue !== undefined) return { ...place, text, issue: `${row.name} with ${octetsText(data.length)}` };
  return { ...place, text: '', children: body.children ?? [] };
}
