/** Numbers and verdicts as people read them. */
import type { Verdict } from '../../../spec/types.js';
import type { PageCase } from '../page-model.js';
import { el } from './dom.js';
import { model } from './model.js';

export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The sign of a verdict, or of a status of the ledger; its word is for those who do not see it. */
export function badge(verdict: string): HTMLElement {
  const mark = (model.marks as Readonly<Record<string, string>>)[verdict] ?? '·';
  return el(
    'span',
    { class: 'badge', 'data-verdict': verdict, title: verdict, role: 'img', 'aria-label': verdict },
    mark,
  );
}

/** The badge of a case: paler where the baseline accepts its verdict. */
export function caseBadge({ verdict, known }: PageCase): HTMLElement {
  const own = badge(verdict);
  if (known?.state !== 'known') return own;
  own.classList.add('known');
  own.textContent = model.knownMark;
  own.title = `known ${verdict}`;
  own.setAttribute('aria-label', own.title);
  return own;
}

export function countVerdicts(cases: Iterable<{ readonly verdict: Verdict }>): ReadonlyMap<Verdict, number> {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of cases) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return counts;
}

/** Whether somebody has to look at a case: what is known is looked at already. */
export function isFinding({ verdict, known }: PageCase): boolean {
  return findings.includes(verdict) && known?.state !== 'known';
}

/** The requirement that a case blames: its reason begins with it. */
export function unmetBy({ requirements, reason }: PageCase): string | undefined {
  return requirements.find((id) => reason.startsWith(`${id} `) || reason.startsWith(`${id}:`));
}

/** The verdicts that somebody has to look at. */
export const findings: readonly Verdict[] = ['fail', 'error', 'inconclusive', 'warn'];
