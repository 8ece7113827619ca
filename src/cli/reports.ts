/** The reports of a run: checked before it, kept up to date while it goes on, and written when it is over. */
import type { ReportContext } from '../report/context.js';
import { isReportKind, type ReportKind, reportKinds } from '../report/kinds.js';
import type { RunResult } from '../report/result.js';
import { checkReport, isStream, writeReport } from '../report/write.js';
import { didYouMean } from './nearest.js';
import { environmentError, messageOf, quoted, usageError } from './cli-error.js';

interface Wish {
  readonly kind: ReportKind;
  readonly path: string;
}

/** Reads `junit=reports/junit.xml`. */
export function parseReport(text: string): Wish {
  const equals = text.indexOf('=');
  const example = 'for example junit=reports/junit.xml';
  if (equals < 0) throw usageError(`--report takes KIND=PATH, not ${quoted(text)}; ${example}`);
  const [kind, path] = [text.slice(0, equals).trim(), text.slice(equals + 1)];
  if (!isReportKind(kind)) {
    const advice = didYouMean(kind, reportKinds, `the kinds are ${reportKinds.join(', ')}`);
    throw usageError(`--report: there is no report of kind ${quoted(kind)}; ${advice}`);
  }
  if (path === '') throw usageError(`--report ${kind}= has no path; ${example}`);
  return { kind, path };
}

/** Reads them all. */
export function parseReports(texts: readonly string[] = []): readonly Wish[] {
  const wishes = texts.map(parseReport);
  const paths = wishes.map(({ path }) => path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw usageError(`--report: ${twice} is given twice; each report needs a file of its own`);
  return wishes;
}

/** For those that are written only once all is done. */
export function checkReports(wishes: readonly Wish[]): void {
  try {
    for (const { kind, path } of wishes) checkReport(kind, path);
  } catch (error) {
    throw usageError(messageOf(error));
  }
}

/** A run may be killed at any moment; this is how much of it is then missing from its reports, in milliseconds. */
const interval = 1000;

export class Reports {
  readonly #wishes: readonly Wish[];
  readonly #context: ReportContext;
  /** Those in files: into a pipe only the final state goes. */
  #lasting: readonly Wish[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastUpdate = -interval;

  constructor(wishes: readonly Wish[], context: ReportContext) {
    this.#wishes = wishes;
    this.#context = context;
  }

  /** The first state. A path that cannot be written is the user's mistake, found before anything is sent. */
  begin(result: RunResult): void {
    try {
      this.#lasting = this.#wishes.filter(({ kind, path }) => !isStream(kind, path));
      this.#write(this.#lasting, result);
    } catch (error) {
      throw usageError(messageOf(error));
    }
  }

  /** Something changed: written at most once in an interval, and soon. */
  update(result: () => RunResult): void {
    if (this.#lasting.length === 0 || this.#timer) return;
    const wait = Math.max(0, this.#lastUpdate + interval - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastUpdate = performance.now();
      // Told only: it may be writable again when the run is over.
      this.#tryToWrite(result());
    }, wait);
  }

  /** The final state. */
  end(result: RunResult): void {
    clearTimeout(this.#timer);
    try {
      this.#write(this.#wishes, result);
    } catch (error) {
      throw environmentError(messageOf(error), error);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tryToWrite(result: RunResult): void {
    try {
      this.#write(this.#lasting, result);
    } catch (error) {
      process.stderr.write(`grespec: ${messageOf(error)}\n`);
    }
  }

  #write(wishes: readonly Wish[], result: RunResult): void {
    for (const { kind, path } of wishes) writeReport(kind, path, result, this.#context);
  }
}
