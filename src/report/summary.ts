/** The end of a run for people: verdicts by level, what took long, what to do next. */
import { type Level, type Verdict, verdicts } from '../spec/types.js';
import { knownNotes } from './known.js';
import { type Look, paint, signs, verdictInk } from './look.js';
import type { CaseResult, RunResult } from './result.js';
import { seedFact } from './facts.js';
import { clipped, columns, duration, oneLine, padded, wrap } from './text.js';
import { counts, countVerdicts, headline, isFailure, outcomeOfRun, plural, type Totals } from './totals.js';

const levels: readonly Level[] = ['MUST', 'SHOULD', 'MAY', 'fact', 'inference', 'info'];
const slowestShown = 5;
const reasonsShown = 8;
/** Cases that did not pass are listed again where there were more than so many. */
const onOneScreen = 20;
const mostListed = 20;

/** Durations below this are noise and are not shown. */
export const worthShowingMs = 50;

/** `planned` is the number of cases that were to be run; more than there are results when the run was cut short. */
export function summary(run: RunResult, look: Look, planned = run.cases.length): string[] {
  const blocks = [
    levelTable(run.cases, look),
    ledgerLine(run, look),
    slowest(run.cases, look),
    hints(run, look, planned),
    baseline(run, look),
    failures(run, look),
    lastLines(run, look),
  ].filter((block) => block.length > 0);
  return blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block]));
}

function levelTable(cases: readonly CaseResult[], look: Look): string[] {
  if (cases.length === 0) return [];
  const rows: [string, Totals][] = levels
    .map((level): [string, CaseResult[]] => [level, cases.filter((one) => one.level === level)])
    .filter(([, members]) => members.length > 0)
    .map(([level, members]) => [level, countVerdicts(members)]);
  rows.push(['all', countVerdicts(cases)]);

  const { marks, none, rule } = signs(look);
  const heads = verdicts.map((verdict) => (look.unicode ? `${marks[verdict]} ${verdict}` : verdict));
  const widths = heads.map((text) => Math.max(columns(text), 6) + 2);
  const nameWidth = 11;
  const total = nameWidth + widths.reduce((sum, width) => sum + width, 0) + 8;
  if (total > look.width) {
    return rows.flatMap(([name, totals]) => wrap(`${padded(name, nameWidth)}${inWords(totals)}`, look.width));
  }

  const right = (text: string, width: number): string => ' '.repeat(Math.max(0, width - columns(text))) + text;
  const cell = (verdict: Verdict, totals: Totals, width: number): string =>
    totals[verdict] === 0
      ? paint(look, right(none, width), 'dim')
      : paint(look, right(String(totals[verdict]), width), verdictInk[verdict]);
  const lines = rows.map(([name, totals]) => {
    const cells = verdicts.map((verdict, i) => cell(verdict, totals, widths[i] ?? 0)).join('');
    const sum = verdicts.reduce((all, verdict) => all + totals[verdict], 0);
    return `${padded(name, nameWidth)}${cells}${right(String(sum), 8)}`;
  });
  const title = heads.map((text, i) => right(text, widths[i] ?? 0)).join('') + right('total', 8);
  const line = paint(look, rule.repeat(total), 'dim');
  const last = lines.pop() ?? '';
  return [paint(look, padded('', nameWidth) + title, 'dim'), line, ...lines, line, last];
}

function inWords(totals: Totals): string {
  const parts = verdicts.filter((verdict) => totals[verdict] > 0).map((verdict) => `${totals[verdict]} ${verdict}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function ledgerLine({ ledger }: RunResult, look: Look): string[] {
  if (ledger.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { status } of ledger) counts.set(status, (counts.get(status) ?? 0) + 1);
  const order = [...verdicts, 'not-run', 'untestable'];
  const parts = order.flatMap((status) => (counts.has(status) ? [`${counts.get(status)} ${status}`] : []));
  return wrap(`${plural(ledger.length, 'requirement')} in the ledger: ${parts.join(', ')}`, look.width);
}

function slowest(cases: readonly CaseResult[], look: Look): string[] {
  const slow = cases.filter(({ durationMs }) => durationMs > worthShowingMs);
  if (slow.length === 0) return [];
  const shown = slow.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, slowestShown);
  const times = shown.map(({ durationMs }) => duration(durationMs));
  const timeWidth = Math.max(...times.map(columns));
  const lines = shown.map(({ id, title }, i) => {
    const time = ' '.repeat(timeWidth - columns(times[i] ?? '')) + (times[i] ?? '');
    const rest = `${oneLine(id, look.unicode)}  ${oneLine(title, look.unicode)}`;
    return `  ${paint(look, time, 'yellow')}  ${clipped(rest, look.width - timeWidth - 4, signs(look).ellipsis)}`;
  });
  return [paint(look, 'Slowest', 'bold'), ...lines];
}

function hints(run: RunResult, look: Look, planned: number): string[] {
  const { cases } = run;
  const { strict, complete } = run.run;
  const totals = countVerdicts(cases.filter(counts));
  const texts: string[] = [];
  const missing = Math.max(0, planned - cases.length);
  if (!complete) {
    const rest = missing === 0 ? '' : ` ${missing} of ${plural(planned, 'case')} were not run.`;
    texts.push(`The run was cut short: this report holds what was decided until then.${rest}`);
  }
  const undecided = { word: 'could not be decided', were: 'could not be decided' };
  texts.push(...reasons(withOneCause(run), 'inconclusive', undecided));
  texts.push(...reasons(cases, 'skip', { word: 'skipped', were: 'were skipped' }));
  if (totals.error > 0) {
    texts.push(
      [`${plural(totals.error, 'error')} of the tester itself, not of the device: please report`, ...seedFact(run.run)]
        .join(' with ')
        .concat('.'),
    );
  }
  if (totals.warn > 0 && !strict) texts.push(`${plural(totals.warn, 'warning')} would fail with --strict.`);
  if (texts.length === 0) return [];
  const lines = texts.flatMap((text) =>
    wrap(oneLine(text, look.unicode), look.width - 4).map((line, i) => `  ${i === 0 ? signs(look).dot : ' '} ${line}`),
  );
  return [paint(look, 'Notes', 'bold'), ...lines];
}

/** A run that is longer than a screen has left them behind. */
function failures({ cases, run }: RunResult, look: Look): string[] {
  if (cases.length <= onOneScreen) return [];
  const all = (['fail', 'error', 'warn', 'inconclusive'] as const).flatMap((verdict) =>
    cases.filter((one) => one.verdict === verdict && counts(one) && !isOfOneCause(one, run)),
  );
  if (all.length === 0) return [];
  const shown = all.slice(0, all.length > mostListed ? mostListed - 1 : mostListed);
  const { marks, ellipsis } = signs(look);
  const lines = shown.map(({ id, title, verdict }) => {
    const text = `${marks[verdict]} ${oneLine(id, look.unicode)}  ${oneLine(title, look.unicode)}`;
    return `  ${paint(look, clipped(text, look.width - 2, ellipsis), verdictInk[verdict])}`;
  });
  const more = all.length - shown.length;
  const hasFailed = all.some(({ verdict }) => isFailure(verdict, run.strict));
  return [
    paint(look, hasFailed ? 'Failed, or to be looked at' : 'To be looked at', 'bold'),
    ...lines,
    ...(more > 0 ? [paint(look, `  ${ellipsis} and ${more} more`, 'dim')] : []),
  ];
}

function baseline(run: RunResult, look: Look): string[] {
  const notes = knownNotes(run);
  if (notes.length === 0) return [];
  const ink = { fixed: 'green', expired: 'yellow', other: 'yellow', known: 'dim' } as const;
  const lines = notes.flatMap(({ state, text }) =>
    wrap(oneLine(text, look.unicode), look.width - 4).map((line, i) =>
      paint(
        look,
        `  ${i === 0 ? (state === 'fixed' ? signs(look).marks.pass : signs(look).dot) : ' '} ${line}`,
        ink[state],
      ),
    ),
  );
  return [paint(look, 'Baseline', 'bold'), ...lines];
}

/** Where one cause is behind many, it is what they have in common: told once, not once for each rule that it hides. */
function withOneCause({ cases, run: { mismatch } }: Pick<RunResult, 'cases' | 'run'>): readonly CaseResult[] {
  if (mismatch === undefined) return cases;
  return cases.map((one) => (one.reason.includes(mismatch) ? { ...one, reason: mismatch } : one));
}

const isOfOneCause = ({ verdict, reason }: CaseResult, { mismatch }: RunResult['run']): boolean =>
  verdict === 'inconclusive' && mismatch !== undefined && reason.includes(mismatch);

function reasons(
  cases: readonly CaseResult[],
  verdict: Verdict,
  { word, were }: { readonly word: string; readonly were: string },
): string[] {
  const groups = groupByReason(cases.filter((one) => one.verdict === verdict));
  const texts = groups
    .slice(0, reasonsShown)
    .map(({ reason, ids }) => `${ids.length} ${word}: ${reason} (${someOf(ids)})`);
  const more = groups.length - texts.length;
  return more > 0 ? [...texts, `${plural(more, 'more reason')} why cases ${were}.`] : texts;
}

/** Most frequent first. */
export function groupByReason(cases: readonly CaseResult[]): { reason: string; ids: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const { reason, id } of cases) {
    const ids = groups.get(reason);
    if (ids) ids.push(id);
    else groups.set(reason, [id]);
  }
  return Array.from(groups, ([reason, ids]) => ({ reason: reason === '' ? 'no reason given' : reason, ids })).sort(
    (a, b) => b.ids.length - a.ids.length,
  );
}

function someOf(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(', ') : `${ids.slice(0, 2).join(', ')} and ${ids.length - 2} more`;
}

function lastLines(run: RunResult, look: Look): string[] {
  const outcome = outcomeOfRun(run);
  const facts = `(${[duration(run.run.durationMs), ...seedFact(run.run)].join(', ')})`;
  return wrap(`${signs(look).marks[outcome]} ${headline(run)}  ${facts}`, look.width).map((line) =>
    paint(look, line, verdictInk[outcome], 'bold'),
  );
}
