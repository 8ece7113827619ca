/** The cases of a run in the order in which they are decided, so that the tree on the terminal grows with the run. */
import type { SectionListing } from '../report/sections.js';
import type { CaseDefinition, SectionDefinition } from '../tester/case.js';
import { type Turn, turn, turns } from '../tester/turn.js';
import { selectedListing } from './report-context.js';

/** Cases that run together; `name` says how the device is set up where it is not as asked for. */
export interface ListedPart {
  readonly name?: string | undefined;
  readonly cases: readonly CaseDefinition[];
}

/** What comes late stands under headings at the end, whatever section it is of. */
export function runListing(
  sections: readonly SectionDefinition[],
  parts: readonly ListedPart[],
): readonly SectionListing[] {
  return parts.flatMap(({ name, cases }) => {
    const ids = (wanted: Turn): string[] => cases.filter((one) => turn(one) === wanted).map(({ id }) => id);
    if (name !== undefined) return late(`Reference device, ${name}`, turns.flatMap(ids));
    return [
      ...selectedListing(
        sections,
        cases.filter((one) => turn(one) === 0),
      ),
      ...late('What takes its time', ids(1)),
      ...late('What the whole run showed', ids(2)),
    ];
  });
}

function late(heading: string, cases: readonly string[]): SectionListing[] {
  return cases.length === 0 ? [] : [{ key: '', document: '', section: '', title: '', heading, cases }];
}
