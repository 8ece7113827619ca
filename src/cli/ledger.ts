/** `grespec ledger`: every requirement, its cases and the faults that prove them, or why it cannot be tested. */
import { sections } from '../../suites/index.js';
import { haFaults } from '../dut/faults/ha.js';
import { mpaFaults } from '../dut/faults/mpa.js';
import { catalogue, documents } from '../spec/catalogue.js';
import type { Requirement } from '../spec/types.js';
import { exitCodes } from './cli-error.js';
import { writeText } from './write-text.js';

export interface LedgerFlags {
  readonly json?: string;
  readonly markdown?: string;
}

export interface LedgerEntry {
  readonly requirement: string;
  readonly level: string;
  readonly role: string;
  readonly source: string;
  readonly text: string;
  readonly cases: readonly string[];
  readonly faults: readonly string[];
  /** Why no black box can test it; empty where one can. */
  readonly untestable: string;
}

export function ledgerEntries(): readonly LedgerEntry[] {
  const cases = sections.flatMap((section) => section.cases);
  const faults = [...haFaults.map((f) => ({ ...f, dut: 'ha' })), ...mpaFaults.map((f) => ({ ...f, dut: 'mpa' }))];
  return catalogue.map((row: Requirement) => ({
    requirement: row.id,
    level: row.level,
    role: row.role,
    source: `${documents[row.document].citation}, ${row.section}`,
    text: row.text,
    cases: cases.filter((c) => c.covers.some((id) => id === row.id)).map((c) => c.id),
    faults: faults.filter((f) => f.breaks === row.id).map((f) => `${f.dut}:${f.id}`),
    untestable: row.test.observable ? '' : row.test.why,
  }));
}

export function ledgerMarkdown(entries: readonly LedgerEntry[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const testable = entries.filter((e) => e.untestable === '');
  return [
    '# Requirement ledger',
    '',
    'Made by `grespec ledger --markdown docs/ledger.md`. A fault is named with the kind of reference device that can have it.',
    '',
    `${entries.length} requirements: ${testable.length} testable, ${entries.length - testable.length} not.`,
    '',
    '| requirement | level | role | source | what it says | cases | faults that prove them |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...entries.map((e) => {
      const cases = e.untestable === '' ? e.cases.join(' ') : `untestable: ${cell(e.untestable)}`;
      return `| ${e.requirement} | ${e.level} | ${e.role} | ${e.source} | ${cell(e.text)} | ${cases} | ${e.faults.join(' ')} |`;
    }),
    '',
  ].join('\n');
}

export function ledger(flags: LedgerFlags): number {
  const entries = ledgerEntries();
  const markdown = ledgerMarkdown(entries);
  if (flags.json !== undefined) writeText('--json', flags.json, `${JSON.stringify(entries, null, 2)}\n`);
  if (flags.markdown !== undefined) writeText('--markdown', flags.markdown, markdown);
  if (flags.json === undefined && flags.markdown === undefined) process.stdout.write(markdown);
  return exitCodes.ok;
}
