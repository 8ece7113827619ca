/** The comparison of two runs as text for a terminal, and as Markdown. */
import { type Change, type ChangeKind, changeKinds, compare, differences } from './compare.js';
import { inline } from './markdown.js';
import { type Look, paint, signs, verdictInk } from './look.js';
import type { RunResult } from './result.js';
import { columns, oneLine, padded, wrap } from './text.js';
import { plural } from './totals.js';
import { violatedBy } from './violated.js';

export interface NamedResult {
  readonly name: string;
  readonly result: RunResult;
}

const headings: Readonly<Record<ChangeKind, (count: number) => string>> = {
  regression: (count) => plural(count, 'regression'),
  undecided: (count) => `${count} no longer decided`,
  fix: (count) => plural(count, 'fix', 'fixes'),
  decided: (count) => `${count} decided now`,
  new: (count) => `${count} new`,
  gone: (count) => `${count} gone`,
};

interface Group {
  readonly heading: string;
  readonly changes: readonly Change[];
}

function groupsOf(changes: readonly Change[]): readonly Group[] {
  return changeKinds.flatMap((kind) => {
    const own = changes.filter((change) => change.kind === kind);
    return own.length === 0 ? [] : [{ heading: headings[kind](own.length), changes: own }];
  });
}

/** `pass -> fail`, `not there -> pass`. */
function verdicts({ before, after }: Change): string {
  return `${before?.verdict ?? 'not there'} -> ${after?.verdict ?? 'not there'}`;
}

/** Why it is as it is now, where it is not good. */
function why({ before, after }: Change): string {
  if (!after || after.verdict === 'pass') return '';
  const [was, is] = [before && violatedBy(before), violatedBy(after)];
  const other = was !== undefined && is !== undefined && was !== is ? `now violates ${is}, before ${was}; ` : '';
  const { expected, actual, reason } = after;
  return other + (expected === '' ? reason : `${is === undefined ? '' : `${is}: `}expected ${expected}, got ${actual}`);
}

function facts(a: NamedResult, b: NamedResult): string[] {
  const cut = [a, b].filter(({ result }) => !result.run.complete).map(({ name }) => `${name} was cut short`);
  return [...differences(a.result, b.result), ...cut];
}

function about({ name, result: { run, cases } }: NamedResult): string {
  return `${name}: ${run.target}, ${run.startedAt.slice(0, 19).replace('T', ' ')}, ${plural(cases.length, 'case')}`;
}

function closing(groups: readonly Group[], same: number): string {
  return [...groups.map(({ heading }) => heading), `${same} as before`].join(', ');
}

export function diffText(a: NamedResult, b: NamedResult, look: Look): string {
  const { changes, same } = compare(a.result, b.result);
  const groups = groupsOf(changes);
  const safe = (text: string): string => oneLine(text, look.unicode);
  const lines = [about(a), about(b), ...facts(a, b)].flatMap((line) => wrap(safe(line), look.width));
  for (const { heading, changes: own } of groups) {
    lines.push('', paint(look, heading, 'bold'));
    const ids = Math.max(...own.map((change) => columns(safe(idOf(change)))));
    const width = Math.max(...own.map((change) => verdicts(change).length));
    for (const change of own) {
      const { verdict } = change.after ?? { verdict: 'skip' as const };
      const mark = paint(look, signs(look).marks[verdict], verdictInk[verdict]);
      const lead = `  ${mark} ${padded(safe(idOf(change)), ids)}  ${verdicts(change).padEnd(width)}  `;
      lines.push(lead + safe(titleOf(change)));
      for (const line of wrap(safe(why(change)), look.width - 6)) if (line !== '') lines.push(`      ${line}`);
    }
  }
  return `${[...lines, '', paint(look, closing(groups, same), 'bold')].join('\n')}\n`;
}

export function diffMarkdown(a: NamedResult, b: NamedResult): string {
  const { changes, same } = compare(a.result, b.result);
  const groups = groupsOf(changes);
  const lines = [`## grespec: ${inline(closing(groups, same))}`, ''];
  lines.push(...[about(a), about(b), ...facts(a, b)].map((line) => `- ${inline(line)}`));
  for (const { heading, changes: own } of groups) {
    lines.push('', `### ${inline(heading)}`, '', '| Case | Before | Now | |', '| :-- | :-- | :-- | :-- |');
    for (const change of own) {
      const { before, after } = change;
      const text = [titleOf(change), why(change)]
        .filter((part) => part !== '')
        .map(inline)
        .join('<br>');
      lines.push(`| ${inline(idOf(change))} | ${before?.verdict ?? ''} | ${after?.verdict ?? ''} | ${text} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function idOf({ before, after }: Change): string {
  return (after ?? before)?.id ?? '';
}

function titleOf({ before, after }: Change): string {
  return (after ?? before)?.title ?? '';
}
