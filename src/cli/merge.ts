/** `grespec merge`: the JSON reports of shards as one run, in every kind of report. */
import { sections } from '../../suites/index.js';
import { exitCodeOf, plural } from '../report/totals.js';
import { profiles } from '../spec/config.js';
import { dialectOf } from '../tester/dialect.js';
import { joinRuns, type NamedRun } from '../tester/join.js';
import { withBaseline } from './baseline/apply.js';
import { readBaseline } from './baseline/read.js';
import { ciOf } from './ci.js';
import { usageError } from './cli-error.js';
import { showInShort, showResult } from './offline-report.js';
import { reportContext } from './report-context.js';
import { readReport } from './report-file.js';
import { parseReports, Reports } from './reports.js';
import { Screen } from './screen.js';
import { tell } from './tell.js';

export interface MergeFlags {
  readonly report?: readonly string[];
  readonly baseline?: string;
  /** Only what did not pass, and the outcome. */
  readonly quiet?: boolean;
}

export function merge(files: readonly string[], flags: MergeFlags): number {
  const wishes = parseReports(flags.report);
  const [first, ...others] = files.map((file): NamedRun => ({ name: file, result: readReport(file) }));
  if (!first) throw usageError('merge takes the JSON reports of a run');
  const ids = sections.flatMap(({ cases }) => cases.map(({ id }) => id));
  const joined = joinRuns([first, ...others], ids);
  if (!joined.ok) throw usageError(`cannot merge: ${joined.issue}`);
  const known = new Set([...ids, ...joined.result.cases.map(({ id }) => id)]);
  const baseline = flags.baseline === undefined ? undefined : readBaseline(flags.baseline, known);
  const result = withBaseline(joined.result, baseline);
  const profile = profiles.find((one) => one === result.run.profile) ?? profiles[0];
  const context = reportContext(sections, dialectOf({ profile, knobs: result.run.knobs }));
  const reports = new Reports(wishes, context);
  reports.begin(result);
  const screen = new Screen(process.stdout, process.env);
  const ci = ciOf(process.env, (text) => screen.write(text), tell);
  ci.begin();
  if (flags.quiet) showInShort(result, screen);
  else showResult(result, `merge of ${plural(files.length, 'report')}`, context, screen);
  for (const note of joined.notes) tell(note);
  reports.end(result);
  ci.end(result, context);
  return exitCodeOf(result);
}
