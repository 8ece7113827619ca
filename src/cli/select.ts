/** Which cases a command line asks for: by prefix of the id, or by the requirement that they cover. */
import { quoted, usageError } from './cli-error.js';
import { nearest } from './nearest.js';

/** The part of a case that selects it. */
export interface Selectable {
  readonly id: string;
  readonly covers: readonly string[];
}

/** The selected cases in listing order; all of them without a selector. A selector that matches nothing is a usage error. */
export function select<T extends Selectable>(cases: readonly T[], selectors: readonly string[]): readonly T[] {
  if (selectors.length === 0) return cases;
  const selected = new Set<T>();
  for (const selector of selectors) {
    const matching = cases.filter((definition) => isSelected(definition, selector));
    if (matching.length === 0) throw usageError(unmatched(selector, cases));
    for (const definition of matching) selected.add(definition);
  }
  return cases.filter((definition) => selected.has(definition));
}

/** `ha/5` selects all of `ha/5.2` and `ha/5.3`; a requirement id must be whole. */
export function isSelected(definition: Selectable, selector: string): boolean {
  return selector !== '' && (definition.id.startsWith(selector) || isCovering(definition, selector.toUpperCase()));
}

/** Whether a case covers a requirement. */
export function isCovering({ covers }: Selectable, requirement: string): boolean {
  return covers.includes(requirement);
}

function unmatched(selector: string, cases: readonly Selectable[]): string {
  const near = nearest(selector, nameables(cases));
  const advice = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'see: grespec list';
  return `the selector ${quoted(selector)} matches no case; ${advice}`;
}

/** Everything that can be typed: roles, sections, cases and requirements. */
export function nameables(cases: readonly Selectable[]): Set<string> {
  const names = new Set<string>();
  for (const { id } of cases) {
    const parts = id.split('/');
    for (let length = 1; length <= parts.length; length++) names.add(parts.slice(0, length).join('/'));
  }
  for (const { covers } of cases) for (const requirement of covers) names.add(requirement);
  return names;
}
