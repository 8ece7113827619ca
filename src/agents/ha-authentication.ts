/** Who sent the request, RFC 3344 §3.8.2.1 a and c; with base rfc5944 the same section of RFC 5944. */
import { verifies, type SecurityAssociation } from '../wire/auth.js';
import type { AuthenticationExtension } from '../wire/extensions.js';
import { coveredBy, replyCodes } from '../wire/mobileip.js';
import type { ForeignAssociation, HomeAgentConfig } from './ha-config.js';
import type { Exchange, Refusal } from './ha-rules.js';

export function checkAuthentication(config: HomeAgentConfig) {
  const strict = config.base === 'rfc5944';
  return (x: Exchange): Refusal | undefined => {
    if (x.mnHa.length === 0) {
      // a datagram cut short inside its authenticator is not worth an answer
      return strict || x.malformed !== undefined ? 'discard' : replyCodes.mnFailedAuthentication;
    }
    if (!isKnown(x.nai, config)) return strict ? 'discard' : replyCodes.mnFailedAuthentication;
    // RFC 5944 §3.8.2.1 a lets several stand, RFC 3344 only one
    if (x.mnHa.length > 1 && !strict) return replyCodes.mnFailedAuthentication;
    for (const extension of x.mnHa) {
      const association = config.mnHa.find((sa) => sa.spi === extension.spi);
      if (!association && strict) return 'discard';
      if (!association || !isRight(association, x, extension)) return replyCodes.mnFailedAuthentication;
    }
    return undefined;
  };
}

export function checkForeignAgent(config: HomeAgentConfig) {
  const strict = config.base === 'rfc5944';
  return (x: Exchange): Refusal | undefined => {
    const shared = foreignAssociations(x, config);
    if (shared.length === 0) return strict && x.faHa.length > 0 ? 'discard' : undefined;
    // RFC 5944 §3.8.1: a deregistration does not carry it
    if (strict && x.request.lifetime === 0 && x.faHa.length === 0) return undefined;
    const [extension] = x.faHa;
    const association = shared.find((sa) => sa.spi === extension?.spi);
    const right = x.faHa.length === 1 && extension && association && isRight(association, x, extension);
    return right ? undefined : replyCodes.faFailedAuthentication;
  };
}

/** The association that authenticates the reply to the mobile node: even a denial needs one (RFC 3344 §3.8.3.3). */
export function mobileAssociation(x: Exchange, config: HomeAgentConfig): SecurityAssociation | undefined {
  return config.mnHa.find((sa) => sa.spi === x.mnHa[0]?.spi) ?? config.mnHa[0];
}

/** The association that authenticates the reply to the foreign agent, if one is shared with it. */
export function foreignAssociation(x: Exchange, config: HomeAgentConfig): SecurityAssociation | undefined {
  const shared = foreignAssociations(x, config);
  return shared.find((sa) => sa.spi === x.faHa[0]?.spi) ?? shared[0];
}

/** RFC 3344 §3.5.4: found by the IP source address of the request and the SPI. */
function foreignAssociations(x: Exchange, config: HomeAgentConfig): readonly ForeignAssociation[] {
  return config.faHa.filter((sa) => sa.address === undefined || sa.address === x.remote.address);
}

function isRight(association: SecurityAssociation, x: Exchange, extension: AuthenticationExtension): boolean {
  return verifies(association, coveredBy(x.payload, extension), extension.authenticator ?? new Uint8Array(0));
}

function isKnown(nai: string | undefined, config: HomeAgentConfig): boolean {
  return nai === undefined || config.realm === undefined || nai.endsWith(`@${config.realm}`);
}
