/** Registration revocation, RFC 3543: what the home agent offers, whom it tells that a binding ended, and who tells it. */
import type { Endpoint } from '../net/port.js';
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import type { AuthenticationExtension, Extension, RevocationSupportExtension } from '../wire/extensions.js';
import type { InputOf } from '../wire/layout.js';
import {
  coveredBy,
  mobileIpPort,
  type Revocation,
  type revocationAckLayout,
  type revocationLayout,
} from '../wire/mobileip.js';
import { ipv4Text } from '../wire/text.js';
import { foreignAssociation, mobileAssociation } from './ha-authentication.js';
import type { Binding } from './ha-bindings.js';
import type { HomeAgentConfig } from './ha-config.js';
import type { Exchange, RemovalCause, RequestDatagram } from './ha-rules.js';

/** Whom a binding's revocation concerns, settled when both sides offered it. */
export interface RevocationPeer {
  /** Where the accepting reply went from and to. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly association: SecurityAssociation;
  readonly extension: 'mnHa' | 'faHa';
  /** The peer's clock when it registered, in seconds; what it revokes must be later (RFC 3543 §3.5). */
  readonly timestamp: number;
}

export type Ends = Pick<RevocationPeer, 'local' | 'remote'>;
export type RevocationInput = Omit<InputOf<typeof revocationLayout>, 'extensions'>;
export type RevocationAckInput = Omit<InputOf<typeof revocationAckLayout>, 'extensions'>;

/** The decisions about revocation, for deviations to wrap. */
export interface RevocationRules {
  /** Whether the peer of a binding that ended for this cause is told. */
  tells(cause: RemovalCause): boolean;
  address(peer: RevocationPeer): Ends;
  build(binding: Binding, now: number): RevocationInput;
  /** Milliseconds to wait for an acknowledgment after that many transmissions; undefined: it was the last. */
  patience(transmissions: number): number | undefined;
  isAuthentic(octets: Uint8Array, extensions: readonly Extension[], peer: RevocationPeer): boolean;
  isFromForeignAgent(revocation: Revocation): boolean;
  isFresh(revocation: Revocation, peer: RevocationPeer): boolean;
  acknowledge(revocation: Revocation): RevocationAckInput;
  addressAck(datagram: RequestDatagram): Ends;
}

/** RFC 3543 §3.2: the clock that both extension and identifier show. */
export const seconds = (ms: number): number => Math.floor(ms / 1000) % 2 ** 32;

/** RFC 3543 §3.3: later ones wait longer, and none follows another within a second. */
const patience = [1500, 3000] as const;

export const revocationRules: RevocationRules = {
  tells: (cause) => cause === 'superseded',
  address: ({ local, remote }) => ({ local, remote: { address: remote.address, port: mobileIpPort } }), // RFC 3543 §3.3
  build: ({ node, terms }, now) => ({
    byHomeAgent: true,
    homeAddress: ipv4Text(node.homeAddress),
    homeDomain: ipv4Text(terms.homeAgent),
    foreignDomain: ipv4Text(terms.careOf),
    revocationId: seconds(now),
  }),
  patience: (transmissions) => patience[transmissions - 1],
  isAuthentic: (octets, extensions, { association, extension }) => {
    const found = extensions.filter((e): e is AuthenticationExtension => e.name === extension);
    const [only] = found;
    if (found.length !== 1 || only?.spi !== association.spi) return false;
    return verifies(association, coveredBy(octets, only), only.authenticator ?? new Uint8Array(0));
  },
  isFromForeignAgent: ({ byHomeAgent }) => !byHomeAgent,
  // modulo 2^32, as the clock is
  isFresh: ({ revocationId }, { timestamp }) => ((revocationId - timestamp) | 0) > 0,
  acknowledge: ({ homeAddress, revocationId }) => ({ homeAddress, revocationId }), // I is not offered, so it stays 0
  addressAck: ({ local, remote }) => ({ local, remote }), // RFC 3543 §4.2.3.2
};

const offerOf = (x: Exchange): RevocationSupportExtension | undefined =>
  x.request.extensions.find((e): e is RevocationSupportExtension => e.name === 'revocationSupport');

/** RFC 3543 §3.2: the extension of an accepting reply, only where the request had it too. */
export function offerRevocation(x: Exchange, code: number, config: HomeAgentConfig): readonly Extension[] {
  if (!config.features.revocation || code > 1 || !offerOf(x)) return [];
  return [{ name: 'revocationSupport', timestamp: seconds(x.at) }];
}

/** The peer of the binding that a request makes; undefined where revocation is not agreed. */
export function revocationPeer(
  x: Exchange,
  reply: Ends | undefined,
  config: HomeAgentConfig,
): RevocationPeer | undefined {
  const offer = config.features.revocation ? offerOf(x) : undefined;
  const foreign = foreignAssociation(x, config);
  const association = foreign ?? mobileAssociation(x, config);
  if (!offer || !association || !reply) return undefined;
  return { ...reply, association, extension: foreign ? 'faHa' : 'mnHa', timestamp: offer.timestamp };
}
