/** A finding as a file, and such a file fired again. */
import { type FuzzFinding, groupOf } from './finding.js';
import { suspicionsOf } from './hunt.js';
import type { Plan } from './plan.js';
import type { FuzzRange } from './range.js';
import { repeatSteps } from './sequence-mode.js';
import { isStep, type Step } from './step.js';
import type { Suspicion } from './suspicion.js';

/** What `finding.json` holds. */
export interface FindingFile {
  readonly requirement: string;
  readonly expected: string;
  readonly actual: string;
  readonly mode: FuzzFinding['mode'];
  readonly seed: number;
  readonly path: string;
  readonly group: string;
  readonly count: number;
  readonly confirmed: boolean;
  readonly plans?: readonly Plan[];
  readonly steps?: readonly Step[];
  /** The command that fires them again. */
  readonly repeat: string;
}

export function fileOf(finding: FuzzFinding, repeat: string): FindingFile {
  const { requirement, expected, actual, mode, seed, path, group, count, confirmed } = finding;
  const { plans, steps } = finding;
  return {
    ...{ requirement, expected, actual, mode, seed, path, group, count, confirmed },
    ...(plans && { plans }),
    ...(steps && { steps }),
    repeat,
  };
}

/** What a file has to be sent again. */
export type Case = { readonly plans: readonly Plan[] } | { readonly steps: readonly Step[] };

/** Reads a finding file, or a bare list of plans or steps; undefined when the text is none of these. */
export function caseIn(text: string): Case | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { plans, steps } = Array.isArray(data)
    ? { plans: data as unknown, steps: data as unknown }
    : ((data ?? {}) as { readonly plans?: unknown; readonly steps?: unknown });
  if (Array.isArray(plans) && plans.length > 0 && plans.every(isPlan)) return { plans };
  return Array.isArray(steps) && steps.length > 0 && steps.every(isStep) ? { steps } : undefined;
}

export function plansIn(text: string): readonly Plan[] | undefined {
  const found = caseIn(text);
  return found && 'plans' in found ? found.plans : undefined;
}

function isPlan(value: unknown): value is Plan {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, extensions, header, fixed } = value as Readonly<Record<string, unknown>>;
  const isRecord = (v: unknown): boolean => typeof v === 'object' && v !== null;
  if (kind === 'frame') return isRecord(header);
  return kind === 'request' && isRecord(fixed) && Array.isArray(extensions) && extensions.every(isRecord);
}

/** Does once more what the file has, and tells what is wrong with what comes of it. */
export async function repeatCase(
  range: FuzzRange,
  found: Case,
): Promise<readonly (Suspicion & { readonly group: string })[]> {
  if ('steps' in found) return repeatSteps(range, found.steps);
  const { plans } = found;
  const shot = await range.fire(plans, { keep: true });
  return suspicionsOf(shot).map((s) => ({ ...s, group: groupOf(s, plans) }));
}
