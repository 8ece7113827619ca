/** Marks what a baseline knows: verdicts stay as they are, but known ones no longer count. */
import type { CaseResult, KnownDeviation, RunResult } from '../../report/result.js';
import { violatedBy } from '../../report/violated.js';
import type { Baseline, BaselineEntry } from './read.js';

/** The case with what the baseline says of it. `today` is a day in UTC, `2026-12-31`. */
export function marked(result: CaseResult, { entries }: Baseline, today: string): CaseResult {
  const entry = entries.get(result.id);
  // what was not tested is neither known nor fixed
  if (!entry || result.verdict === 'skip') return unmarked(result);
  const { verdict, reason, expires } = entry;
  const state = stateOf(result, entry, today);
  return { ...result, baseline: { state, verdict, reason, ...(expires !== undefined && { expires }) } };
}

/** What an earlier baseline said no longer holds. */
function unmarked({ baseline, ...result }: CaseResult): CaseResult {
  return baseline ? result : { ...result };
}

function stateOf(result: CaseResult, entry: BaselineEntry, today: string): KnownDeviation['state'] {
  if (result.verdict === 'pass') return 'fixed';
  if (!covers(entry, result)) return 'other';
  return entry.expires !== undefined && entry.expires < today ? 'expired' : 'known';
}

/** Better than known is known too; another requirement violated is something new. */
function covers({ verdict, requirement }: BaselineEntry, result: CaseResult): boolean {
  if (verdict !== result.verdict && !(verdict === 'fail' && result.verdict === 'warn')) return false;
  return requirement === undefined || result.verdict === 'inconclusive' || violatedBy(result) === requirement;
}

/** The whole run with its marks, and the name of the file. */
export function withBaseline(result: RunResult, baseline: Baseline | undefined, today = dayOf(new Date())): RunResult {
  if (!baseline) return result;
  const cases = result.cases.map((one) => marked(one, baseline, today));
  return { ...result, run: { ...result.run, baseline: baseline.name }, cases };
}

export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
