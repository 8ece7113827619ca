/** Which part of a run this process is: by --shard, or by what a CI system or Kubernetes puts into the environment. */
import { mostShards, type Shard } from '../spec/shard.js';
import { quoted, usageError } from './cli-error.js';

export interface FoundShard extends Shard {
  /** The variables that say so; undefined where the user did. */
  readonly from?: string;
}

/** `--shard I/N` counts from 1. Undefined for the whole run. Throws a CliError. */
export function shardOf(flag: string | undefined, environment: NodeJS.ProcessEnv): FoundShard | undefined {
  if (flag !== undefined) return given(flag, environment);
  const found = fromGitLab(environment) ?? fromKubernetes(environment);
  return found && found.total > 1 ? found : undefined;
}

function given(flag: string, environment: NodeJS.ProcessEnv): Shard | undefined {
  const [, index = '', total = ''] = /^(\d*)\/(\d+)$/.exec(flag) ?? [];
  if (total === '') throw usageError(`--shard takes I/N, for example 2/4, not ${quoted(flag)}`);
  if (index !== '') return checked(Number(index), Number(total), `--shard ${flag}`);
  const found = indexIn(environment);
  if (!found) {
    throw usageError(`--shard ${flag} takes I from CI_NODE_INDEX or JOB_COMPLETION_INDEX, and neither is set`);
  }
  return checked(found.index, Number(total), `--shard ${flag} with ${found.from}`);
}

function indexIn(environment: NodeJS.ProcessEnv): { index: number; from: string } | undefined {
  const { CI_NODE_INDEX, JOB_COMPLETION_INDEX } = environment;
  if (CI_NODE_INDEX) return { index: whole('CI_NODE_INDEX', CI_NODE_INDEX), from: `CI_NODE_INDEX=${CI_NODE_INDEX}` };
  if (!JOB_COMPLETION_INDEX) return undefined;
  const index = whole('JOB_COMPLETION_INDEX', JOB_COMPLETION_INDEX) + 1;
  return { index, from: `JOB_COMPLETION_INDEX=${JOB_COMPLETION_INDEX}` };
}

/** `parallel: N` of GitLab CI. Others set the same names, and count from 0: then the first of them ends here. */
function fromGitLab({ CI_NODE_INDEX, CI_NODE_TOTAL }: NodeJS.ProcessEnv): FoundShard | undefined {
  if (!CI_NODE_INDEX || !CI_NODE_TOTAL) return undefined;
  const where = `CI_NODE_INDEX=${CI_NODE_INDEX} CI_NODE_TOTAL=${CI_NODE_TOTAL}`;
  const found = checked(whole('CI_NODE_INDEX', CI_NODE_INDEX), whole('CI_NODE_TOTAL', CI_NODE_TOTAL), where);
  return found && { ...found, from: 'CI_NODE_INDEX and CI_NODE_TOTAL' };
}

/** Kubernetes counts from 0 and does not say how many there are. */
function fromKubernetes({ JOB_COMPLETION_INDEX, JOB_COMPLETIONS }: NodeJS.ProcessEnv): FoundShard | undefined {
  if (!JOB_COMPLETION_INDEX) return undefined;
  if (!JOB_COMPLETIONS) {
    throw usageError(
      `JOB_COMPLETION_INDEX=${JOB_COMPLETION_INDEX} names a shard, but not of how many: set JOB_COMPLETIONS to the ` +
        'completions of the job, or give --shard /N (--shard 1/1 runs everything)',
    );
  }
  const where = `JOB_COMPLETION_INDEX=${JOB_COMPLETION_INDEX} JOB_COMPLETIONS=${JOB_COMPLETIONS}`;
  const index = whole('JOB_COMPLETION_INDEX', JOB_COMPLETION_INDEX) + 1;
  const found = checked(index, whole('JOB_COMPLETIONS', JOB_COMPLETIONS), where);
  return found && { ...found, from: 'JOB_COMPLETION_INDEX and JOB_COMPLETIONS' };
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw usageError(`${name} is no number: ${quoted(text)}`);
  return Number(text);
}

/** One of one is the whole run. */
function checked(index: number, total: number, where: string): Shard | undefined {
  if (total < 1 || total > mostShards) throw usageError(`${where}: there are 1 to ${mostShards} shards`);
  if (index < 1 || index > total) throw usageError(`${where}: shards count from 1 to ${total}`);
  return total === 1 ? undefined : { index, total };
}
