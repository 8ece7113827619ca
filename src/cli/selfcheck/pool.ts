/** Runs jobs on all processors: each worker takes the next job when it is done with one. */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import type { Job } from './jobs.js';
import { type JobOutcome, runJob } from './outcome.js';

interface Task {
  readonly job: Job;
  readonly select: readonly string[];
  readonly quick: boolean;
}

export interface PoolOptions {
  readonly select: readonly string[];
  readonly quick: boolean;
  readonly onDone?: (outcome: JobOutcome, done: number) => void;
}

/** The outcomes in the order of the jobs. Rejects when a worker breaks down. */
export async function runAll(
  jobs: readonly Job[],
  { select, quick, onDone }: PoolOptions,
): Promise<readonly JobOutcome[]> {
  const outcomes = new Map<Job, JobOutcome>();
  const queue = [...jobs];
  const work = async (): Promise<void> => {
    // a run makes many octets that are soon forgotten: room for them spares the collector most of its work
    const worker = new Worker(fileURLToPath(import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 64 } });
    try {
      for (let job = queue.shift(); job; job = queue.shift()) {
        const outcome = await ask(worker, { job, select, quick });
        outcomes.set(job, outcome);
        onDone?.(outcome, outcomes.size);
      }
    } finally {
      await worker.terminate();
    }
  };
  const workers = Math.min(availableParallelism(), jobs.length);
  await Promise.all(Array.from({ length: workers }, work));
  return jobs.flatMap((job) => outcomes.get(job) ?? []);
}

function ask(worker: Worker, task: Task): Promise<JobOutcome> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (outcome: JobOutcome) => {
      worker.off('error', reject);
      resolve(outcome);
    });
    worker.postMessage(task);
  });
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  port.on('message', ({ job, select, quick }: Task) => {
    void runJob(job, select, quick).then((outcome) => port.postMessage(outcome));
  });
}
