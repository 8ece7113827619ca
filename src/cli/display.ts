/** What a person sees of a run while it goes on: the tree, a few lines, or what a reporter of mocha makes of it. */
import type { ReportContext } from '../report/context.js';
import { QuietPrinter } from '../report/quiet.js';
import type { CaseResult, RunResult } from '../report/result.js';
import type { SectionListing } from '../report/sections.js';
import { TreePrinter } from '../report/tree.js';
import { usageError } from './cli-error.js';
import { LiveProgress } from './live-progress.js';
import { MochaReport, mochaWith } from './mocha-reporter.js';
import type { Screen } from './screen.js';
import { tell } from './tell.js';

export interface DisplayFlags {
  /** Only what did not pass, and the outcome. */
  readonly quiet?: boolean;
  /** A reporter of mocha, by name or path. */
  readonly reporter?: string;
}

export interface Display {
  begin(tool: RunResult['tool'], run: Omit<RunResult['run'], 'durationMs' | 'complete'>): void;
  /** Something about the run as a whole that no case says. */
  notice(text: string): void;
  caseStarted(id: string): void;
  caseDone(result: CaseResult): void;
  finish(run: RunResult): Promise<void>;
  /** Takes away what only a run that goes on shows. */
  stop(): void;
}

export interface DisplayOptions {
  readonly screen: Screen;
  readonly context: ReportContext;
  readonly listing: readonly SectionListing[];
  readonly titles: ReadonlyMap<string, string>;
  readonly strict: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Throws a usage error before anything is sent to a device. */
export function checkDisplay({ quiet, reporter }: DisplayFlags): void {
  if (quiet && reporter !== undefined) throw usageError('--quiet and --reporter exclude each other; leave one out');
  if (reporter !== undefined) mochaWith(reporter).dispose();
}

export function displayOf({ quiet, reporter }: DisplayFlags, options: DisplayOptions): Display {
  if (reporter !== undefined) return mochaDisplay(reporter, options);
  return quiet ? quietDisplay(options) : treeDisplay(options);
}

const nothing = (): void => {};

function treeDisplay({ screen, context, listing, now }: DisplayOptions): Display {
  const live = new LiveProgress(screen, now);
  const printer = new TreePrinter({
    ...screen.look,
    ...context,
    listing,
    write: (text) => screen.write(text),
    onProgress: (progress) => live.update(progress),
  });
  return {
    begin: (tool, run) => printer.begin(tool, run),
    notice: (text) => printer.notice(text),
    caseStarted: (id) => printer.caseStarted(id),
    caseDone: (result) => printer.caseDone(result),
    finish: (run) => {
      live.stop();
      printer.finish(run);
      return Promise.resolve();
    },
    stop: () => live.stop(),
  };
}

function quietDisplay({ screen }: DisplayOptions): Display {
  const printer = new QuietPrinter(screen.look, (text) => screen.write(text));
  return {
    begin: nothing,
    notice: (text) => printer.notice(text),
    caseStarted: nothing,
    caseDone: (result) => printer.caseDone(result),
    finish: (run) => Promise.resolve(printer.finish(run)),
    stop: nothing,
  };
}

function mochaDisplay(reporter: string, { listing, titles, strict }: DisplayOptions): Display {
  const report = new MochaReport(reporter, listing, titles, strict);
  return {
    begin: nothing,
    // a reporter of mocha has no word for it
    notice: tell,
    caseStarted: nothing,
    caseDone: (result) => report.caseDone(result),
    finish: () => report.finish(),
    stop: nothing,
  };
}
