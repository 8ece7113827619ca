/** Reads the known-answer vectors of test/vectors; see the README there for what an entry says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Algorithm } from '../../src/wire/auth.js';
import type { Dialect } from '../../src/wire/extensions.js';
import { fromHex } from '../../src/wire/text.js';
import type { PseudoHeader } from '../../src/wire/udp.js';

export interface Vector {
  readonly id: string;
  readonly section: string;
  readonly layout: string;
  readonly dialect?: Dialect;
  /** The addresses that the checksum of UDP covers. */
  readonly context?: PseudoHeader;
  readonly hex: string;
  /** Absent where the octets do not decode; a line of text for whole frames. */
  readonly decoded?: unknown;
  readonly result: 'valid' | 'acceptable' | 'invalid';
  /** Code of the issue for `invalid`, node that has the issue for `acceptable`. */
  readonly issue?: string;
  readonly authenticators?: readonly {
    readonly extension: string;
    readonly algorithm: Algorithm;
    readonly key: string;
  }[];
  readonly source: string;
}

export const vectorKeys: readonly string[] = [
  'id',
  'section',
  'layout',
  'dialect',
  'context',
  'hex',
  'decoded',
  'result',
  'issue',
  'authenticators',
  'source',
] satisfies (keyof Vector)[];

/** test/vectors above this module, wherever it was compiled to; else that of the working directory. */
export function vectorFolder(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
    const folder = join(at, 'test', 'vectors');
    if (existsSync(join(folder, 'gre.json'))) return folder;
  }
  return join(process.cwd(), 'test', 'vectors');
}

export const vectorFiles = (): string[] =>
  readdirSync(vectorFolder())
    .filter((name) => name.endsWith('.json'))
    .sort();

export const readVectors = (file: string): readonly Vector[] =>
  JSON.parse(readFileSync(join(vectorFolder(), file), 'utf8')) as readonly Vector[];

/** Octets of hex that the author of a test wrote. */
export function octetsOf(hex: string): Uint8Array {
  const octets = fromHex(hex);
  if (!octets) throw new TypeError(`not hex: ${hex}`);
  return octets;
}
