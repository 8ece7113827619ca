/** A valid Registration Request for a mobile node, as a proxy sends it; and the ways to bend one. */
import type { Binding } from '../oracle/bindings.js';
import type { RunConfig } from '../spec/config.js';
import { knobValue } from '../spec/knobs.js';
import type { Extension } from '../wire/extensions.js';
import type { RrqInput } from '../wire/mobileip.js';
import type { Session } from './session.js';

/** The four combinations of the draft: key 0 asks for one key, `own` announces a reverse key; A asks for an L2 tunnel. */
export interface Mode {
  /** Absent: no GRE Key extension, plain IP-in-IP. */
  readonly key?: number | 'own';
  readonly a?: boolean;
}

export interface RequestOptions extends Mode {
  /** Seconds; 0 deregisters. */
  readonly lifetime?: number;
  readonly homeAddress?: string;
  readonly careOf?: string;
  readonly homeAgent?: string;
  /** The G bit; follows the extension when left out. */
  readonly gre?: boolean;
  readonly simultaneous?: boolean;
  readonly broadcast?: boolean;
  readonly decapsulation?: boolean;
  readonly identification?: bigint;
}

export const draftModes = {
  bidirectional: { key: 0, a: false },
  unidirectional: { key: 'own', a: false },
  l2Bidirectional: { key: 0, a: true },
  l2Unidirectional: { key: 'own', a: true },
} as const satisfies Record<string, Mode>;

export const modes = { ...draftModes, ipInIp: {} } as const satisfies Record<string, Mode>;

/** Whether key 0 is the wish for a key; where it is not, no mode begins with it. */
export const asksWithZero = ({ knobs }: Pick<RunConfig, 'knobs'>): boolean => knobValue(knobs, 'zero_key') === 'asks';

/** The draft's modes that the device claims and the profile has. */
export function claimedModes(config: Pick<RunConfig, 'knobs' | 'pics'>): readonly Mode[] {
  const all: readonly Mode[] = Object.values(draftModes);
  return all.filter((mode) => (!mode.a || config.pics.l2) && (mode.key !== 0 || asksWithZero(config)));
}

/** A mode as the profile can have it: an MN that is to have some key asks with one of its own where 0 asks for none. */
function possible(mode: Mode, config: Pick<RunConfig, 'knobs'>): Mode {
  return mode.key === 0 && !asksWithZero(config) ? { ...mode, key: 'own' } : mode;
}

/** The same for several, each once. */
export function possibleModes(all: readonly Mode[], config: Pick<RunConfig, 'knobs'>): readonly Mode[] {
  const had = all.map((mode) => possible(mode, config));
  return had.filter((mode, i) => had.findIndex((other) => modeName(other) === modeName(mode)) === i);
}

/** The same for a proxy agent that is told to attach a node: where L2 tunnels cannot be had, a normal one shows as much. */
export function attachable(mode: Mode, config: Pick<RunConfig, 'knobs' | 'pics'>): Mode {
  return { ...possible(mode, config), ...(mode.a !== undefined && { a: mode.a && config.pics.l2 }) };
}

/** The key that a request names to keep what was agreed: that of the MPA, whichever packets it is for. */
export function agreedKeyOf(binding: Binding | undefined, { knobs }: Pick<RunConfig, 'knobs'>): number | undefined {
  return knobValue(knobs, 'key_direction') === 'receiver' ? binding?.forwardKey : binding?.reverseKey;
}

/** What a request that ends this binding asks for. */
export function endingOf(binding: Binding, config: Pick<RunConfig, 'knobs'>): RequestOptions {
  const agreed = agreedKeyOf(binding, config);
  const key = agreed === undefined ? {} : { key: agreed, a: binding.l2 };
  // an L2 MN whose HoA is 0 is named by its NAI, and the binding by its care-of address
  return { ...key, lifetime: 0, homeAddress: binding.homeAddress };
}

/** How reports name a mode. */
export function modeName({ key, a }: Mode): string {
  if (key === undefined) return 'IP-in-IP';
  return `${a ? 'L2' : 'normal'} mode, key ${key === 0 ? '0' : 'not 0'}`;
}

/** Seconds asked for when a case does not care. */
const usualLifetime = 600;

/** `ownKey` is the reverse key that stands for `own`; `homeAddress` is asked for where the options name none. */
export function validRequest(
  session: Session,
  nai: string,
  careOf: string,
  ownKey: number,
  options: RequestOptions,
  homeAddress = '0.0.0.0',
): RrqInput {
  const { config } = session;
  const lifetime = options.lifetime ?? Math.min(usualLifetime, config.pixit.maxLifetime ?? usualLifetime);
  const wish = possible(options, config).key;
  const key = wish === 'own' ? ownKey : wish;
  return {
    simultaneous: options.simultaneous ?? false,
    broadcast: options.broadcast ?? false,
    decapsulation: options.decapsulation ?? false,
    gre: options.gre ?? key !== undefined,
    reverseTunneling: knobValue(config.knobs, 't_bit') !== '0' && config.pics.reverseTunneling,
    lifetime,
    homeAddress: options.homeAddress ?? homeAddress,
    homeAgent: options.homeAgent ?? session.target.address,
    careOfAddress: options.careOf ?? careOf,
    identification: options.identification ?? session.identification(nai),
    extensions: arrange(session, nai, key === undefined ? undefined : { key, a: options.a ?? false }, lifetime),
  };
}

/** the GRE Key extension stands before MN-HA, or between MN-HA and FA-HA where that association exists. */
function arrange(
  session: Session,
  nai: string,
  greKey: { readonly key: number; readonly a: boolean } | undefined,
  lifetime: number,
): Extension[] {
  const { mnHa, faHa, knobs } = session.config;
  const place = knobValue(knobs, 'ext_place');
  const after = place === 'after_mnha' || (place === 'both' && faHa !== undefined);
  const key: Extension[] = greKey ? [{ name: 'greKey', ...greKey }] : [];
  // RFC 5944 §3.5.4: no FA-HA in a deregistration; RFC 3344 has no such exception
  const signsForFa = faHa && (lifetime > 0 || knobValue(knobs, 'base') === 'rfc3344');
  return [
    { name: 'nai', nai },
    ...(after ? [] : key),
    { name: 'mnHa', spi: mnHa.spi },
    ...(after ? key : []),
    ...(signsForFa ? [{ name: 'faHa', spi: faHa.spi } as const] : []),
  ];
}
