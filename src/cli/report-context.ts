/** What reports ask about requirements, frames and sections. */
import type { ReportContext } from '../report/context.js';
import type { FrameRecord } from '../report/result.js';
import type { SectionListing } from '../report/sections.js';
import { catalogue } from '../spec/catalogue.js';
import type { CaseDefinition, SectionDefinition } from '../tester/case.js';
import { dissectFrame, dissectPacket } from '../wire/describe.js';
import type { Dialect } from '../wire/extensions.js';
import type { Dissected } from '../wire/layout.js';
import { dissectMessage } from '../wire/mobileip.js';
import { fromHex } from '../wire/text.js';
import { gitlabReports } from './gitlab.js';
import { citation, titleOf } from './places.js';

const requirements = new Map(catalogue.map((row) => [row.id, row]));

export function reportContext(
  sections: readonly SectionDefinition[],
  dialect: Dialect,
  environment = process.env,
): ReportContext {
  const titles = new Map(sections.map((section) => [section.key, titleOf(section)]));
  return {
    describeRequirement(id) {
      const row = requirements.get(id);
      return row && { level: row.level, text: row.text, source: `${citation(row.document)}, section ${row.section}` };
    },
    dissect: (frame) => lines(treeOf(frame, dialect)),
    tree: (frame) => treeOf(frame, dialect),
    sectionTitle: (key) => titles.get(key),
    ...gitlabReports(environment),
  };
}

function treeOf({ layer, hex }: FrameRecord, dialect: Dialect): Dissected {
  const octets = fromHex(hex) ?? new Uint8Array();
  switch (layer) {
    case 'udp':
      return dissectMessage(octets, dialect);
    case 'ip':
      return dissectPacket(octets, dialect);
    case 'ethernet':
      return dissectFrame(octets, dialect);
  }
}

function lines({ name, text, children = [], issue }: Dissected, depth = 0): string[] {
  const line = `${'  '.repeat(depth)}${name}${text === '' ? '' : `: ${text}`}${issue === undefined ? '' : `  <-- ${issue}`}`;
  return [line, ...children.flatMap((child) => lines(child, depth + 1))];
}

/** The selected cases by section, as the tree prints them. */
export function selectedListing(
  sections: readonly SectionDefinition[],
  selected: readonly CaseDefinition[],
): readonly SectionListing[] {
  const wanted = new Set(selected);
  return sections.flatMap((section) => {
    const cases = section.cases.filter((definition) => wanted.has(definition)).map(({ id }) => id);
    const { key, document } = section;
    return cases.length === 0
      ? []
      : [{ key, document: citation(document), section: section.section, title: titleOf(section), cases }];
  });
}
