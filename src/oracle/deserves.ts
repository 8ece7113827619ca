/**
 * What a request deserves, told from its octets alone. Only what is certain for every lawful device is said: whatever is
 * left open by the documents or by a knob may be accepted.
 */
import { verifies } from '../wire/auth.js';
import type { AuthenticationExtension, Extension } from '../wire/extensions.js';
import { coveredBy, decodeRrq, high32, ntpTimestamp, type Rrq } from '../wire/mobileip.js';
import type { RequirementId } from '../spec/catalogue.js';
import type { OracleContext } from './context.js';
import { greKeyExtensions } from './exchange.js';

export type Deserts =
  | { readonly verdict: 'mayAccept' }
  | { readonly verdict: 'mustRefuse'; readonly requirement: RequirementId; readonly why: string };

/** What is known besides the octets. */
export interface Circumstances {
  /** When the request was sent, milliseconds since the Unix epoch. */
  readonly at: number;
  /** Addresses that are certainly not the device's, such as the tester's own. */
  readonly foreign: ReadonlySet<string>;
  /** The device is known to use the GRE Key extension. */
  readonly usesGreKeys: boolean;
  /** Seconds by which an Identification may be off at least before it has to be refused. */
  readonly tolerance?: number;
}

const mayAccept: Deserts = { verdict: 'mayAccept' };
const mustRefuse = (requirement: RequirementId, why: string): Deserts => ({ verdict: 'mustRefuse', requirement, why });

/** Seconds by which an Identification is beyond any sensible tolerance; RFC 3344 §5.7.1 has 7 as the usual one. */
const beyondTolerance = 600;
/** Type numbers that were never assigned and may not be skipped; lower ones may be known to a device. */
const firstUnassigned = 100;
const lastUnassigned = 126;

/** What can be told of a request from its octets. */
export interface Weighed {
  /** Undefined when the octets are no whole Registration Request. */
  readonly rrq: Rrq | undefined;
  /** False: a device need not know whom it answers, as far as that can be told. */
  readonly authentic: boolean;
  readonly deserts: Deserts;
}

const unreadable: Weighed = {
  rrq: undefined,
  authentic: false,
  deserts: mustRefuse('HA-31', 'it is no whole Registration Request'),
};

export function weigh(octets: Uint8Array, context: OracleContext, known: Circumstances): Weighed {
  const decoded = decodeRrq(octets, context.dialect);
  return decoded.ok ? weighRequest(decoded.value, octets, context, known) : unreadable;
}

/** The same of octets that were decoded before. */
export function weighRequest(rrq: Rrq, octets: Uint8Array, context: OracleContext, known: Circumstances): Weighed {
  const mnHa = named(rrq, 'mnHa');
  const rightMnHa = mnHa.filter((e) => isRight(e, octets, context.mnHa)).length;
  const deserts =
    unknownExtension(rrq, context) ??
    badAuthentication(rrq, octets, context, mnHa.length, rightMnHa) ??
    staleIdentification(rrq, context, known) ??
    foreignHomeAgent(rrq, known) ??
    badForm(rrq, context) ??
    gWithoutExtension(rrq, context, known) ??
    mayAccept;
  return { rrq, authentic: mnHa.length === 1 && rightMnHa === 1, deserts };
}

const named = (rrq: Rrq, name: 'mnHa' | 'faHa'): AuthenticationExtension[] =>
  rrq.extensions.filter((e): e is AuthenticationExtension => e.name === name);

function isRight(e: AuthenticationExtension, octets: Uint8Array, sa: OracleContext['mnHa']): boolean {
  return sa !== undefined && verifies(sa, coveredBy(octets, e), e.authenticator ?? new Uint8Array(0));
}

/** Whether nobody can know an extension that may not be skipped. */
export const isUnknown = (e: Extension, { dialect }: OracleContext): boolean =>
  e.name === 'raw' && e.type >= firstUnassigned && e.type <= lastUnassigned && e.type !== dialect.greKeyType;

/** RFC 3344 §1.8. */
function unknownExtension(rrq: Rrq, context: OracleContext): Deserts | undefined {
  return rrq.extensions.some((e) => isUnknown(e, context))
    ? mustRefuse('HA-28', 'it has an unknown extension that may not be skipped')
    : undefined;
}

/** RFC 3344 §3.8.2.1 a and c; a generalized authentication extension may be all that another device asks for. */
function badAuthentication(
  rrq: Rrq,
  octets: Uint8Array,
  context: OracleContext,
  mnHa: number,
  rightMnHa: number,
): Deserts | undefined {
  if (rrq.extensions.some((e) => e.name === 'generalizedAuth' || (e.name === 'raw' && e.type === 36))) return undefined;
  const faHa = named(rrq, 'faHa');
  if (mnHa === 0 && faHa.length === 0) return mustRefuse('HA-03', 'nothing in it authenticates it');
  // draft-leung-mip4-proxy-mode-10 §4.3: FA-HA may stand for the MN, where such an association is shared
  const byProxy = context.faHa !== undefined && faHa.some((e) => isRight(e, octets, context.faHa));
  if (context.mnHa && !byProxy && rightMnHa === 0) {
    return mustRefuse('HA-05', 'its MN-HA authenticator is wrong');
  }
  if (context.faHa && rrq.lifetime > 0 && !faHa.some((e) => isRight(e, octets, context.faHa))) {
    return mustRefuse('HA-20', 'it has no right FA-HA authenticator');
  }
  return undefined;
}

/** RFC 3344 §5.7.1; compared modulo 2^32 seconds, for the era of NTP ends in 2036. */
function staleIdentification(
  rrq: Rrq,
  context: OracleContext,
  { at, tolerance = beyondTolerance }: Circumstances,
): Deserts | undefined {
  if (context.replay === 'nonces') return undefined;
  const offset = (high32(rrq.identification) - high32(ntpTimestamp(at))) | 0;
  if (offset < tolerance && offset > -tolerance) return undefined;
  return mustRefuse('HA-12', `its Identification is ${offset} s off`);
}

/** RFC 3344 §3.8.3.2. */
function foreignHomeAgent({ homeAgent }: Rrq, { foreign }: Circumstances): Deserts | undefined {
  const first = Number.parseInt(homeAgent, 10);
  const isMulticast = first >= 224 && first < 240;
  if (!isMulticast && !foreign.has(homeAgent)) return undefined;
  return mustRefuse('HA-25', `its Home Agent ${homeAgent} is not the device`);
}

function badForm(rrq: Rrq, context: OracleContext): Deserts | undefined {
  if (context.knobs['reserved_bits'] === '134' && (rrq.reservedR || rrq.reservedX)) {
    return mustRefuse('HA-27', 'it has a reserved bit set'); // RFC 3344 §3.8.2.3, A-08
  }
  if (rrq.extensions.some((e) => e.name === 'tail')) {
    return mustRefuse('HA-31', 'an extension points past its end');
  }
  const broken = greKeyExtensions(rrq.extensions, context).some((e) => e.name === 'raw');
  return broken ? mustRefuse('HA-31', 'its GRE Key extension does not have the length of the layout') : undefined;
}

/** yegani-02 §4.2, A-07. */
function gWithoutExtension(rrq: Rrq, context: OracleContext, { usesGreKeys }: Circumstances): Deserts | undefined {
  if (!usesGreKeys || context.knobs['g_without_ext'] !== '134' || !rrq.gre || rrq.lifetime === 0) return undefined;
  const isThere = greKeyExtensions(rrq.extensions, context).length > 0;
  return isThere ? undefined : mustRefuse('YG-13', 'it has G without the GRE Key extension');
}
