/** A valid Registration Request for a mobile node, as a proxy sends it; and the ways to bend one. */
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

/** How reports name a mode. */
export function modeName({ key, a }: Mode): string {
  if (key === undefined) return 'IP-in-IP';
  return `${a ? 'L2' : 'normal'} mode, key ${key === 0 ? '0' : 'not 0'}`;
}

/** Seconds asked for when a case does not care. */
const usualLifetime = 600;

/** `ownKey` is the reverse key that stands for `own`. */
export function validRequest(
  session: Session,
  nai: string,
  careOf: string,
  ownKey: number,
  options: RequestOptions,
): RrqInput {
  const { config } = session;
  const lifetime = options.lifetime ?? Math.min(usualLifetime, config.pixit.maxLifetime ?? usualLifetime);
  const key = options.key === 'own' ? ownKey : options.key;
  return {
    simultaneous: options.simultaneous ?? false,
    broadcast: options.broadcast ?? false,
    decapsulation: options.decapsulation ?? false,
    gre: options.gre ?? key !== undefined,
    reverseTunneling: knobValue(config.knobs, 't_bit') !== '0' && config.pics.reverseTunneling,
    lifetime,
    homeAddress: options.homeAddress ?? '0.0.0.0',
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
