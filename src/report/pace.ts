/** How long a run has taken, and about how long it will take still. */
import { duration } from './text.js';

/** Earlier than this an estimate says nothing, in milliseconds. */
const earliest = 1500;
/** Nor before so much is done: the first cases are quick, those that wait are still under way. */
const leastShare = 0.1;

/**
 * `12 s, about 30 s left`. The rest is taken to go like what is done; nothing is said of it at the very beginning, and at
 * the end, when only cases that wait are left, it is too high at most.
 */
export function paceText(elapsed: number, done: number, total: number): string {
  const taken = rounded(elapsed);
  if (done < total * leastShare || done >= total || elapsed < earliest) return taken;
  return `${taken}, about ${rounded((elapsed / done) * (total - done))} left`;
}

/** Whole seconds: the text changes once a second, not at each case. */
function rounded(ms: number): string {
  return duration(Math.max(1, Math.round(ms / 1000)) * 1000).replace('.0 s', ' s');
}
