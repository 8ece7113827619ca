/** Sequence mode: registrations and tunnel packets of several MNs in any order, against a model of what may follow. */
import fc from 'fast-check';
import { findingOf, type FuzzFinding } from './finding.js';
import { dead } from './hunt.js';
import type { FuzzOptions, FuzzOutcome } from './message-mode.js';
import type { FuzzRange, Seen } from './range.js';
import { commandOf, nodesInSequence, type Sequence, sequences } from './sequence-commands.js';
import { Forbidden, type SequenceModel, SequenceReal, type Taken } from './sequence-model.js';
import { kindOfStep, type Step } from './step.js';
import { kindOf, type Suspicion } from './suspicion.js';

/** Sequences gone through beside each other: most of their time they wait for a lifetime to end. */
const beside = 32;
/** Sequences drawn at once; the next ones have another seed. */
const drawn = 1000;
/** Ends of the device that are looked into. */
const mostDeaths = 3;
/** Suspicions kept that could not be shown again. */
const mostUnrepeatable = 100;

interface Fault {
  readonly suspicion: Suspicion;
  readonly taken: readonly Taken[];
  readonly frames: readonly Seen[];
}

/** One after the other in the place of a sequence: the latest, and the one before. */
interface Lane {
  readonly tried: { readonly index: number; readonly real: SequenceReal }[];
}

export async function sequenceMode(range: FuzzRange, options: FuzzOptions): Promise<FuzzOutcome> {
  const run = new SequenceRun(range, options);
  while (!run.isOver) await run.goThrough(run.draw());
  return { findings: run.findings, unrepeatable: run.unrepeatable, lost: run.lost };
}

interface Drawn {
  readonly seed: number;
  readonly all: readonly Sequence[];
}

class SequenceRun {
  readonly findings: FuzzFinding[] = [];
  readonly unrepeatable: Suspicion[] = [];
  lost = false;
  readonly #range: FuzzRange;
  readonly #options: FuzzOptions;
  readonly #end: number;
  /** Sequences begun. */
  #begun = 0;
  #done = 0;
  #deaths = 0;

  constructor(range: FuzzRange, options: FuzzOptions) {
    const { duration } = options;
    this.#range = range;
    this.#options = options;
    this.#end = duration === undefined ? Infinity : range.session.clock.now() + duration;
  }

  get isOver(): boolean {
    return this.#isTimeUp || this.#begun >= this.#options.runs;
  }

  /** Whether sequences under way go no further, either. */
  get #isTimeUp(): boolean {
    return this.#options.signal.aborted || this.lost || this.#range.session.clock.now() >= this.#end;
  }

  /** A sequence that ends early when the time is up. */
  *#inTime(sequence: Sequence): Sequence {
    for (const command of sequence) {
      if (this.#isTimeUp) return;
      yield command;
    }
  }

  draw(): Drawn {
    const { seed, runs } = this.#options;
    const own = seed + this.#begun;
    const numRuns = Math.min(drawn, runs - this.#begun);
    return { seed: own, all: fc.sample(sequences(this.#range.session), { seed: own, numRuns }) };
  }

  /** Goes through sequences, many beside each other; whenever one shows something new, that is hunted down alone. */
  async goThrough(from: Drawn): Promise<void> {
    let next = 0;
    while (next < from.all.length && !this.isOver) {
      const suspects: { readonly index: number; readonly fault: Fault }[] = [];
      let fell = false;
      const lanes = Array.from({ length: beside }, (): Lane => ({ tried: [] }));
      const follow = async ({ tried }: Lane): Promise<void> => {
        while (!fell && suspects.length === 0 && next < from.all.length && !this.isOver) {
          const index = next++;
          this.#begun++;
          const sequence = from.all[index];
          if (!sequence) return;
          const real = new SequenceReal(this.#range, nodesInSequence);
          tried.splice(0, tried.length - 1);
          tried.push({ index, real });
          const fault = await tryOut(real, (model) =>
            fc.asyncModelRun(() => ({ model, real }), this.#inTime(sequence)),
          );
          this.#options.onProgress?.(++this.#done);
          // an interrupt may have ended the device as well
          if (fault?.suspicion === dead) fell ||= !this.#options.signal.aborted;
          else if (fault && !this.#isKnown(fault.suspicion)) suspects.push({ index, fault });
        }
      };
      await Promise.all(lanes.map(follow));
      const { aborted } = this.#options.signal;
      if (fell || (!aborted && !(await this.#range.alive()))) await this.#huntDeath(from, lanes);
      for (const { index, fault } of suspects) {
        const isNew = !this.lost && !this.#isKnown(fault.suspicion);
        if (isNew && !(await this.#hunt(from, index, fault.suspicion))) this.#doubt(fault.suspicion);
      }
    }
  }

  /** Counts it when it is. */
  #isKnown(s: Suspicion): boolean {
    const known = this.findings.find((f) => kindOf(f) === kindOf(s));
    if (known) known.count++;
    return known !== undefined;
  }

  #doubt(s: Suspicion): void {
    if (this.unrepeatable.length < mostUnrepeatable) this.unrepeatable.push(s);
  }

  /** Any of those under way may have ended the device, or one that ended just before. */
  async #huntDeath(from: Drawn, lanes: readonly Lane[]): Promise<void> {
    if (await this.#isBack()) {
      if (this.#deaths++ >= mostDeaths) return;
      const [latest, before] = [lanes.flatMap((l) => l.tried.slice(-1)), lanes.flatMap((l) => l.tried.slice(0, -1))];
      for (const { index } of [...latest, ...before]) {
        if (this.lost || this.#options.signal.aborted || (await this.#hunt(from, index, dead))) return;
      }
    } else this.lost = true;
    // what went on at once, in the order of time, is all that can be told
    const reals = lanes.flatMap(({ tried }, lane) => tried.map(({ real }) => ({ real, lane })));
    const taken = reals.flatMap(({ real, lane }) => real.taken.map((t) => ofLane(t, lane))).toSorted(inTime);
    const frames = reals.flatMap(({ real }) => real.frames()).toSorted(inTime);
    this.#found({ suspicion: dead, taken, frames }, from.seed, '', false);
  }

  /** Whether the device could be brought back; one that only hung for a while may be back by itself. */
  async #isBack(): Promise<boolean> {
    return (await this.#options.revive?.()) ?? (await this.#range.alive());
  }

  /** Shows it again with one sequence alone, made as short as possible; whether it could be shown. */
  async #hunt(from: Drawn, index: number, suspicion: Suspicion): Promise<boolean> {
    const { signal } = this.#options;
    let latest: Fault | undefined;
    const property = fc.asyncProperty(sequences(this.#range.session), async (commands) => {
      if (this.lost || signal.aborted) return;
      const real = new SequenceReal(this.#range, nodesInSequence);
      const fault = await tryAlone(this.#range, real, (model) => fc.asyncModelRun(() => ({ model, real }), commands));
      if (fault?.suspicion === dead && !(await this.#isBack())) this.lost = true;
      if (!fault || kindOf(fault.suspicion) !== kindOf(suspicion)) return;
      latest = fault;
      throw new Forbidden(fault.suspicion);
    });
    const details = await fc.check(property, { seed: from.seed, path: String(index), numRuns: 1 });
    if (!details.failed) return false;
    // set by the property, which the checker does not see
    const fault = latest;
    if (!fault) throw details.errorInstance;
    this.#found(fault, from.seed, details.counterexamplePath ?? '', true);
    return true;
  }

  #found({ suspicion, taken, frames }: Fault, seed: number, path: string, confirmed: boolean): void {
    const steps = taken.map(({ step }) => step);
    const group = groupOfSteps(suspicion, steps);
    const same = this.findings.find((f) => f.group === group);
    if (same) {
      same.count++;
      return;
    }
    const finding = findingOf(suspicion, { mode: 'sequence', seed, path, group, confirmed, steps, frames });
    this.findings.push(finding);
    this.#options.onFinding?.(finding);
  }
}

const inTime = (a: { readonly at: number }, b: { readonly at: number }): number => a.at - b.at;

/** The MNs of each lane have numbers of their own. */
const ofLane = ({ at, step }: Taken, lane: number): Taken => ({
  at,
  step: { ...step, mn: lane * nodesInSequence + (step.mn % nodesInSequence) },
});

const groupOfSteps = ({ requirement }: Suspicion, steps: readonly Step[]): string =>
  [requirement, ...steps.map(kindOfStep)].join('; ');

/** Goes through one sequence; what the model forbids, or undefined. */
async function tryOut(real: SequenceReal, run: (model: SequenceModel) => Promise<void>): Promise<Fault | undefined> {
  try {
    await run({ nodes: real.nodes.map(() => ({ registered: false })) });
    return undefined;
  } catch (error) {
    if (!(error instanceof Forbidden)) throw error;
    return faultOf(real, error.suspicion);
  } finally {
    real.close();
  }
}

/** The same with nothing beside it, so that the end of the device is its doing. */
async function tryAlone(
  range: FuzzRange,
  real: SequenceReal,
  run: (model: SequenceModel) => Promise<void>,
): Promise<Fault | undefined> {
  const fault = await tryOut(real, run);
  return fault ?? ((await range.alive()) ? undefined : faultOf(real, dead));
}

const faultOf = (real: SequenceReal, suspicion: Suspicion): Fault => ({
  suspicion,
  taken: real.taken,
  frames: real.frames(),
});

/** Goes through the steps once more, and tells what is wrong with what comes of it. */
export async function repeatSteps(
  range: FuzzRange,
  steps: readonly Step[],
): Promise<readonly (Suspicion & { readonly group: string })[]> {
  const real = new SequenceReal(range, Math.max(nodesInSequence, ...steps.map(({ mn }) => mn + 1)));
  const fault = await tryAlone(range, real, async (model) => {
    for (const step of steps) {
      const command = commandOf(step, range.session);
      if (command.check(model)) await command.run(model, real);
    }
  });
  return fault
    ? [
        {
          ...fault.suspicion,
          group: groupOfSteps(
            fault.suspicion,
            fault.taken.map(({ step }) => step),
          ),
        },
      ]
    : [];
}
