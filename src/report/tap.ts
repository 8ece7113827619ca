/** TAP version 14. */
import type { ReportContext } from './context.js';
import { evidence } from './evidence.js';
import { knownNotes, knownText } from './known.js';
import { plain } from './look.js';
import type { CaseResult, RunResult } from './result.js';
import { headFacts } from './facts.js';
import { oneLine, printable } from './text.js';
import { headline, isFailure, outcomeOfRun } from './totals.js';

export function toTap(result: RunResult, context: ReportContext = {}): string {
  const { run, cases } = result;
  const lines = [
    'TAP version 14',
    cases.length === 0 ? '1..0 # SKIP nothing was judged' : `1..${cases.length}`,
    `# ${headFacts(result)
      .map((fact) => oneLine(fact))
      .join(', ')}`,
  ];
  cases.forEach((one, i) => lines.push(...point(one, i + 1, run.strict, context)));
  for (const { text } of knownNotes(result)) lines.push(`# ${oneLine(text)}`);
  const end = oneLine(headline(result));
  const isShown = run.complete && (cases.length > 0 || outcomeOfRun(result) === 'pass');
  lines.push(isShown ? `# ${end}` : `Bail out! ${end}`);
  return `${lines.join('\n')}\n`;
}

function point(result: CaseResult, number: number, strict: boolean, context: ReportContext): string[] {
  const { verdict } = result;
  const good = verdict === 'pass' || verdict === 'skip' || (verdict === 'warn' && !isFailure(verdict, strict));
  const line = `${good ? 'ok' : 'not ok'} ${number} - ${escaped(`${result.id} ${result.title}`)}${directive(result)}`;
  if (verdict === 'pass' || verdict === 'skip') return [line.trimEnd()];
  const fields = {
    severity: verdict,
    level: result.level,
    requirements: result.requirements,
    message: result.reason,
    expected: result.expected,
    actual: result.actual,
    duration_ms: result.durationMs,
    repeat: result.repeat,
  };
  // As a block, for people: it holds printable text only, and its first line is never indented nor empty.
  const details = evidence(result, plain, context).map((text) => `    ${text}`.trimEnd());
  return [
    line,
    '  ---',
    ...Object.entries(fields).map(([name, value]) => `  ${name}: ${yaml(value)}`),
    ...(details.length === 0 ? [] : ['  details: |', ...details]),
    '  ...',
  ];
}

/** A point that is to do may fail, and readers tell when it no longer does. */
function directive(result: CaseResult): string {
  if (result.verdict === 'skip') return ` # SKIP ${escaped(result.reason)}`;
  const { state } = result.baseline ?? {};
  return state === 'known' || state === 'fixed' ? ` # TODO ${escaped(knownText(result))}` : '';
}

/** A `#` would begin a directive, and a backslash the escape of one. */
function escaped(text: string): string {
  return oneLine(text).replace(/[\\#]/g, '\\$&');
}

/** JSON on one line is YAML, once the characters that YAML does not print are out of it. */
function yaml(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? printable(part) : part));
}
