/** What a run was, in a few words each. */
import type { RunResult } from './result.js';

/** The seed; nothing where no choice was random. */
export const seedFact = ({ seed }: Pick<RunResult['run'], 'seed'>): readonly string[] =>
  seed === undefined ? [] : [`seed ${seed}`];

/** What stands at the head of plain reports. */
export const headFacts = ({ tool, run }: Pick<RunResult, 'tool' | 'run'>): readonly string[] => [
  `${tool.name} ${tool.version}`,
  `target ${run.target}`,
  `profile ${run.profile}`,
  ...seedFact(run),
  ...(run.fault === undefined ? [] : [`fault ${run.fault}`]),
];
