/** Types of the requirement catalogue, verdicts and the knobs. Data only: no behaviour. */

/** The documents that requirements are taken from. Keys appear in case ids, but for tsirtsis-00, which has none. */
export type DocumentKey =
  | 'tsirtsis'
  | 'yegani'
  | 'leung'
  | 'rfc3344'
  | 'rfc3024'
  | 'rfc2794'
  | 'rfc4433'
  | 'rfc3543'
  | 'rfc2784'
  | 'rfc2890'
  | 'rfc791';

/**
 * How strong a requirement is: `fact` is stated without an RFC 2119 word, `info` is known from memory only, so that a
 * deviation decides nothing until somebody confirms the rule.
 */
export type Level = 'MUST' | 'SHOULD' | 'MAY' | 'fact' | 'inference' | 'info';

/** Who has to meet a requirement. */
export type Role = 'ha' | 'mpa' | 'both' | 'fa' | 'mn';

export interface Requirement {
  /** Stable id, for example `TS-12`. */
  readonly id: string;
  readonly document: DocumentKey;
  /** Section number in the document, for example `5.2`. */
  readonly section: string;
  readonly role: Role;
  readonly level: Level;
  /** One sentence in our own words. */
  readonly text: string;
  /** How a black box shows it, or why it cannot. */
  readonly test:
    { readonly observable: true; readonly how: string } | { readonly observable: false; readonly why: string };
}

export const verdicts = ['pass', 'fail', 'warn', 'inconclusive', 'skip', 'error'] as const;
export type Verdict = (typeof verdicts)[number];

/** A named choice where the documents are ambiguous or silent. */
export interface Knob {
  readonly name: string;
  /** The ambiguity of the documents behind it, such as `A-19`; absent where it sizes a test or follows from the profile. */
  readonly ambiguity?: string;
  /** Allowed words, or a whole-number range. */
  readonly values: readonly string[] | { readonly min: number; readonly max: number };
  readonly default: string;
  /** What it decides, and why the default is what it is; two sentences at most. */
  readonly why: string;
}
