/**
 * What is sent, as plain data that can be written as JSON: a plan names what differs from a valid message, so that it can
 * be sent again later, by another mobile node and with a fresh Identification.
 */

/** Values of a layout's fields by name: numbers, flags, text, addresses; octets as hex, 64-bit numbers as text. */
export type PlainValues = Readonly<Record<string, number | boolean | string>>;

/** A body that follows a layout of the registry. */
export interface BodyPlan {
  readonly name: 'revocationSupport' | 'dynamicHa' | 'pmipNonSkippable' | 'pmipSkippable' | 'criticalVendor';
  readonly values: PlainValues;
  readonly subType?: number;
  readonly length?: number;
}
export interface GreKeyPlan {
  readonly name: 'greKey';
  /** `own`: a fresh key of this mobile node, not 0. */
  readonly key: number | 'own';
  readonly a: boolean;
  readonly reserved?: number;
  readonly length?: number;
}
export interface NaiPlan {
  readonly name: 'nai';
  /** `own` is this mobile node's; `long` is its own made 255 octets long; anything else stands as it is. */
  readonly nai: string;
  readonly length?: number;
}
export interface AuthenticationPlan {
  readonly name: 'mnHa' | 'mnFa' | 'faHa' | 'generalizedAuth';
  readonly spi: number | 'agreed';
  /** `right` is computed with the agreed key; `wrong` has the right length only; otherwise octets in hex. */
  readonly authenticator: string;
  readonly length?: number;
}
export interface RawPlan {
  readonly name: 'raw';
  readonly type: number;
  /** Hex. */
  readonly data: string;
  /** Overrides the length octet, perhaps with one that points past the end. */
  readonly length?: number;
}
export type ExtensionPlan = BodyPlan | GreKeyPlan | NaiPlan | AuthenticationPlan | RawPlan | { readonly name: 'pad' };

/** Done to the finished octets, so that authenticators no longer cover them. */
export interface Damage {
  /** Octets kept. */
  readonly keep?: number;
  /** Hex of what is put behind. */
  readonly append?: string;
  /** Bits turned, counted from the first octet and wrapped at the end. */
  readonly flips?: readonly number[];
}

export interface RequestPlan {
  readonly kind: 'request';
  /** Fields of the fixed part that differ; addresses may be `@home`, `@other`, `@target`. */
  readonly fixed: PlainValues;
  readonly identification: 'fresh' | 'past' | 'future';
  readonly extensions: readonly ExtensionPlan[];
  readonly damage?: Damage;
}

export interface FramePlan {
  readonly kind: 'frame';
  /** Whose tunnel it goes into: that of a registered MN in normal mode, or in L2 mode. */
  readonly tunnel: 'l3' | 'l2';
  /** Fields of the GRE header that differ from the right ones. */
  readonly header: PlainValues;
  /** How the key is to be wrong; `right` where the header does not say. */
  readonly key: 'right' | 'none' | 'forward' | 'zero' | 'ones' | 'lowBit' | 'highBit' | 'swapped';
  readonly checksum: 'none' | 'right' | 'wrong';
  /** `echo`: an echo request to what lies behind the device; otherwise octets in hex. */
  readonly payload: string;
  readonly damage?: Damage;
}

export type Plan = RequestPlan | FramePlan;

/** What stands out of a plan, for grouping and for not sending the same again and again. */
export function features(plan: Plan): readonly string[] {
  const damage = Object.keys(plan.damage ?? {}).map((name) => `damage ${name}`);
  if (plan.kind === 'frame') {
    const header = Object.keys(plan.header).map((name) => `gre ${name}`);
    const payload = plan.payload === 'echo' ? [] : ['payload'];
    const key = plan.key === 'right' ? [] : [`key ${plan.key}`];
    return [`frame ${plan.tunnel}`, ...header, ...key, `checksum ${plan.checksum}`, ...payload, ...damage];
  }
  const fixed = Object.keys(plan.fixed);
  const identification = plan.identification === 'fresh' ? [] : [`identification ${plan.identification}`];
  const seen = new Map<string, number>();
  for (const e of plan.extensions) {
    const name = describe(e);
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  return [...fixed, ...identification, ...[...seen].map(([name, n]) => (n > 1 ? `${name} x${n}` : name)), ...damage];
}

function describe(e: ExtensionPlan): string {
  if (e.name === 'pad') return 'pad';
  const length = e.length === undefined ? '' : ` length ${e.length}`;
  if (e.name === 'raw') return `type ${e.type}${e.data === '' ? ' empty' : ''}${length}`;
  if (e.name === 'nai') return `nai${e.nai === 'own' ? '' : e.nai === 'long' ? ' long' : ' other'}${length}`;
  if (e.name === 'greKey') return `greKey ${keyWord(e.key)}${e.a ? ' A' : ''}${e.reserved ? ' reserved' : ''}${length}`;
  if ('authenticator' in e) {
    const quality = e.authenticator === 'right' || e.authenticator === 'wrong' ? e.authenticator : 'octets';
    return `${e.name} ${e.spi === 'agreed' ? '' : 'SPI '}${quality}${length}`;
  }
  return `${e.name}${length}`;
}

function keyWord(key: GreKeyPlan['key']): string {
  if (key === 'own') return 'own';
  if (key === 0) return 'zero';
  return key === 0xffffffff ? 'ones' : 'given';
}

/** In nearly every message: they say nothing of what is special about one. */
const ordinary: ReadonlySet<string> = new Set([
  ...['nai', 'mnHa right', 'mnHa wrong', 'greKey zero', 'greKey own', 'greKey zero A', 'greKey own A'],
  ...['frame l3', 'frame l2', 'checksum none'],
]);

/** What is special about a plan; nothing where it is as plain as can be. */
export const specialFeatures = (plan: Plan): readonly string[] => features(plan).filter((name) => !ordinary.has(name));
