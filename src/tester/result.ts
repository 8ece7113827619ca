/** From how a case ended to its result. */
import { AssertionError } from 'chai';
import type { CaseResult } from '../report/result.js';
import { documents, requirement } from '../spec/catalogue.js';
import type { Profile } from '../spec/config.js';
import { isRestated, profileTraits, ruleIn } from '../spec/profiles.js';
import { failsAt } from '../spec/severity.js';
import type { Level, Verdict } from '../spec/types.js';
import type { CaseDefinition } from './case.js';
import type { CaseBase } from './case-base.js';
import type { Judge } from './judge.js';
import { HarnessError } from '../spec/errors.js';
import { Inconclusive, Skipped, Violation } from './outcome.js';
import { unseenIn } from './shard.js';

const strength: readonly Level[] = ['MUST', 'fact', 'SHOULD', 'inference', 'MAY', 'info'];

/** The strongest level among the requirements that a case covers and the profile has. */
function strongestLevel(definition: CaseDefinition, profile: Profile): Level {
  const rules = definition.covers.flatMap((id) => ruleIn(profile, id) ?? []);
  const levels = (rules.length > 0 ? rules : definition.covers.map(requirement)).map(({ level }) => level);
  return strength.find((level) => levels.includes(level)) ?? 'MAY';
}

/**
 * A violated MUST or stated fact fails; a SHOULD, or what we infer, warns. A rule that is known from memory only decides
 * nothing, nor does one that the profile does without.
 */
export const verdictOf = (id: string, profile: Profile): Verdict => {
  const level = ruleIn(profile, id)?.level;
  if (level === undefined || level === 'info') return 'inconclusive';
  return failsAt(level) ? 'fail' : 'warn';
};

export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly expected: string;
  readonly actual: string;
  /** The one that was violated, if any. */
  readonly requirement?: string;
}

export const plain = (verdict: Verdict, reason: string): Decision => ({ verdict, reason, expected: '', actual: '' });

/** Names the requirement, its level and its source, so that the reader can look it up. */
export function explain(id: string, profile: Profile): string {
  const rule = ruleIn(profile, id);
  const { level, document, section, text } = rule ?? requirement(id);
  const source = `${documents[document].citation} ${section}`;
  const { citation } = profileTraits[profile];
  if (!rule) return `${id} (${source}, which ${citation} does without): ${text}`;
  if (isRestated(profile, id)) return `${id} (${level}, ${citation}, in place of ${source}): ${text}`;
  if (level !== 'info') return `${id} (${level}, ${source}): ${text}`;
  return `${id} (info: in ${citation} from memory, not confirmed; as in ${source}): ${text}`;
}

function blaming(id: string, expected: string, actual: string, profile: Profile): Decision {
  return { verdict: verdictOf(id, profile), reason: explain(id, profile), expected, actual, requirement: id };
}

/** How a thrown value decides a case. */
export function decideError(error: unknown, definition: CaseDefinition, profile: Profile): Decision {
  if (error instanceof Violation) return blaming(error.requirement, error.expected, error.actual, profile);
  if (error instanceof Skipped) return plain('skip', error.message);
  if (error instanceof Inconclusive) return plain('inconclusive', error.message);
  if (error instanceof AssertionError) {
    const [first] = definition.covers;
    return blaming(first ?? '', error.message, String((error as { actual?: unknown }).actual), profile);
  }
  // the user's own command, or suite: not a fault of the tester
  if (error instanceof HarnessError && ['trigger', 'suite'].includes(error.code)) return plain('error', error.message);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return plain('error', `the tester's own fault: ${text}`);
}

/** A body that came to its end: what the oracle saw meanwhile and the warnings noted still count. */
export function decideEnd(t: CaseBase, judge: Judge): Decision {
  const { profile } = t.config;
  const covers: readonly string[] = t.rules;
  const sightings = judge.during(t.id).filter((s) => covers.includes(s.requirement));
  const worst = worstOf(sightings, profile);
  const isWorse = worst && (t.warnings.length === 0 || verdictOf(worst.requirement, profile) !== 'inconclusive');
  if (isWorse) {
    t.recorder.blame(worst.bytes);
    return blaming(worst.requirement, worst.expected, worst.actual, profile);
  }
  const [warning] = t.warnings;
  if (warning) return { ...blaming(warning.requirement, warning.expected, warning.actual, profile), verdict: 'warn' };
  const [doubt] = t.doubts;
  if (doubt) return blaming(doubt.requirement, doubt.expected, doubt.actual, profile);
  return plain('pass', t.notes.join('; '));
}

const badness: readonly Verdict[] = ['fail', 'warn', 'inconclusive'];

/** The first of those that weigh most. */
function worstOf<S extends { readonly requirement: string }>(all: readonly S[], profile: Profile): S | undefined {
  for (const verdict of badness) {
    const found = all.find((s) => verdictOf(s.requirement, profile) === verdict);
    if (found) return found;
  }
  return undefined;
}

export function resultOf(
  definition: CaseDefinition,
  profile: Profile,
  { verdict, reason, expected, actual }: Decision,
  rest: Pick<CaseResult, 'durationMs' | 'frames' | 'framesOmitted' | 'repeat'>,
): CaseResult {
  return {
    id: definition.id,
    title: definition.title,
    document: documents[definition.document].citation,
    section: definition.section,
    dut: definition.dut,
    level: strongestLevel(definition, profile),
    requirements: definition.covers,
    ...{ verdict, reason, expected, actual },
    ...rest,
    ...(definition.wholeRun && { wholeRun: true }),
  };
}

/** What the oracle saw of a whole-run case's requirements since the run began. */
export function decideWholeRun(t: CaseBase, judge: Judge, now: number): Decision {
  const { profile } = t.config;
  const seen = t.rules.map((id) => ({ requirement: id, ...judge.of(id) }));
  const worst = worstOf(
    seen.filter((s) => s.violations > 0),
    profile,
  );
  const [first] = worst?.first ?? [];
  if (worst && first) {
    t.recorder.add('received', isIpv4(first.bytes) ? 'ip' : 'udp', 'device', 'tester', first.bytes, now);
    t.recorder.blame(first.bytes);
    const times = `${worst.violations} of ${worst.violations + worst.held} times, first in ${first.during}`;
    return blaming(worst.requirement, first.expected, `${first.actual} (${times})`, profile);
  }
  const held = seen.reduce((sum, s) => sum + s.held, 0);
  if (held === 0 && t.unseen !== undefined) return plain('pass', t.unseen);
  if (held === 0) {
    const { shard } = t.config;
    return shard ? plain('skip', unseenIn(shard)) : plain('inconclusive', 'nothing in this run showed it either way');
  }
  return plain('pass', `held ${held} times in this run`);
}

/** Mobile IP messages begin with a type of at most 15, IPv4 packets with version 4. */
const isIpv4 = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >> 4 === 4;
