/** What reports say of known deviations: those that the baseline of a run names. */
import type { CaseResult, KnownDeviation, RunResult } from './result.js';
import { plural } from './totals.js';

/** Of one case; empty where the baseline does not name it. */
export function knownText({ baseline }: Pick<CaseResult, 'baseline'>): string {
  if (!baseline) return '';
  const { state, verdict, reason, expires } = baseline;
  const why = reason === '' ? '' : `: ${reason}`;
  switch (state) {
    case 'known':
      return `known ${verdict}${expires === undefined ? '' : ` until ${expires}`}${why}`;
    case 'fixed':
      return `PASSES NOW, although it is a known ${verdict}: take it out of the baseline`;
    case 'expired':
      return `was a known ${verdict} until ${expires ?? ''}; the entry no longer holds${why}`;
    case 'other':
      return `is a known ${verdict}, but not in this way${why}`;
  }
}

export interface KnownNote {
  readonly state: KnownDeviation['state'];
  readonly text: string;
}

const words: Readonly<Record<KnownDeviation['state'], (count: number, name: string) => string>> = {
  fixed: (count, name) =>
    `${plural(count, 'known deviation')} ${verb(count, 'passes', 'pass')} now, take ${verb(count, 'it', 'them')} out of ${name}`,
  expired: (count, name) =>
    `${plural(count, 'entry', 'entries')} of ${name} expired and ${verb(count, 'counts', 'count')}`,
  other: (count, name) =>
    `${plural(count, 'case')} in ${name} ${verb(count, 'fails', 'fail')} in another way and ${verb(count, 'counts', 'count')}`,
  known: (count, name) => `${plural(count, 'known deviation')} of ${name} ${verb(count, 'does', 'do')} not count`,
};

/** Of the whole run, loudest first. */
export function knownNotes({ run, cases }: Pick<RunResult, 'run' | 'cases'>): readonly KnownNote[] {
  return (['fixed', 'expired', 'other', 'known'] as const).flatMap((state) => {
    const ids = cases.filter(({ baseline }) => baseline?.state === state).map(({ id }) => id);
    if (ids.length === 0) return [];
    return [{ state, text: `${words[state](ids.length, run.baseline ?? 'the baseline')}: ${ids.join(', ')}` }];
  });
}

function verb(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
