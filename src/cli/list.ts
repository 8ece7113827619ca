/** `grespec list`: ids and titles by section. Touches no network. */
import type { CaseDefinition, SectionDefinition } from '../tester/case.js';
import { sections } from '../../suites/index.js';
import { exitCodes } from './cli-error.js';
import { citation, titleOf } from './places.js';
import { select } from './select.js';

export interface ListFlags {
  readonly json?: boolean;
  /** Suite files of the user's own. */
  readonly suite?: readonly string[];
}

export async function list(selectors: readonly string[], { json, suite = [] }: ListFlags): Promise<number> {
  // what it takes to load them is not waited for without need
  const own = suite.length === 0 ? [] : await (await import('./user-suites.js')).loadSuites(suite, sections);
  const all = [...sections, ...own];
  const selected = select(
    all.flatMap((section) => section.cases),
    selectors,
  );
  process.stdout.write(json ? asJson(selected, all) : asText(selected, all));
  return exitCodes.ok;
}

/** Sections that have selected cases, with these cases alone. */
function bySection(
  selected: readonly CaseDefinition[],
  all: readonly SectionDefinition[],
): readonly SectionDefinition[] {
  const wanted = new Set(selected);
  return all
    .map((section) => ({ ...section, cases: section.cases.filter((definition) => wanted.has(definition)) }))
    .filter(({ cases }) => cases.length > 0);
}

/** `all` are the sections that the selected cases are of. */
export function asText(selected: readonly CaseDefinition[], all: readonly SectionDefinition[] = sections): string {
  const lines: string[] = [];
  let document = '';
  for (const section of bySection(selected, all)) {
    if (citation(section.document) !== document) {
      document = citation(section.document);
      lines.push(lines.length > 0 ? `\n${document}` : document);
    }
    lines.push('', `  ${section.section}  ${titleOf(section)}  (${section.key})`);
    for (const { id, title } of section.cases) lines.push(`    ${id}  ${title}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function asJson(selected: readonly CaseDefinition[], all: readonly SectionDefinition[]): string {
  const rows = bySection(selected, all).flatMap((section) =>
    section.cases.map(({ id, title, dut, covers, needs = [], refuses = [] }) => ({
      id,
      title,
      dut,
      document: citation(section.document),
      section: section.section,
      sectionTitle: titleOf(section),
      requirements: covers,
      needs,
      refuses,
    })),
  );
  return `${JSON.stringify(rows, null, 2)}\n`;
}
