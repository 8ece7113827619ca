/** A finding as a file, and such a file fired again. */
import { type FuzzFinding, groupOf } from './finding.js';
import { suspicionsOf } from './hunt.js';
import type { Plan } from './plan.js';
import type { FuzzRange } from './range.js';
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
  readonly plans: readonly Plan[];
  /** The command that fires them again. */
  readonly repeat: string;
}

export function fileOf(finding: FuzzFinding, repeat: string): FindingFile {
  const { requirement, expected, actual, mode, seed, path, group, count, confirmed, plans = [] } = finding;
  return { requirement, expected, actual, mode, seed, path, group, count, confirmed, plans, repeat };
}

/** Reads a finding file, or a bare list of plans; undefined when the text is neither. */
export function plansIn(text: string): readonly Plan[] | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list = Array.isArray(data) ? (data as unknown[]) : (data as { readonly plans?: unknown } | null)?.plans;
  return Array.isArray(list) && list.length > 0 && list.every(isPlan) ? list : undefined;
}

function isPlan(value: unknown): value is Plan {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, extensions, header, fixed } = value as Readonly<Record<string, unknown>>;
  const isRecord = (v: unknown): boolean => typeof v === 'object' && v !== null;
  if (kind === 'frame') return isRecord(header);
  return kind === 'request' && isRecord(fixed) && Array.isArray(extensions) && extensions.every(isRecord);
}

/** Fires the plans once, and tells what is wrong with what comes of it. */
export async function repeatCase(
  range: FuzzRange,
  plans: readonly Plan[],
): Promise<readonly (Suspicion & { readonly group: string })[]> {
  const shot = await range.fire(plans, { keep: true });
  return suspicionsOf(shot).map((s) => ({ ...s, group: groupOf(s, plans) }));
}
