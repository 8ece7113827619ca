/** How the results of audit and replay are shown and written: as those of a run, under the sections of the catalogue. */
import type { ReportContext } from '../report/context.js';
import type { RunResult } from '../report/result.js';
import { listingOf } from '../report/sections.js';
import { QuietPrinter } from '../report/quiet.js';
import { TreePrinter } from '../report/tree.js';
import { catalogue, sectionKey } from '../spec/catalogue.js';
import type { Dialect } from '../wire/extensions.js';
import { changedKnobs } from './changed-knobs.js';
import { titleOf } from './places.js';
import { reportContext } from './report-context.js';
import { checkReports, parseReports, Reports } from './reports.js';
import type { Screen } from './screen.js';

const titles = new Map(
  catalogue.flatMap(({ document, section, ...row }) =>
    (['ha', 'mpa'] as const).map((dut) => {
      const key = `${dut}/${sectionKey({ document, section, ...row })}`;
      return [key, titleOf({ key, document, section })];
    }),
  ),
);

const contextOf = (dialect: Dialect): ReportContext => ({
  ...reportContext([], dialect),
  sectionTitle: (key) => titles.get(key),
});

export interface OfflineReport {
  /** Prints the cases as a tree under a line that names what was done. */
  show(result: RunResult, what: string): void;
  write(result: RunResult): void;
}

/** Throws a CliError for a wish that makes no sense or cannot be fulfilled, before anything is done. */
export function offlineReport(
  wishes: readonly string[] | undefined,
  screen: Screen,
): (dialect: Dialect) => OfflineReport {
  const parsed = parseReports(wishes);
  checkReports(parsed);
  return (dialect) => {
    const context = contextOf(dialect);
    return {
      show: (result, what) => showResult(result, what, context, screen),
      write(result) {
        const reports = new Reports(parsed, context);
        reports.begin(result);
        reports.end(result);
      },
    };
  };
}

/** Prints the cases as a tree under a line that names what was done. */
export function showResult(result: RunResult, what: string, context: ReportContext, screen: Screen): void {
  const printer = new TreePrinter({
    ...screen.look,
    ...context,
    listing: listingOf(result.cases, context.sectionTitle),
    write: (text) => screen.write(text),
  });
  const { tool, run } = result;
  const facts = Object.entries(changedKnobs(run.knobs, run.profile)).map(([name, value]) => ` ${name}=${value}`);
  screen.write(`${tool.name} ${tool.version}: ${what}, profile ${run.profile}${facts.join('')}\n`);
  if (run.mismatch !== undefined) printer.notice(run.mismatch);
  for (const one of result.cases) printer.caseDone(one);
  printer.finish(result);
}

/** Prints what did not pass, and the outcome. */
export function showInShort(result: RunResult, screen: Screen): void {
  const printer = new QuietPrinter(screen.look, (text) => screen.write(text));
  for (const one of result.cases) printer.caseDone(one);
  printer.finish(result);
}
