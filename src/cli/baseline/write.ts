/** Writes the deviations of a run as a baseline, for a person to look through. */
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import type { CaseResult, RunResult } from '../../report/result.js';
import { isFailure } from '../../report/totals.js';
import { violatedBy } from '../../report/violated.js';
import { prepareWhole, whyNotWritten } from '../../report/write.js';
import { usageError } from '../cli-error.js';
import type { Baseline, BaselineEntry } from './read.js';

/**
 * Failures of the run, with --strict warnings too. What an earlier baseline says of a case that still fails so is kept,
 * and so are its entries for cases that were not decided.
 */
export function baselineFrom({ run, cases }: RunResult, earlier: Baseline | undefined): readonly BaselineEntry[] {
  const decided = new Map(cases.map((one) => [one.id, one]));
  const kept = [...(earlier?.entries.values() ?? [])].filter(({ id }) => {
    const verdict = decided.get(id)?.verdict ?? 'skip';
    return verdict === 'skip' || verdict === 'inconclusive' || verdict === 'error';
  });
  const found = cases.filter(({ verdict }) => isFailure(verdict, run.strict)).map((one) => entryOf(one, earlier));
  return [...found, ...kept].sort((a, b) => order.compare(a.id, b.id));
}

const order = new Intl.Collator('en', { numeric: true });

function entryOf(result: CaseResult, earlier: Baseline | undefined): BaselineEntry {
  const before = earlier?.entries.get(result.id);
  if (before && result.baseline?.state === 'known') return before;
  const requirement = violatedBy(result);
  return {
    id: result.id,
    verdict: result.verdict === 'warn' ? 'warn' : 'fail',
    ...(requirement !== undefined && { requirement }),
    reason: `${result.expected === '' ? result.reason : `expected ${result.expected}, got ${result.actual}`}`,
  };
}

/** YAML, or JSON where the name ends so. */
export function baselineText(entries: readonly BaselineEntry[], { tool, run }: RunResult, file: string): string {
  if (/\.json$/i.test(file)) return `${JSON.stringify({ known: entries }, undefined, 2)}\n`;
  const head = [
    `# Known deviations of ${run.target.replaceAll(/[^\w.:,-]/g, '?')}, written by ${tool.name} ${tool.version}.`,
    '# Say in each reason why it is accepted; expires: 2026-12-31 would be its last day.',
  ];
  return `${head.join('\n')}\n${stringify({ known: entries }, { lineWidth: 110 })}`;
}

/** Before the run: a file that cannot be written is the user's mistake. */
export function checkWritable(file: string): void {
  try {
    prepareWhole(resolve(file));
  } catch (error) {
    throw usageError(`--write-baseline ${file}: ${whyNotWritten(error)}`);
  }
}
