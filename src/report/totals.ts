/** Totals of a run, and what they mean for the exit status. */
import { type Verdict, verdicts } from '../spec/types.js';
import type { CaseResult, RunResult } from './result.js';

export type Totals = RunResult['totals'];

/** What a whole run comes to. */
export type Outcome = 'pass' | 'fail' | 'error' | 'inconclusive';

export interface OutcomeOptions {
  /** A SHOULD not followed counts as a failure. */
  readonly strict: boolean;
  /** The device stopped answering and did not come back. */
  readonly dutLost?: boolean;
}

/** Always counted from the cases at hand, so that no report can disagree with its own list. */
export function countVerdicts(cases: Iterable<Pick<CaseResult, 'verdict'>>): Totals {
  const totals: Record<Verdict, number> = { pass: 0, fail: 0, warn: 0, inconclusive: 0, skip: 0, error: 0 };
  for (const { verdict } of cases) totals[verdict]++;
  return totals;
}

export function isFailure(verdict: Verdict, strict: boolean): boolean {
  return verdict === 'fail' || (strict && verdict === 'warn');
}

/**
 * A failure outranks all else: non-conformance that was seen stays seen, whatever else went wrong. The tester's own
 * error comes next, since it may have hidden a failure; then what could not be decided.
 */
export function outcomeOf(totals: Totals, { strict, dutLost = false }: OutcomeOptions): Outcome {
  if (verdicts.some((verdict) => totals[verdict] > 0 && isFailure(verdict, strict))) return 'fail';
  if (totals.error > 0) return 'error';
  if (totals.inconclusive > 0 || dutLost) return 'inconclusive';
  return 'pass';
}

const codes = { pass: 0, fail: 1, inconclusive: 4, error: 5 } as const satisfies Record<Outcome, number>;

/**
 * Exit status of a run that took place. The others (2 usage, 3 environment, 130 interrupted) are not a matter of
 * results and belong to the command line.
 */
export function exitCode(totals: Totals, options: OutcomeOptions): (typeof codes)[Outcome] {
  return codes[outcomeOf(totals, options)];
}

/** The whole run in a few words. */
export function headline(run: RunResult): string {
  const totals = countVerdicts(run.cases);
  const { strict, complete } = run.run;
  const failed = totals.fail + (strict ? totals.warn : 0);
  const words = {
    fail: `non-conformance found: ${failed} of ${plural(run.cases.length, 'case')} failed`,
    error: `${plural(totals.error, 'case')} ended in an error of the tester, nothing failed`,
    inconclusive: `nothing failed, but ${plural(totals.inconclusive, 'case')} could not be decided`,
    pass: run.cases.length === 0 ? 'no case was run' : 'nothing failed',
  }[outcomeOf(totals, { strict })];
  return complete ? words : `cut short, so far: ${words}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
