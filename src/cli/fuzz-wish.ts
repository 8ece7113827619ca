/** What `grespec fuzz` is asked to do, read from its flags before anything is sent. */
import { usageError } from './cli-error.js';
import type { RunFlags } from './run.js';
import { type FoundShard, shardOf } from './shard.js';

export interface FuzzFlags extends Omit<RunFlags, 'list' | 'pcap' | 'baseline' | 'writeBaseline'> {
  readonly runs?: string;
  readonly duration?: string;
  readonly mode?: string;
  readonly out?: string;
  readonly case?: string;
  readonly corpus?: string;
  readonly stats?: boolean;
}

const modes = ['message', 'sequence'] as const;
const defaultRuns = { message: 10_000, sequence: 1000 } as const;
const mostRuns = 1e12;
const mostSeconds = 1e9;

export interface FuzzWish {
  readonly mode: (typeof modes)[number];
  /** Of this shard. */
  readonly runs: number;
  readonly seconds: number | undefined;
  readonly shard: FoundShard | undefined;
  /** The command that does it again, but for the device. */
  readonly again: readonly string[];
}

export function fuzzWish(flags: FuzzFlags, environment: NodeJS.ProcessEnv): FuzzWish {
  checkCase(flags);
  const mode = modes.find((m) => m === (flags.mode ?? 'message'));
  if (!mode) throw usageError(`--mode is ${modes.join(' or ')}`);
  const shard = flags.case === undefined ? shardOf(flags.shard, environment) : undefined;
  const seconds = secondsOf(flags.duration);
  const all = runsOf(flags.runs) ?? (seconds === undefined ? defaultRuns[mode] : undefined);
  const again = [
    ...['fuzz', '--mode', mode],
    ...(all === undefined ? [] : ['--runs', String(all)]),
    ...(flags.duration === undefined ? [] : ['--duration', flags.duration]),
    ...(shard ? ['--shard', `${shard.index}/${shard.total}`] : []),
  ];
  return { mode, runs: Math.ceil((all ?? mostRuns) / (shard?.total ?? 1)), seconds, shard, again };
}

/** A finding is sent as it is, and nothing is written of it: what says otherwise would be passed over. */
function checkCase(flags: FuzzFlags): void {
  if (flags.case === undefined) return;
  const besides = (['runs', 'duration', 'mode', 'shard', 'corpus', 'out', 'report', 'bail'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (besides !== undefined) {
    throw usageError(`--case sends one finding again, and prints what is wrong: leave --${besides} out`);
  }
}

function runsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > mostRuns) {
    throw usageError(`--runs is a whole number from 1 to ${mostRuns}`);
  }
  return value;
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0 || value > mostSeconds) {
    throw usageError(`--duration is a number of seconds above 0, at most ${mostSeconds}`);
  }
  return value;
}
