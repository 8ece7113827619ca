/** The result of a run that is not over: what reports hold until then. */
import type { CaseResult, RunResult } from '../report/result.js';
import { countVerdicts } from '../report/totals.js';
import { ledger } from '../tester/ledger.js';
import type { ResolvedConfig } from './config/resolve.js';

export interface RunFacts {
  readonly config: ResolvedConfig;
  readonly version: string;
  readonly targetName: string;
  readonly selection: readonly string[];
  /** When the run began, milliseconds since the Unix epoch. */
  readonly start: number;
  /** Of the embedded device. */
  readonly fault?: string | undefined;
}

/** `cases` are in the order of the listing. */
export function progressResult(
  facts: RunFacts,
  cases: readonly CaseResult[],
  now: number,
  mismatch?: string,
): RunResult {
  const { config, version, targetName, selection, start, fault } = facts;
  const { seed, as, profile, knobs, strict, shard } = config;
  return {
    tool: { name: 'grespec', version },
    run: {
      startedAt: new Date(start).toISOString(),
      durationMs: Math.round(now - start),
      ...{ seed, as, target: targetName, profile, knobs, selection, strict },
      complete: false,
      ...(shard && { shard }),
      ...(fault !== undefined && { fault }),
      ...(mismatch !== undefined && { mismatch }),
    },
    totals: countVerdicts(cases),
    cases,
    ledger: ledger(cases, as === 'mpa' ? 'ha' : 'mpa', profile),
  };
}
