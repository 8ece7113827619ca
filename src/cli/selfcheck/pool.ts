/** Runs tasks on all processors: each worker takes the next one when it is done. */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { type JobOutcome, runJob } from './outcome.js';
import type { Task } from './stages.js';

/** The outcomes in the order of the tasks. Rejects when a worker breaks down. */
export async function runAll(
  tasks: readonly Task[],
  onDone: (outcome: JobOutcome, done: number) => void,
): Promise<readonly JobOutcome[]> {
  const outcomes = new Map<Task, JobOutcome>();
  const queue = [...tasks];
  const work = async (): Promise<void> => {
    const worker = new Worker(fileURLToPath(import.meta.url));
    try {
      for (let task = queue.shift(); task; task = queue.shift()) {
        // what comes back from the worker is a copy: the job is known by its identity
        const outcome = { ...(await ask(worker, task)), job: task.job };
        outcomes.set(task, outcome);
        onDone(outcome, outcomes.size);
      }
    } finally {
      await worker.terminate();
    }
  };
  const workers = Math.min(availableParallelism(), tasks.length);
  await Promise.all(Array.from({ length: workers }, work));
  return tasks.flatMap((task) => outcomes.get(task) ?? []);
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
  port.on('message', ({ job, ids }: Task) => {
    void runJob(job, ids).then((outcome) => port.postMessage(outcome));
  });
}
