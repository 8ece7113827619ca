/** Mobility proxy agents that do something else than the reference, and are right all the same. */
import type { MpaVariant } from './faults/mpa-types.js';

export const mpaVariants: readonly MpaVariant[] = [];
