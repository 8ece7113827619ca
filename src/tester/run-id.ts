/** A word in the name of every mobile node: those of one run, and of one shard of it, are told from all others. */
import type { Clock } from '../net/port.js';
import type { RunConfig } from '../spec/config.js';
import type { Random } from './random.js';

export function runIdOf({ shard }: RunConfig, clock: Clock, random: Random): string {
  const time = (Math.floor(clock.now()) % 0x7fffffff).toString(36);
  const own = time + random.uint32().toString(36).slice(0, 3);
  // two shards may begin in the same millisecond
  return shard ? `${own}s${shard.index}` : own;
}
