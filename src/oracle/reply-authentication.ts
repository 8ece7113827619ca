/** Rules for the authentication extensions of a reply: RFC 3344 §3.5 and §3.8.3.3. */
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import type { AuthenticationExtension, Extension } from '../wire/extensions.js';
import { coveredBy, replyCodes, type Rrp, type Rrq } from '../wire/mobileip.js';
import { type Bindings, mnOf } from './bindings.js';
import type { OracleContext } from './context.js';
import type { Exchange } from './exchange.js';
import { check, type Finding, holds, violated } from './finding.js';

/** Codes that may deny a request before it is known whom it is from. */
export const unproven: ReadonlySet<number> = new Set([
  replyCodes.mnFailedAuthentication,
  replyCodes.faFailedAuthentication,
  replyCodes.poorlyFormedRequest,
]);

export const isAuthentication = (e: Extension): e is AuthenticationExtension =>
  e.name === 'mnHa' || e.name === 'mnFa' || e.name === 'faHa' || e.name === 'generalizedAuth';

export function judgeReplyAuthentication(x: Exchange, bindings: Bindings, context: OracleContext): Finding[] {
  return [
    ...judgeMnHa(x, bindings, context),
    ...judgeFaHa(x, context),
    ...judgeMethod(x),
    ...judgeSpis(x),
    ...judgeOrder(x),
  ];
}

/** RFC 3344 §3.5.2: all replies of an HA carry MN-HA, and exactly one that verifies. */
function judgeMnHa(x: Exchange, bindings: Bindings, context: OracleContext): Finding[] {
  if (!context.mnHa || !knowsMobileNode(x, bindings, context.mnHa)) return [];
  const found = x.rrp.extensions.filter((e): e is AuthenticationExtension => e.name === 'mnHa');
  const [only] = found;
  if (!only && isPerNode(x, context)) return [];
  if (!only || found.length !== 1) {
    return [violated('HA-10', 'exactly one MN-HA authentication extension in the reply', `${found.length} of them`)];
  }
  const bad = authenticatorFault(x, only, context.mnHa);
  return [
    holds('HA-10'),
    bad === undefined ? holds('HA-11') : violated('HA-11', 'an MN-HA authenticator that verifies', bad),
  ];
}

/**
 * draft-leung-mip4-proxy-mode-10 §4.3 and §5.1: a request that FA-HA alone authenticates is answered in the same way, and
 * extension 47 says so.
 */
function isPerNode(x: Exchange, context: OracleContext): boolean {
  if (x.rrq.extensions.some((e) => e.name === 'mnHa')) return false;
  const byFa = x.rrp.extensions.some((e) => e.name === 'faHa' && isRight(x.reply.bytes, e, context.faHa));
  return byFa && namesMethod(x.rrp);
}

/** draft-leung-mip4-proxy-mode-10 §5.1: the reply to a request that FA-HA alone authenticates names that method too. */
function judgeMethod({ accepted, rrq, rrp }: Exchange): Finding[] {
  if (!accepted || !namesMethod(rrq) || !isByFaHaAlone(rrq)) return [];
  return [check('LG-24', namesMethod(rrp), 'extension 47 in the reply, as in the request', 'none')];
}

const namesMethod = ({ extensions }: Rrq | Rrp): boolean => extensions.some((e) => e.name === 'pmipNonSkippable');

const isByFaHaAlone = ({ extensions }: Rrq): boolean => {
  const names = extensions.filter(isAuthentication).map((e) => e.name);
  return names.length > 0 && names.every((name) => name === 'faHa');
};

const isRight = (message: Uint8Array, e: AuthenticationExtension, sa: SecurityAssociation | undefined): boolean =>
  sa?.spi === e.spi && verifies(sa, coveredBy(message, e), e.authenticator ?? new Uint8Array(0));

/** Whether the request has exactly one extension of that name, and it verifies. */
export function isAuthentic(x: Exchange, name: 'mnHa' | 'faHa', sa: SecurityAssociation | undefined): boolean {
  const found = x.rrq.extensions.filter((e): e is AuthenticationExtension => e.name === name);
  const [only] = found;
  return only !== undefined && found.length === 1 && isRight(x.request.bytes, only, sa);
}

/** Every extension of the request could be read: nothing kept the HA from finding the one that authenticates it. */
const isReadable = ({ rrq }: Exchange): boolean =>
  !rrq.extensions.some((e) => e.name === 'tail' || (e.name === 'raw' && e.issue !== undefined));

/**
 * An HA that has no association for the sender (unknown MN or SPI) cannot authenticate its denial. Codes other than 131
 * and 134 come after the authentication check, so the HA knows whom it answers; so it does where code 134 denies a
 * request that is authentic.
 */
function knowsMobileNode(x: Exchange, bindings: Bindings, sa: SecurityAssociation): boolean {
  if (x.accepted) return true;
  if (!x.rrq.extensions.some((e) => e.name === 'mnHa' && e.spi === sa.spi)) return false;
  switch (x.rrp.code) {
    case replyCodes.mnFailedAuthentication:
      return bindings.hasSeen(mnOf(x));
    case replyCodes.poorlyFormedRequest:
      return bindings.hasSeen(mnOf(x)) || (isReadable(x) && isAuthentic(x, 'mnHa', sa));
    default:
      return true;
  }
}

function authenticatorFault(
  x: Exchange,
  extension: AuthenticationExtension,
  sa: SecurityAssociation,
): string | undefined {
  if (extension.spi !== sa.spi) return `SPI ${extension.spi} where ${sa.spi} is agreed`;
  const given = extension.authenticator ?? new Uint8Array(0);
  if (verifies(sa, coveredBy(x.reply.bytes, extension), given)) return undefined;
  return `SPI ${extension.spi} with an authenticator of ${given.length} octets that does not verify`;
}

/** Whether the HA has looked at FA-HA before it denied the request. */
function knowsForeignAgent(x: Exchange, sa: SecurityAssociation): boolean {
  return !unproven.has(x.rrp.code) && isAuthentic(x, 'faHa', sa);
}

/** RFC 3344 §3.8.3.3: with an association shared with the sender, FA-HA stands last in the reply. */
function judgeFaHa(x: Exchange, context: OracleContext): Finding[] {
  if (!context.faHa || !x.rrq.extensions.some((e) => e.name === 'faHa')) return [];
  if (!x.accepted && !knowsForeignAgent(x, context.faHa)) return [];
  const found = x.rrp.extensions.filter((e): e is AuthenticationExtension => e.name === 'faHa');
  const [only] = found;
  if (!only || found.length !== 1) {
    return [violated('HA-23', 'exactly one FA-HA authentication extension in the reply', `${found.length} of them`)];
  }
  const bad = authenticatorFault(x, only, context.faHa);
  return [bad === undefined ? holds('HA-23') : violated('HA-23', 'an FA-HA authenticator that verifies', bad)];
}

/** RFC 3344 §1.6: SPI values 0 to 255 are reserved. */
function judgeSpis(x: Exchange): Finding[] {
  return x.rrp.extensions
    .filter(isAuthentication)
    .map((e) => check('HA-09', e.spi >= 256, 'an SPI of 256 or more', () => `${e.name} with SPI ${e.spi}`));
}

/** RFC 3344 §3.8.3.3: MN-HA before FA-HA, and nothing behind FA-HA. */
function judgeOrder(x: Exchange): Finding[] {
  const names = x.rrp.extensions.filter((e) => e.name !== 'pad').map((e) => e.name);
  const fa = names.indexOf('faHa');
  if (fa < 0) return [];
  const right = names.indexOf('mnHa') < fa && fa === names.length - 1;
  return [check('HA-56', right, 'MN-HA, then FA-HA as the last extension', names.join(', '))];
}
