/** What an agent does that is told of a revocation, on either side of it. RFC 3543 §3. */
import type { Endpoint } from '../net/port.js';
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import type { AuthenticationExtension, Dialect, Extension, RevocationSupportExtension } from '../wire/extensions.js';
import { encode, type InputOf } from '../wire/layout.js';
import { coveredBy, decodeRevocation, type Revocation, revocationAckLayout } from '../wire/mobileip.js';
import type { AgentOutput } from './agent.js';
import type { RequestDatagram } from './ha-rules.js';

/** Whom a binding's revocation concerns, settled when both sides offered it. */
export interface RevocationPeer {
  /** Own end and that of the peer in the exchange that settled it. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly association: SecurityAssociation;
  readonly extension: 'mnHa' | 'faHa';
  /** The peer's clock when it registered, in seconds; what it revokes must be later (RFC 3543 §3.5). */
  readonly timestamp: number;
}

export type Ends = Pick<RevocationPeer, 'local' | 'remote'>;
export type RevocationAckInput = Omit<InputOf<typeof revocationAckLayout>, 'extensions'>;

/** The decisions of who is told, for deviations to wrap. */
export interface ToldRules {
  isAuthentic(octets: Uint8Array, extensions: readonly Extension[], peer: RevocationPeer): boolean;
  /** Whether the A bit says that the other side sent it. */
  isFromOtherSide(revocation: Revocation): boolean;
  isFresh(revocation: Revocation, peer: RevocationPeer): boolean;
  acknowledge(revocation: Revocation): RevocationAckInput;
  addressAck(datagram: RequestDatagram): Ends;
}

/** RFC 3543 §3.2: the clock that both extension and identifier show. */
export const seconds = (ms: number): number => Math.floor(ms / 1000) % 2 ** 32;

/** The offer of revocation in a message, RFC 3543 §3.2. */
export const offerIn = (extensions: readonly Extension[]): RevocationSupportExtension | undefined =>
  extensions.find((e): e is RevocationSupportExtension => e.name === 'revocationSupport');

/** The rules of an agent whose peers are home agents, or else foreign agents. */
export const toldRules = (byHomeAgent: boolean): ToldRules => ({
  isAuthentic: (octets, extensions, { association, extension }) => {
    const found = extensions.filter((e): e is AuthenticationExtension => e.name === extension);
    const [only] = found;
    if (found.length !== 1 || only?.spi !== association.spi) return false;
    return verifies(association, coveredBy(octets, only), only.authenticator ?? new Uint8Array(0));
  },
  isFromOtherSide: (revocation) => revocation.byHomeAgent === byHomeAgent,
  // modulo 2^32, as the clock is
  isFresh: ({ revocationId }, { timestamp }) => ((revocationId - timestamp) | 0) > 0,
  acknowledge: ({ homeAddress, revocationId }) => ({ homeAddress, revocationId }), // I is not offered, so it stays 0
  addressAck: ({ local, remote }) => ({ local, remote }), // RFC 3543 §4.2.2.2, §4.2.3.2
});

/** A binding that a revocation may end. */
export interface Revocable {
  readonly peer: RevocationPeer;
  remove(): void;
}

/** Heeds a revocation; what is not right in it is silently discarded (RFC 3543 §3.3, §3.5). */
export function heed(
  datagram: RequestDatagram,
  dialect: Dialect,
  rules: ToldRules,
  find: (revocation: Revocation) => Revocable | undefined,
): readonly AgentOutput[] {
  const decoded = decodeRevocation(datagram.payload, dialect);
  if (!decoded.ok) return [];
  const { value } = decoded;
  const found = find(value);
  if (!found) return [];
  const { peer } = found;
  const right =
    rules.isFromOtherSide(value) &&
    rules.isAuthentic(datagram.payload, value.extensions, peer) &&
    rules.isFresh(value, peer);
  if (!right) return [];
  found.remove();
  const { association, extension } = peer;
  const input = { ...rules.acknowledge(value), extensions: [{ name: extension, spi: association.spi }] };
  const payload = encode(revocationAckLayout, input, { dialect, keys: () => association });
  return [{ kind: 'udp', ...rules.addressAck(datagram), payload }];
}
