/** Deals the cases of a run out to its shards. */
import type { Shard } from '../spec/shard.js';
import type { CaseDefinition } from './case.js';
import { turn } from './turn.js';

/**
 * The cases of one shard, in their order. Neighbours go to different shards, and so do those that wait. What judges the
 * whole run is judged by each shard that has something to show it; a selection of nothing else goes to the first.
 */
export function dealCases(cases: readonly CaseDefinition[], { index, total }: Shard): readonly CaseDefinition[] {
  const dealt = [0, 1].flatMap((wanted) => cases.filter((one) => turn(one) === wanted));
  const own = new Set(dealt.filter((_, i) => i % total === index - 1));
  const judgesRun = dealt.length > 0 ? own.size > 0 : index === 1;
  return cases.filter((one) => own.has(one) || (one.wholeRun === true && judgesRun));
}

/** Why a shard leaves a whole-run case undecided: only all shards together can tell that nothing showed it. */
export function unseenIn({ index, total }: Shard): string {
  return `nothing in shard ${index} of ${total} showed it either way; grespec merge tells what all shards saw`;
}
