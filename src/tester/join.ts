/** Runs of different cases as one: the shards of a selection, or selections that were run one by one. */
import { isDeepStrictEqual } from 'node:util';
import type { CaseResult, RunResult } from '../report/result.js';
import { countVerdicts } from '../report/totals.js';
import { worstFirst } from '../spec/severity.js';
import { ledger } from './ledger.js';
import { unseenIn } from './shard.js';

export interface NamedRun {
  /** Of its file, for messages. */
  readonly name: string;
  readonly result: RunResult;
}

export type Joined =
  | { readonly ok: true; readonly result: RunResult; readonly notes: readonly string[] }
  /** Why the runs are not parts of one. */
  | { readonly ok: false; readonly issue: string };

/** Cases come in the order of `ids`, others behind them. The run is complete when all of its shards are there and are. */
export function joinRuns(runs: readonly [NamedRun, ...NamedRun[]], ids: readonly string[]): Joined {
  const issue = mismatch(runs) ?? overlap(runs);
  if (issue !== undefined) return { ok: false, issue };
  const [first] = runs;
  const missing = missingShards(runs);
  const cases = inOrder(runs, ids);
  const starts = runs.map(({ result }) => Date.parse(result.run.startedAt));
  const ends = runs.map(({ result }, i) => (starts[i] ?? 0) + result.run.durationMs);
  const start = Math.min(...starts);
  const { shard: _shard, baseline: _baseline, mismatch: _mismatch, ...common } = first.result.run;
  const [differs] = runs.flatMap(({ result }) => result.run.mismatch ?? []);
  const baselines = distinct(runs.flatMap(({ result }) => result.run.baseline ?? []));
  const result: RunResult = {
    ...first.result,
    run: {
      ...common,
      startedAt: new Date(start).toISOString(),
      durationMs: Math.max(...ends) - start,
      target: distinct(runs.map(({ result: { run } }) => run.target)).join(', '),
      selection: distinct(runs.flatMap(({ result: { run } }) => run.selection)),
      complete: missing.length === 0 && runs.every(({ result: { run } }) => run.complete),
      ...(baselines.length > 0 && { baseline: baselines.join(', ') }),
      ...(differs !== undefined && { mismatch: differs }),
    },
    totals: countVerdicts(cases),
    cases,
    ledger: ledger(cases, first.result.run.as === 'mpa' ? 'ha' : 'mpa', first.result.run.profile),
  };
  return { ok: true, result, notes: notesOn(runs, missing) };
}

/** What must be the same in all of them, and how messages call it. */
const common: readonly (readonly [string, (run: RunResult) => unknown])[] = [
  ['version of grespec', ({ tool }) => tool.version],
  ['role of the tester', ({ run }) => run.as],
  ['profile', ({ run }) => run.profile],
  ['set of knobs', ({ run }) => run.knobs],
  ['fault', ({ run }) => run.fault ?? 'none'],
  ['strictness', ({ run }) => run.strict],
  ['number of shards', ({ run }) => run.shard?.total ?? 1],
];

function mismatch(runs: readonly [NamedRun, ...NamedRun[]]): string | undefined {
  const [first, ...others] = runs;
  const differs = (what: string, of: (run: RunResult) => unknown): string | undefined => {
    const other = others.find(({ result }) => !isDeepStrictEqual(of(result), of(first.result)));
    if (!other) return undefined;
    const [a, b] = [first, other].map(({ name, result }) => `${JSON.stringify(of(result))} in ${name}`);
    return `they are no parts of one run, the ${what} differs: ${a ?? ''}, ${b ?? ''}`;
  };
  for (const [what, of] of common) {
    const found = differs(what, of);
    if (found !== undefined) return found;
  }
  // shards may each have a device of their own; other runs are only joined when they tested the same one
  return first.result.run.shard
    ? differs('selection', ({ run }) => run.selection)
    : differs('target', ({ run }) => run.target);
}

function overlap(runs: readonly NamedRun[]): string | undefined {
  const owners = new Map<string, string>();
  const shards = new Map<number, string>();
  for (const { name, result } of runs) {
    const { shard } = result.run;
    const twin = shard && shards.get(shard.index);
    if (shard && twin !== undefined) return `${twin} and ${name} are both shard ${shard.index} of ${shard.total}`;
    if (shard) shards.set(shard.index, name);
    for (const { id, wholeRun } of result.cases) {
      const owner = owners.get(id);
      if (owner !== undefined && !wholeRun) return `the case ${id} is in ${owner} and in ${name}`;
      owners.set(id, name);
    }
  }
  return undefined;
}

function missingShards(runs: readonly NamedRun[]): readonly number[] {
  const total = runs[0]?.result.run.shard?.total ?? 0;
  const there = new Set(runs.map(({ result }) => result.run.shard?.index));
  return Array.from({ length: total }, (_, i) => i + 1).filter((index) => !there.has(index));
}

function inOrder(runs: readonly NamedRun[], ids: readonly string[]): CaseResult[] {
  const found = new Map<string, Part[]>();
  for (const { name, result } of runs) {
    const { shard } = result.run;
    const from = shard ? `shard ${shard.index} of ${shard.total}` : name;
    for (const one of result.cases) {
      const isUnseen = shard !== undefined && one.reason === unseenIn(shard);
      found.set(one.id, [...(found.get(one.id) ?? []), { from, one, isUnseen }]);
    }
  }
  const all = distinct([...ids.filter((id) => found.has(id)), ...found.keys()]);
  return all.flatMap((id) => joined(found.get(id) ?? []) ?? []);
}

interface Part {
  readonly from: string;
  readonly one: CaseResult;
  /** Left undecided because this shard alone showed nothing. */
  readonly isUnseen: boolean;
}

/** The verdict of a whole-run case is the worst that any part came to; where nothing showed it, there is none. */
function joined(parts: readonly Part[]): CaseResult | undefined {
  const [first, ...others] = parts;
  if (!first) return undefined;
  const { one } = first;
  if (parts.every(({ isUnseen }) => isUnseen)) {
    return { ...one, verdict: 'inconclusive', reason: 'nothing in any part of this run showed it either way' };
  }
  if (others.length === 0) return one;
  const seen = parts.filter(({ isUnseen }) => !isUnseen);
  const worst =
    seen.toSorted((a, b) => worstFirst.indexOf(a.one.verdict) - worstFirst.indexOf(b.one.verdict))[0] ?? first;
  const { verdict, reason } = worst.one;
  const durationMs = Math.max(...parts.map((part) => part.one.durationMs));
  if (verdict === 'skip') return worst.one;
  const passed = `held in ${seen.length} of ${parts.length} parts of the run`;
  return { ...worst.one, durationMs, reason: verdict === 'pass' ? passed : `${reason} (${worst.from})` };
}

function notesOn(runs: readonly NamedRun[], missing: readonly number[]): string[] {
  const total = runs[0]?.result.run.shard?.total ?? 0;
  const seeds = distinct(runs.map(({ result }) => String(result.run.seed)));
  const cut = runs.filter(({ result }) => !result.run.complete).map(({ name }) => name);
  return [
    ...(missing.length > 0 ? [`of ${total} shards these are missing: ${missing.join(', ')}`] : []),
    ...(cut.length > 0 ? [`cut short: ${cut.join(', ')}`] : []),
    ...(seeds.length > 1 ? [`the seeds differ (${seeds.join(', ')}); the report shows the first`] : []),
  ];
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];
