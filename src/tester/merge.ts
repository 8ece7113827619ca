/** Several runs of different cases as one result: configurations of one device, or shards of one selection. */
import type { RunResult } from '../report/result.js';
import { countVerdicts } from '../report/totals.js';
import { ledger } from './ledger.js';

/** The runs in one: cases in the order of `ids`, counts and ledger made anew. At least one run must be given. */
export function mergeRuns(runs: readonly [RunResult, ...RunResult[]], ids: readonly string[]): RunResult {
  const [first] = runs;
  const byId = new Map(runs.flatMap((run) => run.cases).map((result) => [result.id, result]));
  const cases = ids.flatMap((id) => byId.get(id) ?? []);
  return {
    ...first,
    run: {
      ...first.run,
      durationMs: runs.reduce((sum, run) => sum + run.run.durationMs, 0),
      complete: runs.every((run) => run.run.complete) && cases.length === ids.length,
    },
    totals: countVerdicts(cases),
    cases,
    ledger: ledger(cases, first.run.as === 'mpa' ? 'ha' : 'mpa', first.run.profile),
  };
}
