/** Reads a baseline: the known deviations of a device, in YAML or JSON. */
import { readFileSync } from 'node:fs';
import type { Verdict } from '../../spec/types.js';
import { quoted, usageError } from '../cli-error.js';
import { checkAgainst } from '../config/check.js';
import { readSourceFile } from '../config/document.js';
import type { Source } from '../config/input.js';
import { didYouMean } from '../nearest.js';
import { schemaOf } from '../schema.js';
import schema from './schema.json' with { type: 'json' };

export interface BaselineEntry {
  readonly id: string;
  readonly verdict: Extract<Verdict, 'fail' | 'warn' | 'inconclusive'>;
  /** Why it is accepted. */
  readonly reason: string;
  /** The requirement that is violated; any, where it is left out. */
  readonly requirement?: string;
  /** Last day on which it holds. */
  readonly expires?: string;
}

export interface Baseline {
  /** As the user gave it. */
  readonly name: string;
  readonly entries: ReadonlyMap<string, BaselineEntry>;
}

const shape = schemaOf<{ known: BaselineEntry[] }>(schema, { allErrors: true, verbose: true });

/** Every id must be among `ids`: a typing error would let a known deviation fail the run. Throws a CliError. */
export function readBaseline(file: string, ids: ReadonlySet<string>): Baseline {
  return baselineOf(readSourceFile(file, 'the baseline'), file, ids);
}

/** As `readBaseline`, of a source that is read already. */
export function baselineOf(source: Source, name: string, ids: ReadonlySet<string>): Baseline {
  const { known } = checkAgainst(shape(), source, 'the baseline');
  const entries = new Map<string, BaselineEntry>();
  for (const [i, entry] of known.entries()) {
    const at = (key: string): string => source.locate(['known', i, key]);
    if (!ids.has(entry.id)) {
      const advice = didYouMean(entry.id, ids, 'see: grespec list');
      throw usageError(`${at('id')}: there is no case ${quoted(entry.id)}; ${advice}`);
    }
    if (entries.has(entry.id)) throw usageError(`${at('id')}: ${entry.id} has two entries; leave one of them out`);
    if (entry.expires !== undefined && !isDay(entry.expires)) {
      throw usageError(`${at('expires')}: ${quoted(entry.expires)} is no date; write it as 2026-12-31`);
    }
    entries.set(entry.id, entry);
  }
  return { name, entries };
}

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** Undefined where there is no such file yet. */
export function readBaselineIfThere(file: string, ids: ReadonlySet<string>): Baseline | undefined {
  try {
    readFileSync(file);
  } catch {
    return undefined;
  }
  return readBaseline(file, ids);
}
