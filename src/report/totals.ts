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
function outcomeOf(totals: Totals, { strict, dutLost = false }: OutcomeOptions): Outcome {
  if (verdicts.some((verdict) => totals[verdict] > 0 && isFailure(verdict, strict))) return 'fail';
  if (totals.error > 0) return 'error';
  if (totals.inconclusive > 0 || dutLost) return 'inconclusive';
  return 'pass';
}

/**
 * What a run comes to. One that was cut short has not shown that nothing fails, however far it came, nor has one that
 * judged nothing; but there may be more shards than cases. Known deviations do not count.
 */
export function outcomeOfRun({ cases, run }: RunResult, dutLost = false): Outcome {
  const outcome = outcomeOf(countVerdicts(cases.filter(counts)), { strict: run.strict, dutLost });
  const isShown = run.complete && (cases.length > 0 || run.shard !== undefined);
  return outcome === 'pass' && !isShown ? 'inconclusive' : outcome;
}

/** Whether the verdict of a case counts: that of a known deviation does not. */
export function counts({ baseline }: Pick<CaseResult, 'baseline'>): boolean {
  return baseline?.state !== 'known';
}

const codes = { pass: 0, fail: 1, inconclusive: 4, error: 5 } as const satisfies Record<Outcome, number>;

/**
 * Exit status of a run that took place. The others (2 usage, 3 environment, 130 interrupted) are not a matter of
 * results and belong to the command line.
 */
export function exitCode(totals: Totals, options: OutcomeOptions): (typeof codes)[Outcome] {
  return codes[outcomeOf(totals, options)];
}

/** Exit status of a run, its known deviations left out. */
export function exitCodeOf(result: RunResult, dutLost = false): (typeof codes)[Outcome] {
  return codes[outcomeOfRun(result, dutLost)];
}

/** The whole run in a few words. */
export function headline({ run, cases }: RunResult): string {
  const totals = countVerdicts(cases.filter(counts));
  const { strict, complete } = run;
  const failed = totals.fail + (strict ? totals.warn : 0);
  const known = cases.length - cases.filter(counts).length;
  const besides = known === 0 ? '' : ` besides ${plural(known, 'known deviation')}`;
  const fixed = cases.filter(({ baseline }) => baseline?.state === 'fixed').length;
  const news = [
    ...(fixed === 0 ? [] : [`${plural(fixed, 'known deviation passes', 'known deviations pass')} now`]),
    ...(run.mismatch === undefined ? [] : [run.mismatch]),
  ];
  const words = {
    fail: `non-conformance found: ${failed} of ${plural(cases.length, 'case')} failed${besides}`,
    error: `${plural(totals.error, 'case')} ended in an error of the tester, nothing failed${besides}`,
    inconclusive: `nothing failed${besides}, but ${plural(totals.inconclusive, 'case')} could not be decided`,
    pass: cases.length === 0 ? noCase(run) : `nothing failed${besides}`,
  }[outcomeOf(totals, { strict })];
  const all = [words, ...news].join('; ');
  if (complete) return all;
  return cases.length === 0 ? 'cut short before any case was decided' : `cut short, so far: ${all}`;
}

function noCase({ shard }: RunResult['run']): string {
  return shard ? `no case falls to shard ${shard.index} of ${shard.total}` : 'nothing was judged';
}

export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
