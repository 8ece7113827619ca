/** Every requirement of the role under test, with the verdict that its cases give it, or why there is none. */
import type { CaseResult, LedgerRow } from '../report/result.js';
import { catalogue } from '../spec/catalogue.js';
import { type Profile, profiles } from '../spec/config.js';
import { profileTraits, ruleIn } from '../spec/profiles.js';
import { worstFirst } from '../spec/severity.js';
import type { Requirement } from '../spec/types.js';

/** Requirements that a device of this kind has to meet. */
export const inScope = (row: Requirement, dut: 'ha' | 'mpa'): boolean =>
  row.role === 'both' || row.role === dut || (dut === 'mpa' && (row.role === 'fa' || row.role === 'mn'));

/** `name` is that of a profile; an audit without files has none, and is then shown under the first. */
export function ledger(results: readonly CaseResult[], dut: 'ha' | 'mpa', name: string): LedgerRow[] {
  const profile = profiles.find((known) => known === name) ?? profiles[0];
  const byRequirement = new Map<string, CaseResult[]>();
  for (const result of results) {
    for (const id of result.requirements) {
      const list = byRequirement.get(id);
      if (list) list.push(result);
      else byRequirement.set(id, [result]);
    }
  }
  return catalogue
    .filter((row) => inScope(row, dut))
    .map((row) => ledgerRow(row, byRequirement.get(row.id) ?? [], profile));
}

function ledgerRow(row: Requirement, results: readonly CaseResult[], profile: Profile): LedgerRow {
  const rule = ruleIn(profile, row.id);
  const level = (rule ?? row).level;
  const common = { requirement: row.id, level, role: row.role, cases: results.map((r) => r.id) };
  if (!rule) return { ...common, status: 'skip', reason: `${profileTraits[profile].citation} does without this rule` };
  if (!row.test.observable) return { ...common, status: 'untestable', reason: row.test.why };
  if (results.length === 0) return { ...common, status: 'not-run', reason: 'no case of it was selected' };
  const blamed = results.filter((r) => (r.verdict !== 'fail' && r.verdict !== 'warn' ? true : blames(r, row.id)));
  const verdicts = blamed.map((r) => r.verdict);
  const status = worstFirst.find((v) => verdicts.includes(v)) ?? 'inconclusive';
  const witness = blamed.find((r) => r.verdict === status);
  const reason = status === 'pass' || !witness ? '' : `${witness.id}: ${witness.reason}`;
  return { ...common, status, reason };
}

/** A case covers several requirements, but fails for one: the reason begins with its id. */
const blames = (result: CaseResult, id: string): boolean => result.reason.startsWith(`${id} `);
