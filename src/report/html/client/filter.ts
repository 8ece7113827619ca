/** What the reader wants to see. Chips that are all off let everything through. */
import type { Level, Verdict } from '../../../spec/types.js';
import { model } from './model.js';

interface Filter {
  readonly verdicts: Set<Verdict>;
  readonly levels: Set<Level>;
  /** What the baseline says. */
  readonly states: Set<string>;
  /** Key of a section; empty for all. */
  section: string;
  /** As typed; every word of it must be found. */
  text: string;
}

export const filter: Filter = { verdicts: new Set(), levels: new Set(), states: new Set(), section: '', text: '' };

const listeners: (() => void)[] = [];

export function onFilter(listener: () => void): void {
  listeners.push(listener);
}

function filterChanged(): void {
  for (const listener of listeners) listener();
}

export function toggle<T>(set: Set<T>, value: T): void {
  if (!set.delete(value)) set.add(value);
  filterChanged();
}

export function setText(text: string): void {
  filter.text = text;
  filterChanged();
}

export function wordsOf({ text }: Filter): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

export function setSection(key: string): void {
  filter.section = key;
  filterChanged();
}

export function clearFilter(): void {
  filter.verdicts.clear();
  filter.levels.clear();
  filter.states.clear();
  filter.section = '';
  filter.text = '';
  filterChanged();
}

export function isFiltering(): boolean {
  const sets = [filter.verdicts, filter.levels, filter.states];
  return sets.some(({ size }) => size > 0) || filter.section !== '' || wordsOf(filter).length > 0;
}

const texts: readonly string[] = model.cases.map((one) => {
  const sentences = one.requirements.map((id) => model.requirements[id]?.text ?? '');
  const said = [one.reason, one.expected, one.actual, one.known?.text ?? ''];
  const own = [one.id, one.title, ...one.requirements, ...sentences, ...said];
  return own.join('\n').toLowerCase();
});

/** The places of the cases that pass the filter. */
export function matchingCases(): ReadonlySet<number> {
  const found = new Set<number>();
  const words = wordsOf(filter);
  model.cases.forEach((one, i) => {
    if (filter.verdicts.size > 0 && !filter.verdicts.has(one.verdict)) return;
    if (filter.levels.size > 0 && !filter.levels.has(one.level)) return;
    if (filter.states.size > 0 && !filter.states.has(one.known?.state ?? '')) return;
    if (filter.section !== '' && model.sections[one.section]?.key !== filter.section) return;
    const text = texts[i] ?? '';
    if (words.every((word) => text.includes(word))) found.add(i);
  });
  return found;
}
