/** What one device of a selfcheck came to. */
import { sections } from '../../../suites/index.js';
import type { Verdict } from '../../spec/types.js';
import { lostDevice } from '../../tester/outcome.js';
import { runInMemory } from './in-memory.js';
import type { Job } from './jobs.js';

export interface JobOutcome {
  readonly job: Job;
  /** Cases that did not pass, with their verdict and the requirement that they name first. */
  readonly notPassed: readonly { readonly id: string; readonly verdict: Verdict; readonly reason: string }[];
  readonly milliseconds: number;
}

/** A case that a device does not survive names it, though its verdict is inconclusive. */
export const isNoticed = ({ verdict, reason }: JobOutcome['notPassed'][number]): boolean =>
  verdict === 'fail' || verdict === 'warn' || reason.startsWith(lostDevice);

/** Runs the cases of those ids against the device of the job. */
export async function runJob(job: Job, ids: readonly string[]): Promise<JobOutcome> {
  const start = performance.now();
  const wanted = new Set(ids);
  const cases = sections
    .filter((section) => section.dut === job.dut)
    .flatMap((section) => section.cases)
    .filter((c) => wanted.has(c.id));
  const deviation = job.kind === 'fault' ? { fault: job.id } : job.kind === 'variant' ? { variant: job.id } : {};
  const run = await runInMemory(job.dut, cases, deviation);
  const notPassed = run.cases
    .filter((c) => c.verdict !== 'pass' && c.verdict !== 'skip')
    .map(({ id, verdict, reason }) => ({ id, verdict, reason: reason.slice(0, 300) }));
  return { job, notPassed, milliseconds: Math.round(performance.now() - start) };
}
