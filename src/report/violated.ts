import type { ReportContext } from './context.js';
import type { CaseResult } from './result.js';

/** The requirement that a case blames: its reason begins with it. */
export function violatedBy({ requirements, reason }: Pick<CaseResult, 'requirements' | 'reason'>): string | undefined {
  return requirements.find((id) => reason.startsWith(`${id} `) || reason.startsWith(`${id}:`));
}

/**
 * What a reason says beyond the sentence of the rule that it blames, for reports that show the rule itself: nothing as a
 * rule, and in a merged report which part of the run it was.
 */
export function beyondRule(result: Pick<CaseResult, 'requirements' | 'reason'>, context: ReportContext): string {
  const { reason } = result;
  const id = violatedBy(result);
  const known = id === undefined ? undefined : context.describeRequirement?.(id);
  if (id === undefined || !known) return reason;
  // a level of `info` has its own words, which the rule is shown without
  const begin = `${id} (${known.level}, `;
  const at = reason.indexOf(known.text);
  if (!reason.startsWith(begin) || at < 0) return reason;
  return reason.slice(at + known.text.length).trim();
}
