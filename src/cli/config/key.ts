/** Keys are given as hex, or as where they are kept. No message ever holds a key. */
import { fromHex } from '../../wire/text.js';
import { usageError } from '../cli-error.js';
import { readBounded, whyNotRead } from '../read-file.js';

/** A key as it was written, and where. */
export interface KeyReference {
  readonly text: string;
  readonly where: string;
}

const largestKeyFile = 8192;
const howToGive = 'give it as hex, env:NAME or file:PATH';

/** True where the text says where the key is, and may therefore be shown. */
export function isShowable(text: string): boolean {
  return /^(env|file):/.test(text);
}

/** Where grespec shows what was given as hex, these variables stand for it. */
const variables = { mnHa: 'HA_KEY', faHa: 'FA_HA_KEY' } as const;

/** The key of an association in a form that may be shown. */
export function shownKey(association: keyof typeof variables, text: string): string {
  return isShowable(text) ? text : `env:${variables[association]}`;
}

export function readKey({ text, where }: KeyReference, environment: NodeJS.ProcessEnv = process.env): Uint8Array {
  const [, kind, name = ''] = /^(env|file):(.*)$/s.exec(text) ?? [];
  if (kind === 'env') return ofHex(ofEnvironment(name, where, environment), `${where}: the variable ${name}`);
  if (kind === 'file') return ofHex(ofFile(name, where), `${where}: the file ${name}`);
  return ofHex(text, `${where}: the key`);
}

function ofEnvironment(name: string, where: string, environment: NodeJS.ProcessEnv): string {
  if (name === '') throw usageError(`${where}: env: needs the name of a variable, for example env:HA_KEY`);
  const value = environment[name];
  if (value === undefined) throw usageError(`${where}: the variable ${name} is not set; export it with the key in hex`);
  return value;
}

function ofFile(path: string, where: string): string {
  if (path === '') throw usageError(`${where}: file: needs a path, for example file:ha.key`);
  try {
    return readBounded(path, largestKeyFile).toString('utf8');
  } catch (error) {
    throw usageError(`${where}: cannot read the key file ${path}: ${whyNotRead(error)}`);
  }
}

function ofHex(text: string, what: string): Uint8Array {
  const digits = text.trim();
  if (digits === '') throw usageError(`${what} is empty; ${howToGive}`);
  const bytes = fromHex(digits);
  if (bytes && bytes.length > 0) return bytes;
  const count = digits.replace(/^0x/i, '').replace(/[\s:-]/g, '').length;
  const isHex = /^(0x)?[0-9a-f\s:-]*$/i.test(digits);
  if (isHex && count > 0) throw usageError(`${what} has ${count} hex digits, an odd number; two make an octet`);
  throw usageError(`${what} is not hex (digits 0-9 and a-f); ${howToGive}`);
}
