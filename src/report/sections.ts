/** Cases gathered by the section they belong to. */
import type { CaseResult } from './result.js';

/** A section as it is announced before the run: what is to come, in the order in which it is to be shown. */
export interface SectionListing {
  /** As in the case ids: `ha/5.2`, `ha/rfc3344-3.8`. */
  readonly key: string;
  /** Short name of the document. */
  readonly document: string;
  /** Number in the document: `3.8`. */
  readonly section: string;
  readonly title: string;
  /** Ids of its cases, in order. */
  readonly cases: readonly string[];
  /** Where cases of several sections stand together, such as those judged at the end: their heading, and the only one. */
  readonly heading?: string;
}

type Placed = Pick<CaseResult, 'id' | 'dut' | 'section'>;

/**
 * The middle of the case id, since it is unique where the bare number is not: section 3.8 of one document is not
 * section 3.8 of another.
 */
export function sectionName({ id, section }: Placed): string {
  return id.split('/').slice(1, -1).join('/') || section;
}

export function sectionKey(result: Placed): string {
  return `${result.dut}/${sectionName(result)}`;
}

/** In the order in which the sections first appear. */
export function bySection<T extends Placed>(cases: readonly T[]): ReadonlyMap<string, readonly [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const result of cases) {
    const key = sectionKey(result);
    const group = groups.get(key);
    if (group) group.push(result);
    else groups.set(key, [result]);
  }
  return groups;
}

/** The listing of results that come without one, such as those of a stored report. */
export function listingOf(
  cases: readonly CaseResult[],
  sectionTitle?: (key: string) => string | undefined,
): SectionListing[] {
  return Array.from(bySection(cases), ([key, group]) => ({
    key,
    document: group[0].document,
    section: group[0].section,
    title: sectionTitle?.(key) ?? '',
    cases: group.map(({ id }) => id),
  }));
}
