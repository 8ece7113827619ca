/** The baseline of a run: read before it, applied to every result, and written anew where that is asked for. */
import type { CaseResult, RunResult } from '../../report/result.js';
import { plural } from '../../report/totals.js';
import type { BaselineFlags } from '../result-flags.js';
import { writeText } from '../write-text.js';
import { dayOf, marked, withBaseline } from './apply.js';
import { type Baseline, readBaseline, readBaselineIfThere } from './read.js';
import { baselineFrom, baselineText, checkWritable } from './write.js';

export interface RunBaseline {
  readonly name: string | undefined;
  mark(result: CaseResult): CaseResult;
  markAll(result: RunResult): RunResult;
  /** Once, when the run is over. */
  write(result: RunResult): void;
}

/** `ids` are those of all cases there are. Throws a CliError before anything is sent. */
export function baselineOfRun(
  { baseline: file, writeBaseline: target }: BaselineFlags,
  ids: ReadonlySet<string>,
  tell: (message: string) => void,
): RunBaseline {
  const baseline = file === undefined ? undefined : readBaseline(file, ids);
  if (target !== undefined) checkWritable(target);
  // what a person has written there before is not lost
  const earlier = baseline ?? (target === undefined ? undefined : readBaselineIfThere(target, ids));
  const today = dayOf(new Date());
  return {
    name: baseline?.name,
    mark: (result) => (baseline ? marked(result, baseline, today) : result),
    markAll: (result) => withBaseline(result, baseline, today),
    write(result) {
      if (target !== undefined) writeAnew(target, result, earlier, today, tell);
    },
  };
}

function writeAnew(
  target: string,
  result: RunResult,
  earlier: Baseline | undefined,
  today: string,
  tell: (message: string) => void,
): void {
  if (!result.run.complete) {
    tell(`--write-baseline ${target}: not written, since the run was cut short`);
    return;
  }
  const entries = baselineFrom(withBaseline(result, earlier, today), earlier);
  writeText('--write-baseline', target, baselineText(entries, result, target));
  tell(`${plural(entries.length, 'known deviation')} written to ${target}: say in each reason why it is accepted`);
  const undecided = result.cases.filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'error').length;
  if (undecided > 0) tell(`${plural(undecided, 'case')} without a verdict left out: they are no deviations`);
}
