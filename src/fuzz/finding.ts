/** What a run hands to a vendor: the violation, the fewest and smallest inputs that show it, and how to repeat it. */
import type { Level } from '../spec/types.js';
import { type Plan, specialFeatures } from './plan.js';
import type { Seen } from './range.js';
import type { Step } from './step.js';
import { levelOf, type Suspicion } from './suspicion.js';

export interface FuzzFinding {
  readonly requirement: string;
  readonly level: Level;
  readonly expected: string;
  readonly actual: string;
  readonly mode: 'message' | 'sequence';
  readonly seed: number;
  /** Run, message and the steps by which it was made smaller, as fast-check counts them. */
  readonly path: string;
  /** Requirement and what stands out of the inputs: findings of the same group are one. */
  readonly group: string;
  /** How often something of this group was seen. */
  count: number;
  /** False when the device was not there to show it again. */
  readonly confirmed: boolean;
  /** Message mode. */
  readonly plans?: readonly Plan[];
  /** Sequence mode. */
  readonly steps?: readonly Step[];
  readonly frames: readonly Seen[];
}

export const groupOf = (s: Suspicion, plans: readonly Plan[]): string =>
  [s.requirement, ...new Set(plans.flatMap(specialFeatures).toSorted())].join('; ');

export const findingOf = (
  s: Suspicion,
  about: Omit<FuzzFinding, 'requirement' | 'level' | 'expected' | 'actual' | 'count'>,
): FuzzFinding => ({
  requirement: s.requirement,
  level: levelOf(s),
  expected: s.expected,
  actual: s.actual,
  count: 1,
  ...about,
});
