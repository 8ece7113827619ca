/** Two runs side by side: what became worse, better, or cannot be told any more. */
import type { CaseResult, RunResult } from './result.js';
import { violatedBy } from './violated.js';

export const changeKinds = ['regression', 'undecided', 'fix', 'decided', 'new', 'gone'] as const;
/**
 * `regression`: fails or warns, and did better before, had no verdict, or violated another requirement. `undecided`: had
 * a verdict and has none now. `fix`: does better. `decided`: passes, and had no verdict before. `new` and `gone`: in one
 * run only.
 */
export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly kind: ChangeKind;
  /** At least one of the two is there. */
  readonly before: CaseResult | undefined;
  readonly after: CaseResult | undefined;
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** Cases in both runs that came to the same. */
  readonly same: number;
}

export function compare(a: RunResult, b: RunResult): Comparison {
  const before = new Map(a.cases.map((one) => [one.id, one]));
  const after = new Map(b.cases.map((one) => [one.id, one]));
  const all = [...b.cases, ...a.cases.filter(({ id }) => !after.has(id))];
  const changes = all.flatMap(({ id }): Change[] => {
    const pair = { before: before.get(id), after: after.get(id) };
    const kind = kindOf(pair.before, pair.after);
    return kind === undefined ? [] : [{ kind, ...pair }];
  });
  const both = a.cases.filter(({ id }) => after.has(id)).length;
  const changed = changes.filter((change) => change.before && change.after).length;
  return { changes, same: both - changed };
}

/** What tells something about the device; higher is worse. */
const rank = { pass: 0, warn: 1, fail: 2 } as const;

function rankOf({ verdict }: CaseResult): number | undefined {
  return verdict === 'pass' || verdict === 'warn' || verdict === 'fail' ? rank[verdict] : undefined;
}

function kindOf(before: CaseResult | undefined, after: CaseResult | undefined): ChangeKind | undefined {
  if (!before) return 'new';
  if (!after) return 'gone';
  const [was, is] = [rankOf(before), rankOf(after)];
  if (is === undefined) return was === undefined ? undefined : 'undecided';
  if (was === undefined) return is === 0 ? 'decided' : 'regression';
  if (is !== was) return is > was ? 'regression' : 'fix';
  return is > 0 && violatedBy(before) !== violatedBy(after) ? 'regression' : undefined;
}

/** What was different about the runs themselves, for example `profile tsirtsis-00, now yegani-02`. */
export function differences(a: RunResult, b: RunResult): string[] {
  const facts = ({ tool, run }: RunResult): Record<string, string> => ({
    version: tool.version,
    target: run.target,
    profile: run.profile,
    strict: String(run.strict),
    ...(run.fault !== undefined && { fault: run.fault }),
    ...Object.fromEntries(Object.entries(run.knobs).map(([name, value]) => [`knob ${name}`, value])),
  });
  const [before, after] = [facts(a), facts(b)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} ${before[name] ?? 'not set'}, now ${after[name] ?? 'not set'}`);
}
