/** How a case ends other than by passing. Thrown by the verbs, caught by the runner. */

/** A requirement was violated: `fail`, or `warn` when its level is below MUST. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly requirement: string;
  readonly expected: string;
  readonly actual: string;

  constructor(requirement: string, expected: string, actual: string) {
    super(`${requirement}: expected ${expected}; got ${actual}`);
    this.requirement = requirement;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The case could not be decided. */
export class Inconclusive extends Error {
  override readonly name: string = 'Inconclusive';
}

/** How the reason of a case begins that the device did not survive. */
export const lostDevice = 'the device stopped answering';

/** The device stopped answering even what it must answer. */
export class DeviceLost extends Inconclusive {
  override readonly name = 'DeviceLost';
}

/** The case does not apply here. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}
