/** A fuzz run in the words of all reports: one case for each requirement that was looked at. */
import type { CaseResult } from '../report/result.js';
import { documents, requirement } from '../spec/catalogue.js';
import type { FuzzFinding } from './finding.js';
import { isFailing } from './suspicion.js';

interface Property {
  readonly name: string;
  readonly title: string;
  readonly requirements: readonly string[];
}

/** What is looked at, numbered for ever: `ha/fuzz-message/01`. The last one of each mode is all the rest. */
const messageProperties: readonly Property[] = [
  { name: '01', title: 'MUST answer a valid registration whatever came before', requirements: ['HA-32'] },
  { name: '02', title: 'MUST NOT accept what is not authentic', requirements: ['HA-03', 'HA-05', 'HA-20'] },
  { name: '03', title: 'MUST NOT accept an Identification far off', requirements: ['HA-12'] },
  {
    name: '04',
    title: 'MUST NOT accept what it cannot understand',
    requirements: ['HA-28', 'HA-31', 'HA-27', 'YG-13', 'HA-25'],
  },
  {
    name: '05',
    title: 'MUST NOT send more than one reply to a request, nor one to anything else',
    requirements: ['HA-50'],
  },
  { name: '06', title: 'MUST NOT be an amplifier for those who are not authentic', requirements: ['HA-07'] },
  { name: '07', title: 'MUST give each live L2 MN keys of its own', requirements: ['TS-12', 'TS-15'] },
  {
    name: '08',
    title: 'MUST NOT deliver packets with a wrong key or a header that it may not take',
    requirements: ['TN-06', 'TN-07', 'GR-01', 'GR-02', 'GR-05', 'GR-15'],
  },
  { name: '09', title: 'MUST send replies and packets without any other fault', requirements: [] },
];

const sequenceProperties: readonly Property[] = [
  { name: '01', title: 'MUST answer a valid registration whatever came before', requirements: ['HA-32'] },
  { name: '02', title: 'MUST NOT take forged requests, nor change anything for their sake', requirements: ['HA-05'] },
  { name: '03', title: 'MUST give each live L2 MN keys of its own', requirements: ['TS-12', 'TS-15'] },
  { name: '04', title: 'MUST keep agreed keys in renewals that name them', requirements: ['TS-31'] },
  {
    name: '05',
    title: 'MUST answer the GRE Key extension with one of the same mode and an allocated key',
    requirements: ['TS-01', 'TS-18', 'TS-19', 'TS-20', 'YG-16'],
  },
  { name: '06', title: 'MUST NOT deliver packets with a wrong key', requirements: ['TN-06'] },
  { name: '07', title: 'MUST end the tunnel with the binding', requirements: ['TN-04', 'HA-49'] },
  { name: '08', title: 'MUST send replies and packets without any other fault', requirements: [] },
];

const propertiesOf = { message: messageProperties, sequence: sequenceProperties } as const;

/** `decided` is false when the device could not be tested to the end. */
export function casesOf(
  mode: 'message' | 'sequence',
  findings: readonly FuzzFinding[],
  about: { readonly durationMs: number; readonly decided: boolean; readonly why: string; readonly repeat: string },
): CaseResult[] {
  const properties = propertiesOf[mode];
  const known = new Set(properties.flatMap((p) => p.requirements));
  return properties.map(({ name, title, requirements }) => {
    const own = findings.filter((f) =>
      requirements.length > 0 ? requirements.includes(f.requirement) : !known.has(f.requirement),
    );
    const worst = own.find(isFailing) ?? own[0];
    const ids = requirements.length > 0 ? requirements : own.map((f) => f.requirement);
    const row = requirement(worst?.requirement ?? ids[0] ?? 'HA-32');
    return {
      id: `ha/fuzz-${mode}/${name}`,
      title,
      document: documents[row.document].citation,
      section: row.section,
      dut: 'ha',
      level: worst?.level ?? row.level,
      requirements: [...new Set(ids)],
      verdict: worst ? (isFailing(worst) ? 'fail' : 'warn') : about.decided ? 'pass' : 'inconclusive',
      reason: worst
        ? `${own.length} finding${own.length === 1 ? '' : 's'}: ${own.map((f) => f.group).join(' | ')}`.slice(0, 2000)
        : about.decided
          ? ''
          : about.why,
      expected: worst?.expected ?? '',
      actual: worst?.actual ?? '',
      durationMs: about.durationMs,
      frames: [],
      repeat: about.repeat,
      wholeRun: true,
    };
  });
}
