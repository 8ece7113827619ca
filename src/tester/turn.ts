/** When a case is judged: cases that wait go on beside the others, whole-run cases look back on all. */
import type { CaseDefinition } from './case.js';

export const turns = [0, 1, 2] as const;
export type Turn = (typeof turns)[number];

export const turn = (c: CaseDefinition): Turn => (c.wholeRun ? 2 : c.waits ? 1 : 0);
