/** From how a case ended to its result. */
import { AssertionError } from 'chai';
import type { CaseResult } from '../report/result.js';
import { documents, requirement } from '../spec/catalogue.js';
import type { Level, Verdict } from '../spec/types.js';
import type { CaseDefinition } from './case.js';
import type { CaseBase } from './case-base.js';
import type { Judge } from './judge.js';
import { HarnessError } from '../spec/errors.js';
import { Inconclusive, Skipped, Violation } from './outcome.js';

const strength: readonly Level[] = ['MUST', 'fact', 'SHOULD', 'inference', 'MAY'];

/** The strongest level among the requirements that a case covers. */
export function levelOf(definition: CaseDefinition): Level {
  const levels = definition.covers.map((id) => requirement(id).level);
  return strength.find((level) => levels.includes(level)) ?? 'MAY';
}

/** A violated MUST or stated fact fails; a SHOULD, or what we infer, warns. */
export const verdictOf = (id: string): Verdict => {
  const { level } = requirement(id);
  return level === 'MUST' || level === 'fact' ? 'fail' : 'warn';
};

export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly expected: string;
  readonly actual: string;
}

export const plain = (verdict: Verdict, reason: string): Decision => ({ verdict, reason, expected: '', actual: '' });

/** Names the requirement, its level and its source, so that the reader can look it up. */
export function explain(id: string): string {
  const { level, document, section, text } = requirement(id);
  return `${id} (${level}, ${documents[document].citation} ${section}): ${text}`;
}

export function violated(id: string, expected: string, actual: string): Decision {
  return { verdict: verdictOf(id), reason: explain(id), expected, actual };
}

/** How a thrown value decides a case. */
export function decideError(error: unknown, definition: CaseDefinition): Decision {
  if (error instanceof Violation) return violated(error.requirement, error.expected, error.actual);
  if (error instanceof Skipped) return plain('skip', error.message);
  if (error instanceof Inconclusive) return plain('inconclusive', error.message);
  if (error instanceof AssertionError) {
    const [first] = definition.covers;
    return violated(first ?? '', error.message, String((error as { actual?: unknown }).actual));
  }
  // the user's own command: not a fault of the tester
  if (error instanceof HarnessError && error.code === 'trigger') return plain('error', error.message);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return plain('error', `the tester's own fault: ${text}`);
}

/** A body that came to its end: what the oracle saw meanwhile and the warnings noted still count. */
export function decideEnd(t: CaseBase, judge: Judge): Decision {
  const covers: readonly string[] = t.covers;
  const sightings = judge.during(t.id).filter((s) => covers.includes(s.requirement));
  const worst = sightings.find((s) => verdictOf(s.requirement) === 'fail') ?? sightings[0];
  if (worst) {
    t.recorder.blame(worst.bytes);
    return violated(worst.requirement, worst.expected, worst.actual);
  }
  const [warning] = t.warnings;
  if (warning) return { ...violated(warning.requirement, warning.expected, warning.actual), verdict: 'warn' };
  return plain('pass', t.notes.join('; '));
}

export function resultOf(
  definition: CaseDefinition,
  decision: Decision,
  rest: Pick<CaseResult, 'durationMs' | 'frames' | 'framesOmitted' | 'repeat'>,
): CaseResult {
  return {
    id: definition.id,
    title: definition.title,
    document: documents[definition.document].citation,
    section: definition.section,
    dut: definition.dut,
    level: levelOf(definition),
    requirements: definition.covers,
    ...decision,
    ...rest,
  };
}

/** What the oracle saw of a whole-run case's requirements since the run began. */
export function decideWholeRun(t: CaseBase, judge: Judge, now: number): Decision {
  const seen = t.covers.map((id) => ({ id, ...judge.of(id) }));
  const bad = seen.filter((s) => s.violations > 0);
  const worst = bad.find((s) => verdictOf(s.id) === 'fail') ?? bad[0];
  const [first] = worst?.first ?? [];
  if (worst && first) {
    t.recorder.add('received', isIpv4(first.bytes) ? 'ip' : 'udp', 'device', 'tester', first.bytes, now);
    t.recorder.blame(first.bytes);
    const times = `${worst.violations} of ${worst.violations + worst.held} times, first in ${first.during}`;
    return violated(worst.id, first.expected, `${first.actual} (${times})`);
  }
  const held = seen.reduce((sum, s) => sum + s.held, 0);
  if (held === 0) return plain('inconclusive', 'nothing in this run showed it either way');
  return plain('pass', `held ${held} times in this run`);
}

/** Mobile IP messages begin with a type of at most 15, IPv4 packets with version 4. */
const isIpv4 = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >> 4 === 4;
