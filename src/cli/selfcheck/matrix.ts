/** The kill matrix: which fault turns which case red, and what is wrong with the tester where that is not as it should be. */
import type { CaseDefinition } from '../../tester/case.js';
import type { FaultJob, Job } from './jobs.js';
import { isNoticed, type JobOutcome } from './outcome.js';

export interface FaultRow {
  readonly id: string;
  readonly breaks: string;
  readonly sentence: string;
  /** Cases that cover the requirement and turned red. */
  readonly own: readonly string[];
  /** Other cases that turned red. */
  readonly others: readonly string[];
}

export interface Matrix {
  readonly cases: number;
  readonly faults: readonly FaultRow[];
  readonly variants: number;
  /** Faults that no case notices. */
  readonly missed: readonly FaultRow[];
  /** Faults that are noticed only by cases about something else. */
  readonly elsewhere: readonly FaultRow[];
  /** Cases that no fault turns red; empty in a quick run, which does not look. */
  readonly unproven: readonly string[];
  /** Cases that object to a device that does nothing wrong. */
  readonly falseAlarms: readonly {
    readonly device: string;
    readonly id: string;
    readonly verdict: string;
    readonly reason: string;
  }[];
}

/** A legal device may leave a case undecided, for it may lack what the case needs; the reference lacks nothing. */
const accuses = (job: Job, verdict: string): boolean => job.kind === 'reference' || red(verdict) || verdict === 'error';

const red = (verdict: string): boolean => verdict === 'fail' || verdict === 'warn';

/** `own` are requirements that no other cases cover than these: who breaks one has to be noticed. */
export function matrixOf(
  outcomes: readonly JobOutcome[],
  cases: readonly CaseDefinition[],
  { quick, own }: { readonly quick: boolean; readonly own: ReadonlySet<string> },
): Matrix {
  const covers = new Map<string, ReadonlySet<string>>(cases.map((c) => [c.id, new Set<string>(c.covers)]));
  const faults = outcomes
    .flatMap((o) => (isFault(o.job) ? [faultRow(o.job, o, covers)] : []))
    .filter((row) => own.has(row.breaks) || row.own.length + row.others.length > 0);
  const unnoticed = faults.filter((row) => row.own.length === 0 && own.has(row.breaks));
  const killed = new Set(faults.flatMap((row) => [...row.own, ...row.others]));
  const legal = outcomes.filter((o) => !isFault(o.job));
  return {
    cases: cases.length,
    faults,
    variants: legal.length,
    missed: unnoticed.filter((row) => row.others.length === 0),
    elsewhere: unnoticed.filter((row) => row.others.length > 0),
    unproven: quick ? [] : cases.map((c) => c.id).filter((id) => !killed.has(id)),
    falseAlarms: legal.flatMap(({ job, notPassed }) =>
      notPassed.filter((c) => accuses(job, c.verdict)).map((c) => ({ device: job.id, ...c })),
    ),
  };
}

const isFault = (job: Job): job is FaultJob => job.kind === 'fault';

function faultRow(job: FaultJob, outcome: JobOutcome, covers: ReadonlyMap<string, ReadonlySet<string>>): FaultRow {
  const reds = outcome.notPassed.filter(isNoticed).map((c) => c.id);
  const isOwn = (id: string): boolean => covers.get(id)?.has(job.breaks) ?? false;
  const { id, breaks, sentence } = job;
  return { id, breaks, sentence, own: reds.filter(isOwn), others: reds.filter((c) => !isOwn(c)) };
}

/** Whether the tester proved itself. */
export const isSound = (m: Matrix): boolean =>
  m.missed.length + m.elsewhere.length + m.unproven.length + m.falseAlarms.length === 0;
