import type { RunResult } from './result.js';

/** The seed of a run among other facts of it; nothing where no choice was random. */
export const seedFact = ({ seed }: Pick<RunResult['run'], 'seed'>): readonly string[] =>
  seed === undefined ? [] : [`seed ${seed}`];
