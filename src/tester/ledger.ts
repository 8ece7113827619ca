/** Every requirement of the role under test, with the verdict that its cases give it, or why there is none. */
import type { CaseResult, LedgerRow } from '../report/result.js';
import { catalogue } from '../spec/catalogue.js';
import type { Requirement, Verdict } from '../spec/types.js';

/** Worst first. */
const severity: readonly Verdict[] = ['fail', 'error', 'warn', 'inconclusive', 'pass', 'skip'];

/** Requirements that a device of this kind has to meet. */
export const inScope = (row: Requirement, dut: 'ha' | 'mpa'): boolean =>
  row.role === 'both' || row.role === dut || (dut === 'mpa' && (row.role === 'fa' || row.role === 'mn'));

export function ledger(results: readonly CaseResult[], dut: 'ha' | 'mpa'): LedgerRow[] {
  const byRequirement = new Map<string, CaseResult[]>();
  for (const result of results) {
    for (const id of result.requirements) {
      const list = byRequirement.get(id);
      if (list) list.push(result);
      else byRequirement.set(id, [result]);
    }
  }
  return catalogue.filter((row) => inScope(row, dut)).map((row) => ledgerRow(row, byRequirement.get(row.id) ?? []));
}

function ledgerRow(row: Requirement, results: readonly CaseResult[]): LedgerRow {
  const common = { requirement: row.id, level: row.level, role: row.role, cases: results.map((r) => r.id) };
  if (!row.test.observable) return { ...common, status: 'untestable', reason: row.test.why };
  if (results.length === 0) return { ...common, status: 'not-run', reason: 'no case of it was selected' };
  const blamed = results.filter((r) => (r.verdict !== 'fail' && r.verdict !== 'warn' ? true : blames(r, row.id)));
  const verdicts = blamed.map((r) => r.verdict);
  const status = severity.find((v) => verdicts.includes(v)) ?? 'inconclusive';
  const witness = blamed.find((r) => r.verdict === status);
  const reason = status === 'pass' || !witness ? '' : `${witness.id}: ${witness.reason}`;
  return { ...common, status, reason };
}

/** A case covers several requirements, but fails for one: the reason begins with its id. */
const blames = (result: CaseResult, id: string): boolean => result.reason.startsWith(`${id} `);
