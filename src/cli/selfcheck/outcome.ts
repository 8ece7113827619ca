/** What one device of a selfcheck came to. */
import { sections } from '../../../suites/index.js';
import type { Verdict } from '../../spec/types.js';
import { runInMemory } from './in-memory.js';
import type { Job } from './jobs.js';

export interface JobOutcome {
  readonly job: Job;
  /** Cases that did not pass, with their verdict and the requirement that they name first. */
  readonly notPassed: readonly { readonly id: string; readonly verdict: Verdict; readonly reason: string }[];
  readonly milliseconds: number;
}

/**
 * Runs the cases against the device of the job. `quick` runs of a fault only the cases that cover what it breaks.
 * `select` are beginnings of case ids.
 */
export async function runJob(job: Job, select: readonly string[], quick: boolean): Promise<JobOutcome> {
  const start = performance.now();
  const cases = sections
    .filter((section) => section.dut === job.dut)
    .flatMap((section) => section.cases)
    .filter((c) => select.length === 0 || select.some((prefix) => c.id.startsWith(prefix)))
    .filter((c) => !quick || job.kind !== 'fault' || c.covers.some((id) => id === job.breaks));
  if (cases.length === 0) return { job, notPassed: [], milliseconds: 0 };
  const deviation = job.kind === 'fault' ? { fault: job.id } : job.kind === 'variant' ? { variant: job.id } : {};
  const run = await runInMemory(job.dut, cases, deviation);
  const notPassed = run.cases
    .filter((c) => c.verdict !== 'pass' && c.verdict !== 'skip')
    .map(({ id, verdict, reason }) => ({ id, verdict, reason: reason.slice(0, 300) }));
  return { job, notPassed, milliseconds: Math.round(performance.now() - start) };
}
