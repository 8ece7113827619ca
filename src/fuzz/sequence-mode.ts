/** Sequence mode: registrations and tunnel packets of several MNs in any order, against a model of what may follow. */
import fc from 'fast-check';
import { findingOf } from './finding.js';
import type { FuzzOptions, FuzzOutcome } from './message-mode.js';
import type { FuzzFinding } from './finding.js';
import type { FuzzRange } from './range.js';
import { nodesInSequence, sequences } from './sequence-commands.js';
import { Forbidden, SequenceReal } from './sequence-model.js';
import { kindOf, type Suspicion } from './suspicion.js';
import { dead } from './hunt.js';

/** Runs of one check; the next one has another seed. */
const atOnce = 50;

export async function sequenceMode(range: FuzzRange, options: FuzzOptions): Promise<FuzzOutcome> {
  const { session, home } = range;
  const { seed, runs, duration, signal, revive } = options;
  const end = duration === undefined ? Infinity : session.clock.now() + duration;
  const findings: FuzzFinding[] = [];
  const unrepeatable: Suspicion[] = [];
  const known = new Set<string>();
  let lost = false;
  let done = 0;
  let hunted: string | undefined;
  const isOver = (): boolean => signal.aborted || lost || done >= runs || session.clock.now() >= end;

  const property = fc.asyncProperty(sequences(session), async (commands) => {
    if (isOver() && hunted === undefined) return;
    if (hunted === undefined) done++;
    const real = new SequenceReal(session, home, nodesInSequence);
    const nodes = real.nodes.map(() => ({ registered: false }));
    try {
      await fc.asyncModelRun(() => ({ model: { nodes }, real }), commands);
      if (await range.alive()) return;
      if (!(await revive?.())) lost = true;
      throw new Forbidden(dead);
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error;
      const kind = kindOf(error.suspicion);
      // one hunt at a time: what else is found on the way is found again later
      if (known.has(kind) || (hunted !== undefined && hunted !== kind)) return;
      hunted = kind;
      throw error;
    } finally {
      real.close();
      options.onProgress?.(done);
    }
  });

  while (!isOver()) {
    hunted = undefined;
    const own = seed + done;
    const details = await fc.check(property, { seed: own, numRuns: Math.min(atOnce, runs - done) });
    if (!details.failed) continue;
    const error = details.errorInstance;
    if (!(error instanceof Forbidden)) throw error;
    const { suspicion } = error;
    known.add(kindOf(suspicion));
    const commands = String(details.counterexample?.[0] ?? '').split(',');
    const finding = findingOf(suspicion, {
      mode: 'sequence',
      seed: own,
      path: details.counterexamplePath ?? '',
      group: `${suspicion.requirement}; ${commands.map((c) => c.replaceAll(/\d+/g, '#')).join('; ')}`,
      confirmed: true,
      commands,
      frames: [],
    });
    findings.push(finding);
    options.onFinding?.(finding);
  }
  return { findings, unrepeatable, lost };
}
