/** `grespec diff`: what changed between two runs. */
import { compare } from '../report/compare.js';
import { diffMarkdown, diffText, type NamedResult } from '../report/diff.js';
import { exitCodes, usageError } from './cli-error.js';
import { readReport } from './report-file.js';
import { lookOf } from './screen.js';
import { writeText } from './write-text.js';

export interface DiffFlags {
  /** `-` is standard output. */
  readonly markdown?: string;
}

export function diff(files: readonly [string, string], { markdown }: DiffFlags): number {
  const [a, b] = files.map((name): NamedResult => ({ name, result: readReport(name) }));
  if (!a || !b) throw usageError('diff takes two JSON reports');
  if (a.result.run.as !== b.result.run.as) {
    const [was, is] = [a, b].map(({ name, result }) => `${result.run.as} in ${name}`);
    throw usageError(`cannot compare runs of different devices: the tester was ${was ?? ''}, ${is ?? ''}`);
  }
  if (markdown !== '-') process.stdout.write(diffText(a, b, lookOf(process.stdout, process.env)));
  if (markdown === '-') process.stdout.write(diffMarkdown(a, b));
  else if (markdown !== undefined) writeText('--markdown', markdown, diffMarkdown(a, b));
  const kinds = new Set(compare(a.result, b.result).changes.map(({ kind }) => kind));
  if (kinds.has('regression')) return exitCodes.nonConformance;
  // nothing became worse, but something cannot be told any more
  return kinds.has('undecided') || !b.result.run.complete ? exitCodes.undecided : exitCodes.ok;
}
