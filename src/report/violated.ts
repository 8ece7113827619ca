import type { CaseResult } from './result.js';

/** The requirement that a case blames: its reason begins with it. */
export function violatedBy({ requirements, reason }: Pick<CaseResult, 'requirements' | 'reason'>): string | undefined {
  return requirements.find((id) => reason.startsWith(`${id} `) || reason.startsWith(`${id}:`));
}
