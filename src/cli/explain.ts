/** `grespec explain`: what a case, a requirement, a knob or a section is about. */
import { sections } from '../../suites/index.js';
import { wrap } from '../report/text.js';
import { catalogue } from '../spec/catalogue.js';
import { knobs } from '../spec/knobs.js';
import { sections as sectionTitles } from '../spec/sections.js';
import type { Knob, Requirement, Role } from '../spec/types.js';
import type { CaseDefinition, SectionDefinition } from '../tester/case.js';
import { exitCodes, quoted, usageError } from './cli-error.js';
import { asText } from './list.js';
import { didYouMean } from './nearest.js';
import { citation, titleOf } from './places.js';
import { isCovering, nameables } from './select.js';

const allCases = sections.flatMap((section) => section.cases);
const allKnobs: readonly Knob[] = knobs;

export function explain(name: string): number {
  process.stdout.write(`${explanation(name)}\n`);
  return exitCodes.ok;
}

export function explanation(name: string): string {
  const definition = allCases.find(({ id }) => id === name);
  if (definition) return ofCase(definition);
  const row = catalogue.find(({ id }) => id === name.toUpperCase());
  if (row) return ofRequirement(row);
  const knob = allKnobs.find((candidate) => candidate.name === name.toLowerCase().replaceAll('-', '_'));
  if (knob) return ofKnob(knob);
  const below = name === '' ? [] : allCases.filter(({ id }) => id.startsWith(name));
  if (below.length > 0) return ofPrefix(name, below);
  const known = [
    ...nameables(allCases),
    ...catalogue.map(({ id }) => id),
    ...allKnobs.map((candidate) => candidate.name),
  ];
  const advice = 'cases and sections: grespec list; knobs: grespec explain base';
  throw usageError(`nothing is called ${quoted(name)}; ${didYouMean(name, known, advice)}`);
}

const widest = 100;

/** `Name      value`, with the names in a column; rows without a value are left out. */
function facts(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `  ${name.padEnd(width)}${wrap(value, widest - width).join(`\n${' '.repeat(width + 2)}`)}`)
    .join('\n');
}

const roles: Readonly<Record<Role, string>> = {
  ha: 'home agent',
  mpa: 'mobility proxy agent',
  both: 'home agent and mobility proxy agent',
  fa: 'foreign agent',
  mn: 'mobile node',
};

function ofCase(definition: CaseDefinition): string {
  const { id, title, document, section, covers } = definition;
  const requirements = covers.map((requirement) => {
    const row = catalogue.find((candidate) => candidate.id === requirement);
    return row ? `    ${row.id}  ${levelWord(row)}: ${row.text}` : `    ${requirement}`;
  });
  return [
    `${id}  ${title}`,
    '',
    facts([
      ['document', citation(document)],
      ['section', place(sections.find(({ cases }) => cases.includes(definition))) || section],
      ['device', roles[definition.dut]],
      ['needs', needsOf(definition).join('; ') || 'nothing special'],
    ]),
    '',
    '  requirements',
    ...requirements,
    '',
    `  run it: ${runWords(id, [definition])}`,
  ].join('\n');
}

/** The tester has another role for each kind of device. */
function runWords(name: string, cases: readonly CaseDefinition[]): string {
  const run = `grespec run ${name}`;
  const duts = new Set(cases.map(({ dut }) => dut));
  return [...(duts.has('ha') ? [run] : []), ...(duts.has('mpa') ? [`${run} --as ha`] : [])].join(', and ');
}

function levelWord({ level }: Requirement): string {
  return level === 'fact' || level === 'inference' || level === 'info' ? level : level.toUpperCase();
}

function place(section: SectionDefinition | undefined): string {
  return section ? `${section.section}  ${titleOf(section)}` : '';
}

function needsOf(definition: CaseDefinition): string[] {
  const { needs = [], refuses = [], tunnel, careOfAddresses = 1, faHa, waits, wholeRun } = definition;
  const settings = Object.entries(definition.knobs ?? {}).map(([name, value]) => `knob ${name}=${value}`);
  return [
    ...needs.map((item) => `${item} claimed`),
    ...refuses.map((item) => `${item} not claimed`),
    ...(tunnel ? ['raw sockets'] : []),
    ...(careOfAddresses > 1 ? [`${careOfAddresses} care-of addresses (--local)`] : []),
    ...(faHa ? ['an FA-HA security association'] : []),
    ...settings,
    ...(waits ? ['waits, beside other cases'] : []),
    ...(wholeRun ? ['judged from what the whole run showed'] : []),
  ];
}

function ofRequirement(row: Requirement): string {
  const { id, document, section, role, text, test } = row;
  const title = sectionTitles[document][section];
  const covering = allCases.filter((definition) => isCovering(definition, id));
  return [
    `${id}  ${text}`,
    '',
    facts([
      ['source', `${citation(document)}, section ${section}${title === undefined ? '' : ` (${title})`}`],
      ['level', levelWord(row)],
      ['role', roles[role]],
      ['observed', test.observable ? test.how : `cannot be observed from outside: ${test.why}`],
    ]),
    '',
    covering.length > 0 ? '  cases' : '  no case covers it',
    ...covering.map((definition) => `    ${definition.id}  ${definition.title}`),
    ...(covering.length > 0 ? ['', `  run them: ${runWords(id, covering)}`] : []),
  ].join('\n');
}

function ofKnob({ name, ambiguity, values, default: initial, why }: Knob): string {
  const allowed = 'min' in values ? `a whole number from ${values.min} to ${values.max}` : values.join(', ');
  return [
    `knob ${name}`,
    '',
    facts([
      ['values', allowed],
      ['default', initial],
      ['ambiguity', ambiguity ?? ''],
      ['why', why],
    ]),
    '',
    `  set it: grespec run --knob ${name}=VALUE`,
  ].join('\n');
}

function ofPrefix(name: string, below: readonly CaseDefinition[]): string {
  const count = below.length === 1 ? '1 case' : `${below.length} cases`;
  return `${asText(below)}\n${count}; run them: ${runWords(name, below)}`;
}
