/** Sequence mode: registrations and tunnel packets of several MNs in any order, against a model of what may follow. */
import fc from 'fast-check';
import { findingOf, type FuzzFinding } from './finding.js';
import { dead } from './hunt.js';
import type { FuzzOptions, FuzzOutcome } from './message-mode.js';
import type { FuzzRange, Seen } from './range.js';
import { commandOf, nodesInSequence, sequences } from './sequence-commands.js';
import { Forbidden, type SequenceModel, SequenceReal } from './sequence-model.js';
import { kindOfStep, type Step } from './step.js';
import { kindOf, type Suspicion } from './suspicion.js';

/** Runs of one check; the next one has another seed. */
const atOnce = 50;

interface Fault {
  readonly suspicion: Suspicion;
  readonly steps: readonly Step[];
  readonly frames: readonly Seen[];
}

export async function sequenceMode(range: FuzzRange, options: FuzzOptions): Promise<FuzzOutcome> {
  const { session } = range;
  const { seed, runs, duration, signal, revive } = options;
  const end = duration === undefined ? Infinity : session.clock.now() + duration;
  const findings: FuzzFinding[] = [];
  const known = new Set<string>();
  let lost = false;
  let done = 0;
  /** What is being made smaller, as last seen. */
  let hunted: Fault | undefined;
  const isOver = (): boolean => signal.aborted || lost || done >= runs || session.clock.now() >= end;

  const property = fc.asyncProperty(sequences(session), async (commands) => {
    if (!hunted) {
      if (isOver()) return;
      done++;
    }
    const fault = await tryOut(range, (model, real) => fc.asyncModelRun(() => ({ model, real }), commands));
    if (fault?.suspicion === dead && !(await revive?.())) lost = true;
    options.onProgress?.(done);
    if (!fault) return;
    const kind = kindOf(fault.suspicion);
    // one hunt at a time: what else is found on the way is found again later
    if (known.has(kind) || (hunted && kindOf(hunted.suspicion) !== kind)) return;
    hunted = fault;
    throw new Forbidden(fault.suspicion);
  });

  while (!isOver()) {
    hunted = undefined;
    const own = seed + done;
    const details = await fc.check(property, { seed: own, numRuns: Math.min(atOnce, runs - done) });
    if (!details.failed) continue;
    // set by the property, which the checker does not see
    const fault = hunted as Fault | undefined;
    if (!fault) throw details.errorInstance;
    known.add(kindOf(fault.suspicion));
    const finding = findingOf(fault.suspicion, {
      mode: 'sequence',
      seed: own,
      path: details.counterexamplePath ?? '',
      group: groupOfSteps(fault.suspicion, fault.steps),
      confirmed: true,
      steps: fault.steps,
      frames: fault.frames,
    });
    findings.push(finding);
    options.onFinding?.(finding);
  }
  return { findings, unrepeatable: [], lost };
}

const groupOfSteps = ({ requirement }: Suspicion, steps: readonly Step[]): string =>
  [requirement, ...steps.map(kindOfStep)].join('; ');

/** Goes through one sequence, with MNs of its own; what the model forbids, or undefined. */
async function tryOut(
  range: FuzzRange,
  run: (model: SequenceModel, real: SequenceReal) => Promise<void>,
): Promise<Fault | undefined> {
  const real = new SequenceReal(range.session, range.home, nodesInSequence);
  const faultOf = (suspicion: Suspicion): Fault => ({ suspicion, steps: real.taken, frames: real.frames() });
  try {
    await run({ nodes: real.nodes.map(() => ({ registered: false })) }, real);
    return (await range.alive()) ? undefined : faultOf(dead);
  } catch (error) {
    if (!(error instanceof Forbidden)) throw error;
    return faultOf(error.suspicion);
  } finally {
    real.close();
  }
}

/** Goes through the steps once more, and tells what is wrong with what comes of it. */
export async function repeatSteps(
  range: FuzzRange,
  steps: readonly Step[],
): Promise<readonly (Suspicion & { readonly group: string })[]> {
  const fault = await tryOut(range, async (model, real) => {
    for (const step of steps) {
      const command = commandOf(step, range.session);
      if (command.check(model)) await command.run(model, real);
    }
  });
  return fault ? [{ ...fault.suspicion, group: groupOfSteps(fault.suspicion, fault.steps) }] : [];
}
