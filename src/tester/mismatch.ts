/**
 * A device that speaks, but not as the profile has it: its extension has another layout, or its keys are for the other
 * direction. Then one cause breaks many cases, so what they say is about that cause, and rules that have nothing to do
 * with it are not held against the device.
 */
import { requirement } from '../spec/catalogue.js';
import type { Profile } from '../spec/config.js';
import type { KeyDirection } from '../spec/profiles.js';
import type { DocumentKey } from '../spec/types.js';
import { type Dialect, extensionType } from '../wire/extensions.js';
import { decodeRrp, decodeRrq } from '../wire/mobileip.js';
import type { Recorder } from './recorder.js';
import type { Decision } from './result.js';

export interface Mismatch {
  /** Keys of the wrong direction spoil the tunnel only; another layout everything that has to do with keys. */
  readonly kind: 'layout' | 'direction';
  /** What the device does, and what to say instead. */
  readonly text: string;
}

/** `seen` are the profiles that have it so. */
export function otherLayout(profile: Profile, ...seen: readonly [Profile, ...Profile[]]): Mismatch {
  return {
    kind: 'layout',
    text: `the device has the GRE Key extension in the layout of ${seen.join(' and ')}, not of ${profile}: try --profile ${seen.join(' or ')}`,
  };
}

export function otherDirection(profile: Profile, seen: KeyDirection): Mismatch {
  const advice =
    profile === 'rfc6245'
      ? `--knob key_direction=${seen}`
      : `--profile ${seen === 'receiver' ? 'yegani-02' : 'tsirtsis-00'}, or --knob key_direction=${seen}`;
  return {
    kind: 'direction',
    text: `the device takes keys for those of the ${seen} of packets, which is not how profile ${profile} has it (A-01): try ${advice}`,
  };
}

/** Whether a case had to do with keys: one of its messages has the extension, or there is none to tell. */
export function usesKeys({ messages }: Recorder, dialect: Dialect): boolean {
  return messages.length === 0 || messages.some((bytes) => carriesKeys(bytes, dialect));
}

/** Whether a message has an extension of that number, in whatever layout. */
function carriesKeys(bytes: Uint8Array, dialect: Dialect): boolean {
  const rrq = decodeRrq(bytes, dialect);
  const message = rrq.ok ? rrq : decodeRrp(bytes, dialect);
  return message.ok && message.value.extensions.some((e) => extensionType(e, dialect) === dialect.greKeyType);
}

/** Documents whose rules are about the extension and its keys. */
const aboutKeys: ReadonlySet<DocumentKey> = new Set(['tsirtsis', 'yegani']);

/** Whether a requirement is about the extension or its keys. */
export const isAboutKeys = (id: string): boolean => aboutKeys.has(requirement(id).document);

/** What a case says once the mismatch is known; `usesKeys` is false when it has nothing to do with it. */
export function inLightOf({ text }: Mismatch, decision: Decision, usesKeys: boolean): Decision {
  const { verdict, reason, requirement: id } = decision;
  if (verdict === 'inconclusive') return usesKeys ? { ...decision, reason: `${reason}; ${text}` } : decision;
  if (verdict !== 'fail' && verdict !== 'warn') return decision;
  if (id !== undefined && isAboutKeys(id)) {
    return { ...decision, actual: `${decision.actual}; ${text}` };
  }
  if (!usesKeys) return decision;
  return { ...decision, verdict: 'inconclusive', reason: `${text}; until then nothing is said of ${reason}` };
}
