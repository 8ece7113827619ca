/** A summary in Markdown, for the step summary of a CI job or a comment. */
import { verdicts } from '../spec/types.js';
import type { ReportContext } from './context.js';
import { evidence } from './evidence.js';
import { knownNotes } from './known.js';
import { plain, signs } from './look.js';
import type { CaseResult, RunResult } from './result.js';
import { headFacts } from './facts.js';
import { bySection } from './sections.js';
import { groupByReason } from './summary.js';
import { duration, oneLine } from './text.js';
import { counts, countVerdicts, headline, outcomeOfRun, plural, type Totals } from './totals.js';

/** GitHub refuses a step summary above 1 MiB as a whole; the details stop well before. */
const detailBudget = 600_000;
const detailLines = 150;

const { marks } = signs(plain);

export function toMarkdown(result: RunResult, context: ReportContext = {}): string {
  const { run, cases } = result;
  const outcome = outcomeOfRun(result);
  const lines = [`## ${marks[outcome]} grespec: ${inline(headline(result))}`, ''];
  if (!run.complete) lines.push('> **Cut short:** this report holds what was decided until then.', '');
  const facts = [
    ...headFacts(result),
    duration(run.durationMs),
    ...(run.strict ? ['strict'] : []),
    ...(run.shard ? [`shard ${run.shard.index} of ${run.shard.total}`] : []),
  ];
  lines.push(inline(facts.join(' · ')), '');
  if (cases.length > 0) lines.push(...table(result, context), '');
  const notes = knownNotes(result).map(
    ({ state, text }) => `- ${state === 'fixed' ? `**${inline(text)}**` : inline(text)}`,
  );
  if (notes.length > 0) lines.push('### Baseline', '', ...notes, '');
  lines.push(...findings(cases.filter(counts), context));
  lines.push(...skips(cases));
  return `${lines.join('\n').trimEnd()}\n`;
}

function table({ cases }: RunResult, context: ReportContext): string[] {
  const row = (name: string, totals: Totals, mark: string): string =>
    `| ${mark}${name}${mark} | ${verdicts.map((verdict) => totals[verdict] || '').join(' | ')} |`;
  return [
    `| Section | ${verdicts.map((verdict) => `${marks[verdict]} ${verdict}`).join(' | ')} |`,
    `| :-- |${' --: |'.repeat(verdicts.length)}`,
    ...Array.from(bySection(cases), ([key, group]) =>
      row(inline(`${key} ${context.sectionTitle?.(key) ?? ''}`), countVerdicts(group), ''),
    ),
    row('all', countVerdicts(cases), '**'),
  ];
}

function findings(cases: readonly CaseResult[], context: ReportContext): string[] {
  const found = (['fail', 'error', 'inconclusive', 'warn'] as const).flatMap((verdict) =>
    cases.filter((one) => one.verdict === verdict),
  );
  if (found.length === 0) return [];
  const lines = ['### Findings', ''];
  let spent = 0;
  let shown = 0;
  for (const one of found) {
    const block = details(one, context);
    spent += Buffer.byteLength(block);
    if (spent > detailBudget) break;
    lines.push(block, '');
    shown++;
  }
  if (shown < found.length)
    lines.push(`… and ${plural(found.length - shown, 'finding')} more; the JSON report has all.`, '');
  return lines;
}

function details(result: CaseResult, context: ReportContext): string {
  const all = evidence(result, plain, context);
  const kept = all.slice(0, detailLines);
  if (kept.length < all.length) kept.push(`… ${all.length - kept.length} lines more`);
  const body = kept.map((line) => line.trimEnd()).join('\n');
  // The fence must be longer than any run of backticks inside it.
  const longest = Math.max(2, ...Array.from(body.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const title = `${marks[result.verdict]} <b>${inline(result.id)}</b> ${inline(result.title)}`;
  return `<details><summary>${title}</summary>\n\n${fence}text\n${body}\n${fence}\n\n</details>`;
}

function skips(cases: readonly CaseResult[]): string[] {
  const groups = groupByReason(cases.filter(({ verdict }) => verdict === 'skip'));
  if (groups.length === 0) return [];
  return [
    '### Skipped',
    '',
    ...groups.map(({ reason, ids }) => `- ${plural(ids.length, 'case')}: ${inline(reason)}`),
    '',
  ];
}

/** Text that Markdown shows as it is, without links to people either. */
export function inline(text: string): string {
  return oneLine(text).replace(/[&<>"@]|[\\`*_{}[\]#|~]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
