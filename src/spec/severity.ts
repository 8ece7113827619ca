/** How much it weighs that a rule is violated, and which of several verdicts counts. */
import type { Level, Verdict } from './types.js';

const failing: ReadonlySet<Level> = new Set<Level>(['MUST', 'fact']);

/** Whether a device fails that violates a rule of this level; else it is warned at most. */
export const failsAt = (level: Level): boolean => failing.has(level);

/** Of several verdicts on the same, the first of these counts. */
export const worstFirst: readonly Verdict[] = ['fail', 'error', 'warn', 'inconclusive', 'pass', 'skip'];
