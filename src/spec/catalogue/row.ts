import type { Requirement } from '../types.js';

/** A black box shows it: one sentence of stimulus and expectation. */
export function seen(how: string): Requirement['test'] {
  return { observable: true, how };
}

/** A black box cannot show it, and why. */
export function unseen(why: string): Requirement['test'] {
  return { observable: false, why };
}
