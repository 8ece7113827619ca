/** What the oracle says: a deviation tied to a requirement, or that a requirement was seen to hold. */
export interface Finding {
  /** Requirement id of the catalogue. */
  readonly requirement: string;
  /** True: the requirement applied and held. False: it was violated. */
  readonly holds: boolean;
  readonly expected: string;
  readonly actual: string;
}

/** Each requirement is seen to hold in nearly every message, so one finding a requirement serves all of them. */
const held = new Map<string, Finding>();

export function holds(requirement: string): Finding {
  let finding = held.get(requirement);
  if (!finding) held.set(requirement, (finding = { requirement, holds: true, expected: '', actual: '' }));
  return finding;
}

export const violated = (requirement: string, expected: string, actual: string): Finding => ({
  requirement,
  holds: false,
  expected,
  actual,
});

/** Words that cost something to make are made by a function, when they are needed. */
type Words = string | (() => string);
const said = (words: Words): string => (typeof words === 'string' ? words : words());

/** One finding from a condition: `expected` and `actual` are said only when it fails. */
export const check = (requirement: string, condition: boolean, expected: Words, actual: Words): Finding =>
  condition ? holds(requirement) : violated(requirement, said(expected), said(actual));
