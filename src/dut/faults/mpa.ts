/** All named faults of the reference mobility proxy agent. A fault is a small wrapper, never an `if` inside the agent. */
import type { MpaFault } from './mpa-types.js';

export const mpaFaults: readonly MpaFault[] = [];
