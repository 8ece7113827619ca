/**
 * Which cases are run against which device. What a selfcheck has to know needs far less than every case against every
 * fault: a fault meets the cases of what it breaks, and the others only where those do not notice it; a case that no
 * fault has turned red by then meets all of them.
 */
import type { CaseDefinition } from '../../tester/case.js';
import type { Job } from './jobs.js';
import { isNoticed, type JobOutcome } from './outcome.js';

export interface Task {
  readonly job: Job;
  /** Ids of the cases to run. */
  readonly ids: readonly string[];
}

/** `quick` does not look for cases that no fault turns red; `matrix` has every case meet every fault. */
export type Depth = 'quick' | 'lists' | 'matrix';

/** The outcomes by job, in the order of the jobs; `run` executes tasks and answers in their order. */
export async function inStages(
  jobs: readonly Job[],
  cases: readonly CaseDefinition[],
  depth: Depth,
  run: (tasks: readonly Task[]) => Promise<readonly JobOutcome[]>,
): Promise<readonly JobOutcome[]> {
  const all = cases.map((c) => c.id);
  const asked = new Map<Job, Set<string>>(jobs.map((job) => [job, new Set()]));
  const outcomes = new Map<Job, JobOutcome>(jobs.map((job) => [job, { job, notPassed: [], milliseconds: 0 }]));

  const stage = async (wanted: (job: Job) => readonly string[]): Promise<void> => {
    const tasks = jobs
      .map((job): Task => ({ job, ids: wanted(job).filter((id) => !asked.get(job)?.has(id)) }))
      .filter(({ ids }) => ids.length > 0);
    for (const { job, ids } of tasks) for (const id of ids) asked.get(job)?.add(id);
    for (const outcome of await run(tasks)) {
      const before = outcomes.get(outcome.job);
      const notPassed = [...(before?.notPassed ?? []), ...outcome.notPassed];
      const milliseconds = (before?.milliseconds ?? 0) + outcome.milliseconds;
      outcomes.set(outcome.job, { job: outcome.job, notPassed, milliseconds });
    }
  };
  const own = (job: Job): readonly string[] =>
    job.kind === 'fault' ? cases.filter((c) => covers(c, job.breaks)).map((c) => c.id) : all;
  const noticed = (job: Job): readonly string[] =>
    (outcomes.get(job)?.notPassed ?? []).filter(isNoticed).map((c) => c.id);

  await stage((job) => (depth === 'matrix' ? all : own(job)));
  // a case that judges a whole run needs one, so the cases of before are run again amid all
  const again = (wanted: (job: Job) => boolean): Promise<void> => {
    for (const job of jobs.filter(wanted)) {
      asked.get(job)?.clear();
      outcomes.set(job, { job, notPassed: [], milliseconds: outcomes.get(job)?.milliseconds ?? 0 });
    }
    return stage((job) => (wanted(job) ? all : []));
  };
  if (depth !== 'matrix') {
    const missed = jobs.filter((job) => own(job).length > 0 && job.kind === 'fault' && noticed(job).length === 0);
    await again((job) => missed.includes(job));
  }
  if (depth === 'lists') {
    const killed = new Set(jobs.filter((job) => job.kind === 'fault').flatMap(noticed));
    const unproven = cases.filter((c) => !killed.has(c.id));
    const judges = unproven.filter((c) => c.wholeRun);
    await again((job) => job.kind === 'fault' && judges.some((c) => covers(c, job.breaks)));
    await stage((job) => (job.kind === 'fault' ? unproven.filter((c) => !c.wholeRun).map((c) => c.id) : []));
  }
  return jobs.flatMap((job) => outcomes.get(job) ?? []);
}

const covers = (c: CaseDefinition, requirement: string): boolean => c.covers.some((id) => id === requirement);
