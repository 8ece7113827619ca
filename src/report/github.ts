/**
 * Annotations of GitHub Actions: workflow commands, one a line, which the page of a job shows by themselves.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
import { knownText } from './known.js';
import type { CaseResult, RunResult } from './result.js';
import { oneLine } from './text.js';
import { counts, isFailure, plural } from './totals.js';

type Kind = 'error' | 'warning' | 'notice';

interface Annotation {
  readonly kind: Kind;
  readonly title: string;
  readonly message: string;
}

/** GitHub shows so many of each kind a step, and drops the rest without a word. */
const mostShown = 10;
/** Characters; what is longer makes the page hard to read. */
const longestMessage = 2000;

/** Without line feeds. */
export function annotations(result: RunResult): string[] {
  const all = result.cases.flatMap((one) => annotationOf(one, result.run.strict) ?? []);
  if (!result.run.complete) {
    all.unshift({ kind: 'warning', title: 'grespec', message: 'The run was cut short: not all cases were decided.' });
  }
  return (['error', 'warning', 'notice'] as const).flatMap((kind) => ofKind(all, kind)).map(command);
}

function ofKind(all: readonly Annotation[], kind: Kind): readonly Annotation[] {
  const own = all.filter((one) => one.kind === kind);
  if (own.length <= mostShown) return own;
  const shown = own.slice(0, mostShown - 1);
  const message = `${plural(own.length - shown.length, 'more', 'more')}: see the step summary and the reports`;
  return [...shown, { kind, title: 'grespec', message }];
}

function annotationOf(result: CaseResult, strict: boolean): Annotation | undefined {
  const { id, verdict, title, baseline } = result;
  const known = knownText(result);
  if (baseline?.state === 'known') return undefined;
  if (baseline?.state === 'fixed') return { kind: 'notice', title: `${id} fixed`, message: `${title}\n${known}` };
  if (verdict === 'pass' || verdict === 'skip') return undefined;
  const kind = counts(result) && (isFailure(verdict, strict) || verdict === 'error') ? 'error' : 'warning';
  const { reason, expected, actual, repeat } = result;
  const lines = [title, reason, labelled('expected: ', expected), labelled('actual: ', actual), known, repeat];
  return { kind, title: `${id} ${verdict}`, message: lines.filter((line) => line !== '').join('\n') };
}

function labelled(label: string, text: string): string {
  return text === '' ? '' : label + text;
}

function command({ kind, title, message }: Annotation): string {
  const lines = message
    .slice(0, longestMessage)
    .split('\n')
    .map((line) => oneLine(line));
  return `::${kind} title=${property(oneLine(title))}::${data(lines.join('\n'))}`;
}

/** As @actions/core escapes them: what a device has sent cannot end the command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
