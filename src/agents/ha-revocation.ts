/** Registration revocation, RFC 3543: what the home agent offers, whom it tells that a binding ended, and who tells it. */
import type { Extension } from '../wire/extensions.js';
import type { InputOf } from '../wire/layout.js';
import { mobileIpPort, type revocationLayout } from '../wire/mobileip.js';
import { ipv4Text } from '../wire/text.js';
import { foreignAssociation, mobileAssociation } from './ha-authentication.js';
import type { Binding } from './ha-bindings.js';
import type { HomeAgentConfig } from './ha-config.js';
import type { Exchange, RemovalCause } from './ha-rules.js';
import { type Ends, offerIn, type RevocationPeer, seconds, type ToldRules, toldRules } from './revocation.js';

export type RevocationInput = Omit<InputOf<typeof revocationLayout>, 'extensions'>;

/** The decisions about revocation, for deviations to wrap. */
export interface RevocationRules extends ToldRules {
  /** Whether the peer of a binding that ended for this cause is told. */
  tells(cause: RemovalCause): boolean;
  address(peer: RevocationPeer): Ends;
  build(binding: Binding, now: number): RevocationInput;
  /** Milliseconds to wait for an acknowledgment after that many transmissions; undefined: it was the last. */
  patience(transmissions: number): number | undefined;
}

/** RFC 3543 §3.3: later ones wait longer, and none follows another within a second. */
const patience = [1500, 3000] as const;

export const revocationRules: RevocationRules = {
  ...toldRules(false),
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
};

/** RFC 3543 §3.2: the extension of an accepting reply, only where the request had it too. */
export function offerRevocation(x: Exchange, code: number, config: HomeAgentConfig): readonly Extension[] {
  if (!config.features.revocation || code > 1 || !offerIn(x.request.extensions)) return [];
  return [{ name: 'revocationSupport', timestamp: seconds(x.at) }];
}

/** The peer of the binding that a request makes; undefined where revocation is not agreed. */
export function revocationPeer(
  x: Exchange,
  reply: Ends | undefined,
  config: HomeAgentConfig,
): RevocationPeer | undefined {
  const offer = config.features.revocation ? offerIn(x.request.extensions) : undefined;
  const foreign = foreignAssociation(x, config);
  const association = foreign ?? mobileAssociation(x, config);
  if (!offer || !association || !reply) return undefined;
  return { ...reply, association, extension: foreign ? 'faHa' : 'mnHa', timestamp: offer.timestamp };
}
