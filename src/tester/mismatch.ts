/**
 * A device that speaks, but not as the profile has it: its extension has another layout, or its keys are for the other
 * direction. Then one cause breaks many cases. The rules about that very thing fail, for whoever says which profile the
 * device follows has asked about it; rules that have nothing to do with it are not held against the device.
 */
import type { ObservedMessage } from '../oracle/exchange.js';
import { requirement } from '../spec/catalogue.js';
import type { Profile } from '../spec/config.js';
import { type KeyDirection, profileTraits } from '../spec/profiles.js';
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
  /** Of another layout: a message that no device of the profile sends. Absent where the device may have had its reasons. */
  readonly proof?: LayoutProof | undefined;
}

export interface LayoutProof {
  readonly message: ObservedMessage;
  /** The request that the message answers; absent where the device has spoken first. */
  readonly request?: ObservedMessage | undefined;
  /** Where the extension begins in the message. */
  readonly at: number;
}

/** `seen` are the profiles that have it so. */
export function otherLayout(
  profile: Profile,
  seen: readonly [Profile, ...Profile[]],
  proof: LayoutProof | undefined,
): Mismatch {
  return {
    kind: 'layout',
    proof,
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

/** How a profile begins the extension, behind its type. */
export const layoutText = (profile: Profile): string =>
  profileTraits[profile].secondOctet === profileTraits.rfc6245.secondOctet
    ? 'Sub-Type 0 and the 16-bit Length 4'
    : 'Length 6 and 16 bits of flags';

/** How the extension begins that proves another layout. */
export function proofText({ message: { bytes }, request, at }: LayoutProof): string {
  const octets = Array.from(bytes.subarray(at, at + 4), (octet) => octet.toString(16).padStart(2, '0'));
  return `an extension that begins with ${octets.join(' ')}${request ? ', for a request that has it so' : ''}`;
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

/**
 * How keys are used in the tunnel. Where one side cannot read the extension of the other, none have been agreed, so that no
 * packet can be right or wrong.
 */
const usesOfKeys: ReadonlySet<string> = new Set(['TS-05', 'TS-23', 'TS-24', 'YG-19', 'YG-20', 'YG-23']);

/** Whether a case that ended with this violation has shown the mismatch itself, rather than what comes of it. */
const isAbout = (kind: Mismatch['kind'], id: string, tunnel: boolean): boolean =>
  isAboutKeys(id) && !(kind === 'layout' && tunnel && usesOfKeys.has(id));

/** What a case says once the mismatch is known. */
export function inLightOf(
  { kind, text }: Mismatch,
  decision: Decision,
  /** `usesKeys` is false when it has nothing to do with it; `tunnel`, whether it looks at tunnel packets. */
  { usesKeys, tunnel }: { readonly usesKeys: boolean; readonly tunnel: boolean },
): Decision {
  const { verdict, reason, requirement: id } = decision;
  if (verdict === 'inconclusive') return usesKeys ? { ...decision, reason: `${reason}; ${text}` } : decision;
  if (verdict !== 'fail' && verdict !== 'warn') return decision;
  if (id !== undefined && isAbout(kind, id, tunnel)) {
    return { ...decision, actual: `${decision.actual}; ${text}` };
  }
  if (!usesKeys) return decision;
  return { ...decision, verdict: 'inconclusive', reason: `${text}; until then nothing is said of ${reason}` };
}
