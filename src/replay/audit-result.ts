/** The outcome of an audit as the result of a run, so that every report can show it: one case a requirement and role. */
import type { CaseResult, RunResult } from '../report/result.js';
import { countVerdicts } from '../report/totals.js';
import { documents, requirement, sectionKey } from '../spec/catalogue.js';
import type { Profile } from '../spec/config.js';
import { ruleIn } from '../spec/profiles.js';
import type { Verdict } from '../spec/types.js';
import { ledger } from '../tester/ledger.js';
import { explain, verdictOf } from '../tester/result.js';
import type { AuditOutcome } from './audit.js';
import type { Role, Tally } from './tally.js';

export interface AuditedFile {
  readonly name: string;
  readonly outcome: AuditOutcome;
}

export interface AuditFacts {
  readonly version: string;
  /** ISO 8601, and milliseconds that the audit took. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly strict: boolean;
  /** False when a file could not be read to its end. */
  readonly complete: boolean;
  /** The command line that audits the files again. */
  readonly repeat: string;
}

/** Devices of a role that are judged one by one; more are judged together, the culprits named. */
const mostDevices = 8;

/** Each file is judged on its own; with several, the file is part of the case id. */
export function auditResult(files: readonly AuditedFile[], facts: AuditFacts): RunResult {
  const isOne = files.length === 1;
  const cases = files.flatMap(({ name, outcome }) =>
    groups(tallied(outcome)).map((group) =>
      caseOf(group, isOne ? undefined : name, group.tallies[0].profile ?? outcome.settings.profile, facts),
    ),
  );
  const order = new Map(documentOrder.map((key, i) => [key, i]));
  const place = (c: CaseResult): number => order.get(requirement(c.requirements[0] ?? '').document) ?? 0;
  const sorted = cases.sort((a, b) =>
    a.dut === b.dut ? place(a) - place(b) || compare(a, b) : a.dut === 'ha' ? -1 : 1,
  );
  const settings = files[0]?.outcome.settings;
  const profile = settings?.profile ?? 'none';
  const ofHa = ledger(sorted, 'ha', profile);
  const known = new Set(ofHa.map((row) => row.requirement));
  return {
    tool: { name: 'grespec', version: facts.version },
    run: {
      startedAt: facts.startedAt,
      durationMs: facts.durationMs,
      as: sorted.length > 0 && sorted.every((c) => c.dut === 'mpa') ? 'ha' : 'mpa',
      target: files.map(({ name }) => name).join(' '),
      profile,
      knobs: settings?.knobs ?? {},
      selection: [],
      strict: facts.strict,
      complete: facts.complete,
    },
    totals: countVerdicts(sorted),
    cases: sorted,
    ledger: [...ofHa, ...ledger(sorted, 'mpa', profile).filter((row) => !known.has(row.requirement))],
  };
}

/** What the audit counted, but for rules of other profiles. */
const tallied = ({ tallies, settings }: AuditOutcome): readonly Tally[] =>
  [...tallies.all()].filter(({ profile, requirement: id }) => ruleIn(profile ?? settings.profile, id));

const documentOrder = Object.keys(documents);
const collator = new Intl.Collator('en', { numeric: true });
const compare = (a: CaseResult, b: CaseResult): number => collator.compare(a.id, b.id);

interface Group {
  readonly tallies: readonly [Tally, ...Tally[]];
  /** The device is named where a few of its role are told apart. */
  readonly device: string | undefined;
}

function groups(tallies: readonly Tally[]): Group[] {
  const devices: Record<Role, Set<string>> = { ha: new Set(), mpa: new Set() };
  for (const { role, device } of tallies) devices[role].add(device);
  const found = new Map<string, [Tally, ...Tally[]]>();
  const named = (role: Role): boolean => devices[role].size > 1 && devices[role].size <= mostDevices;
  for (const tally of tallies) {
    const key = `${tally.role} ${tally.requirement} ${named(tally.role) ? tally.device : ''}`;
    const group = found.get(key);
    if (group) group.push(tally);
    else found.set(key, [tally]);
  }
  return [...found.values()].map((group) => ({
    tallies: group,
    device: named(group[0].role) ? group[0].device : undefined,
  }));
}

function caseOf(
  { tallies: group, device }: Group,
  file: string | undefined,
  profile: Profile,
  facts: AuditFacts,
): CaseResult {
  const [{ role, requirement: name }] = group;
  const row = ruleIn(profile, name) ?? requirement(name);
  const where = [device, file].filter((part) => part !== undefined);
  const held = group.reduce((sum, t) => sum + t.held, 0);
  const violations = group.reduce((sum, t) => sum + t.violations, 0);
  const bad = group.filter((t) => t.violations > 0);
  const first = bad[0]?.first[0];
  const common = {
    id: [`${role}/${sectionKey(row)}/${name}`, ...where].join('@'),
    title: where.length > 0 ? `${row.text} (${where.join(', ')})` : row.text,
    document: documents[row.document].citation,
    section: row.section,
    dut: role,
    level: row.level,
    requirements: [name],
    durationMs: 0,
    repeat: facts.repeat,
  } as const;
  if (!first) {
    return { ...common, verdict: 'pass', reason: `held ${times(held)}`, expected: '', actual: '', frames: [] };
  }
  const verdict: Verdict = row.level === 'MAY' ? 'pass' : verdictOf(name, profile);
  const numbers = [...new Set(bad.flatMap((t) => t.numbers))].sort((a, b) => a - b);
  const culprits =
    group.length > 1
      ? ` by ${bad
          .map((t) => t.device)
          .slice(0, mostDevices)
          .join(', ')}`
      : '';
  const count = `${violations} of ${violations + held} times${culprits}, ${framesText(numbers)}`;
  return {
    ...common,
    verdict,
    reason: explain(name, profile),
    expected: first.expected,
    actual: `${first.actual} (${count})`,
    frames: bad.flatMap((t) => t.first.flatMap((v) => v.frames)).slice(0, mostFrames),
  };
}

const mostFrames = 20;
const shownNumbers = 8;

function framesText(numbers: readonly number[]): string {
  const shown = numbers.slice(0, shownNumbers).join(', ');
  const more = numbers.length - shownNumbers;
  return `frame${numbers.length === 1 ? '' : 's'} ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
