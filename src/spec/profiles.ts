/**
 * Which document a device follows, as one table: how its GRE Key extension looks, for whose packets a key is, and which
 * rules it has to meet. Suites are the same for all; what a profile does without is skipped and says so.
 */
import type { GreKeyForm } from '../wire/extensions.js';
import { requirement, documents } from './catalogue.js';
import type { Profile } from './config.js';
import { defaultKnobs, type KnobName, type KnobValues } from './knobs.js';
import type { DocumentKey, Requirement } from './types.js';

/** Whose packets carry the key that a message names: those of its sender, or those to it. */
export type KeyDirection = 'sender' | 'receiver';

export interface ProfileTraits {
  readonly profile: Profile;
  readonly citation: string;
  readonly greKeyForm: GreKeyForm;
  /** Second octet of the extension: a length in the plain form, a sub-type in the long one. It tells the layouts apart. */
  readonly secondOctet: 6 | 0;
  readonly keyDirection: KeyDirection;
  /** Whether the extension can ask for an L2 tunnel. */
  readonly aFlag: boolean;
  /** Defaults of knobs that differ from those of the catalogue. */
  readonly knobs: Readonly<Partial<Record<KnobName, string>>>;
  /** Documents, and single requirements of others, that the profile does without. */
  readonly without: readonly (DocumentKey | RuleId)[];
  /** Documents whose rules are known for this profile from memory only: their level is `info` until confirmed. */
  readonly unconfirmed: readonly DocumentKey[];
  /** Rules of other documents that this one has in its own words, in place of theirs. */
  readonly restated: Readonly<Record<RuleId, Pick<Requirement, 'level' | 'text'>>>;
}

type RuleId = `${string}-${number}`;

export const profileTraits: Readonly<Record<Profile, ProfileTraits>> = {
  'tsirtsis-00': {
    profile: 'tsirtsis-00',
    citation: documents.tsirtsis.citation,
    greKeyForm: 'tsirtsis-00',
    secondOctet: 6,
    keyDirection: 'sender',
    aFlag: true,
    knobs: {},
    without: [],
    unconfirmed: [],
    restated: {},
  },
  'yegani-02': {
    profile: 'yegani-02',
    citation: documents.yegani.citation,
    greKeyForm: 'yegani-02',
    secondOctet: 6,
    keyDirection: 'receiver', // yegani-02 §5
    aFlag: false,
    // only -03 lets key 0 ask for a key
    knobs: { key_direction: 'receiver', zero_key: 'none' },
    without: ['tsirtsis'],
    unconfirmed: [],
    restated: {},
  },
  rfc6245: {
    profile: 'rfc6245',
    citation: 'RFC 6245',
    greKeyForm: 'rfc6245',
    secondOctet: 0,
    keyDirection: 'receiver',
    aFlag: false,
    knobs: { key_direction: 'receiver', g_without_ext: 'keyless' }, // only the drafts deny GRE without the extension
    // its layout is the long one
    without: ['tsirtsis', 'YG-08', 'YG-13'],
    // RFC 6245 grew from this draft; its own text has not been read
    unconfirmed: ['yegani'],
    // what the draft says of its reserved bits becomes the layout itself, which is what the profile stands for: without it
    // there is nothing that two devices could agree by. The registry of Mobile IPv4 numbers has sub-types for type 48
    restated: {
      'YG-22': {
        level: 'fact',
        text: 'Whoever sends the extension gives it Sub-Type 0 and a Length of 16 bits, which is 4, in front of the key.',
      },
    },
  },
};

/** Values of all knobs where nobody says otherwise. */
export const profileKnobs = (profile: Profile): KnobValues => ({ ...defaultKnobs(), ...profileTraits[profile].knobs });

/** A requirement as the profile has it, with its level there; undefined where the profile does without. */
export function ruleIn(profile: Profile, id: string): Requirement | undefined {
  const row = requirement(id);
  const { without, unconfirmed, restated } = profileTraits[profile];
  if (without.some((name) => name === row.document || name === row.id)) return undefined;
  const own = ownWords(restated, id);
  if (own) return { ...row, ...own };
  return unconfirmed.includes(row.document) ? { ...row, level: 'info' } : row;
}

/** Whether the profile has the rule in its own words. */
export const isRestated = (profile: Profile, id: string): boolean =>
  ownWords(profileTraits[profile].restated, id) !== undefined;

const ownWords = (restated: ProfileTraits['restated'], id: string): ProfileTraits['restated'][RuleId] | undefined =>
  Object.hasOwn(restated, id) ? restated[id as RuleId] : undefined;

/** Requirements about key 0 as the wish for a key: they bind only where it is one (knob `zero_key`). */
export const zeroKeyRules: ReadonlySet<string> = new Set(['TS-04', 'TS-06', 'TS-07', 'TS-23', 'YG-24', 'YG-25']);

/** The profile that traffic speaks of. Yegani's layout is that of tsirtsis with A=0, so the direction of keys decides. */
export function profileOf(seen: {
  readonly secondOctet: number;
  readonly keyDirection?: KeyDirection | undefined;
  readonly aFlag: boolean;
}): Profile {
  if (seen.secondOctet === profileTraits.rfc6245.secondOctet) return 'rfc6245';
  return seen.keyDirection === 'receiver' && !seen.aFlag ? 'yegani-02' : 'tsirtsis-00';
}
