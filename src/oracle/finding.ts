/** What the oracle says: a deviation tied to a requirement, or that a requirement was seen to hold. */
export interface Finding {
  /** Requirement id of the catalogue. */
  readonly requirement: string;
  /** True: the requirement applied and held. False: it was violated. */
  readonly holds: boolean;
  readonly expected: string;
  readonly actual: string;
}

export const holds = (requirement: string): Finding => ({ requirement, holds: true, expected: '', actual: '' });

export const violated = (requirement: string, expected: string, actual: string): Finding => ({
  requirement,
  holds: false,
  expected,
  actual,
});

/** One finding from a condition: `expected` and `actual` are said only when it fails. */
export const check = (requirement: string, condition: boolean, expected: string, actual: string): Finding =>
  condition ? holds(requirement) : violated(requirement, expected, actual);
