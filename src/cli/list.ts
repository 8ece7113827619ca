/** `grespec list`: ids and titles by section. Touches no network. */
import type { CaseDefinition, SectionDefinition } from '../tester/case.js';
import { sections } from '../../suites/index.js';
import { exitCodes } from './cli-error.js';
import { citation, titleOf } from './places.js';
import { select } from './select.js';

export function list(selectors: readonly string[], options: { readonly json?: boolean }): number {
  const selected = select(
    sections.flatMap((section) => section.cases),
    selectors,
  );
  process.stdout.write(options.json ? asJson(selected) : asText(selected));
  return exitCodes.ok;
}

/** Sections that have selected cases, with these cases alone. */
function bySection(selected: readonly CaseDefinition[]): readonly SectionDefinition[] {
  const wanted = new Set(selected);
  return sections
    .map((section) => ({ ...section, cases: section.cases.filter((definition) => wanted.has(definition)) }))
    .filter(({ cases }) => cases.length > 0);
}

export function asText(selected: readonly CaseDefinition[]): string {
  const lines: string[] = [];
  let document = '';
  for (const section of bySection(selected)) {
    if (citation(section.document) !== document) {
      document = citation(section.document);
      lines.push(lines.length > 0 ? `\n${document}` : document);
    }
    lines.push('', `  ${section.section}  ${titleOf(section)}  (${section.key})`);
    for (const { id, title } of section.cases) lines.push(`    ${id}  ${title}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function asJson(selected: readonly CaseDefinition[]): string {
  const rows = bySection(selected).flatMap((section) =>
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
