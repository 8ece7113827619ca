/** `grespec decode`: octets as a tree. */
import { existsSync } from 'node:fs';
import { dissectAny } from '../wire/describe.js';
import { defaultDialect, type Dialect } from '../wire/extensions.js';
import type { Dissected } from '../wire/layout.js';
import { CliError, exitCodes, quoted, usageError } from './cli-error.js';
import { readBounded, whyNotRead } from './read-file.js';

/** The largest IPv4 packet in an Ethernet frame, in hex with white space and offsets around it, is far below. */
const largestInput = 4 << 20;

export interface DecodeOptions {
  /** Layout of the GRE Key extension. */
  readonly form?: string;
  /** Its type number. */
  readonly extType?: string;
}

const forms = ['yegani-02', 'tsirtsis-00', 'rfc6245'] as const satisfies readonly Dialect['greKeyForm'][];

export async function decode(inputs: readonly string[], options: DecodeOptions): Promise<number> {
  const octets = await octetsOf(inputs);
  const { guess, summary, tree } = dissectAny(octets, dialectOf(options));
  process.stdout.write([`${guess}, ${octets.length} octets`, summary, '', ...treeLines(tree)].join('\n') + '\n');
  return exitCodes.ok;
}

function dialectOf({ form = defaultDialect.greKeyForm, extType }: DecodeOptions): Dialect {
  const known = forms.find((candidate) => candidate === form);
  if (!known) throw usageError(`--form ${quoted(form)}: the forms are ${forms.join(', ')}`);
  if (extType !== undefined && (!/^\d{1,3}$/.test(extType) || Number(extType) > 127)) {
    throw usageError(`--ext-type ${quoted(extType)}: the type of the GRE Key extension is 0 to 127`);
  }
  return { greKeyForm: known, greKeyType: extType === undefined ? defaultDialect.greKeyType : Number(extType) };
}

/** Several arguments are one text: `grespec decode 01 0a 07 08` works as pasted. */
async function octetsOf(inputs: readonly string[]): Promise<Uint8Array> {
  const [only = ''] = inputs;
  if (inputs.length === 1 && only === '-') return fromContent(await standardInput(), 'standard input');
  if (inputs.length === 1 && existsSync(only)) return fromFile(only);
  const text = inputs.join(' ');
  if (looksLikePath(text)) throw usageError(`${quoted(text)} is neither hex nor a file`);
  return parseHex(text, 'the hex text');
}

function looksLikePath(text: string): boolean {
  return /[./\\_]/.test(text);
}

function fromFile(path: string): Uint8Array {
  try {
    return fromContent(readBounded(path, largestInput), path);
  } catch (error) {
    throw error instanceof CliError ? error : usageError(`cannot read ${path}: ${whyNotRead(error)}`);
  }
}

async function standardInput(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > largestInput) throw usageError(`standard input is larger than ${largestInput} octets`);
  }
  return Buffer.concat(pieces);
}

function fromContent(content: Buffer, name: string): Uint8Array {
  return isText(content) ? parseHex(content.toString('latin1'), name) : new Uint8Array(content);
}

/** Anything else than printable ASCII and white space is taken for the octets themselves. */
function isText(content: Uint8Array): boolean {
  return content.every(
    (octet) => (octet >= 0x20 && octet < 0x7f) || octet === 0x0a || octet === 0x0d || octet === 0x09,
  );
}

/** White space, `:`, `-`, `,` and a leading `0x` are passed over; what else is no hex is named with its offset. */
export function parseHex(text: string, name: string): Uint8Array {
  const start = /^\s*0x/i.exec(text)?.[0].length ?? 0;
  const digits: number[] = [];
  for (let at = start; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (/[\s:,-]/.test(letter)) continue;
    const digit = /[0-9a-f]/i.test(letter) ? Number.parseInt(letter, 16) : undefined;
    if (digit === undefined) throw usageError(`${name}: ${quoted(letter)} at offset ${at} is no hex digit`);
    digits.push(digit);
  }
  if (digits.length === 0) throw usageError(`${name} is empty; give hex digits, or a file that holds them`);
  if (digits.length % 2 === 1)
    throw usageError(`${name} has ${digits.length} hex digits, an odd number: one is missing at the end`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => (digits[2 * i] ?? 0) * 16 + (digits[2 * i + 1] ?? 0));
}

/** One line a field, with the offset and length that it has in the input. */
export function treeLines(tree: Dissected, depth = 0): string[] {
  const { name, offset, length, text, children = [], issue } = tree;
  const place = `${String(offset).padStart(5)} ${`+${length}`.padEnd(5)}`;
  const fault = issue === undefined ? '' : `  <-- ${issue}`;
  const line = `${place} ${'  '.repeat(depth)}${name}${text === '' ? '' : `: ${text}`}${fault}`;
  return [line, ...children.flatMap((child) => treeLines(child, depth + 1))];
}
