/** Registration revocation with a home agent as a case plays it, RFC 3543: agreed, heard, sent and acknowledged. */
import type { Extension } from '../wire/extensions.js';
import { encode } from '../wire/layout.js';
import { mobileIpPort, type Revocation, type RevocationAck, revocationAckLayout } from '../wire/mobileip.js';
import type { Arrivals } from './arrivals.js';
import { insert } from './bend.js';
import type { CaseContext } from './context.js';
import type { MobileNode } from './mobile-node.js';
import { packetMode } from './reach.js';
import {
  breath,
  finishRevocation,
  type Heard,
  hearing,
  offersRevocation,
  post,
  type RevocationBend,
  revocationTime,
} from './revocation-messages.js';

/**
 * Registers an MN at UDP port 434 of its address with an offer of revocation that the device takes up, and lets a second
 * pass; else the case is inconclusive.
 */
export async function agreeRevocation(t: CaseContext, mn: MobileNode): Promise<void> {
  if (!(await t.usePort(mn, mobileIpPort))) t.skip(`UDP port ${mobileIpPort} of the tester cannot be had`);
  await offer(t, mn);
}

/** The same for an MN that has moved or comes again. */
export async function offer(t: CaseContext, mn: MobileNode): Promise<void> {
  // RFC 3543 §3.2: before the authenticator of the one who will heed revocations
  const place = t.config.faHa ? 'faHa' : 'mnHa';
  const extension = { name: 'revocationSupport', timestamp: revocationTime(t) } as const;
  const bend = insert('before', place, extension);
  const answer = await t.ask(mn, mn.request(packetMode(t)), { bend });
  if (answer.kind === 'silence' || !answer.exchange.accepted) {
    t.undecided('a registration that offers revocation was not accepted');
  }
  if (!offersRevocation(answer.exchange.rrp)) {
    t.undecided('the device accepted without taking up the offer of revocation (extension 137)');
  }
  await t.forcedWait(breath);
}

/** Runs `body` with what comes for the home address of an MN: revocations and acknowledgments. */
export const listening = <R>(
  t: CaseContext,
  mn: MobileNode,
  body: (revocations: Arrivals<Heard<Revocation>>, acks: Arrivals<Heard<RevocationAck>>) => Promise<R>,
): Promise<R> => hearing(t, mn.binding?.homeAddress, body);

/** By the association of the foreign agent where there is one, else of the mobile node. */
function signature(t: CaseContext): Extension {
  const { mnHa, faHa } = t.config;
  return faHa ? { name: 'faHa', spi: faHa.spi } : { name: 'mnHa', spi: mnHa.spi };
}

/** Sends a revocation by the foreign agent of an MN; gives its octets, and its identifier for the acknowledgment. */
export function revoke(t: CaseContext, mn: MobileNode, bend?: RevocationBend): { octets: Uint8Array; id: number } {
  const id = revocationTime(t);
  const message = {
    homeAddress: mn.binding?.homeAddress ?? '0.0.0.0',
    homeDomain: mn.binding?.homeAgent ?? t.session.target.address,
    foreignDomain: mn.station.address,
    revocationId: id,
    extensions: [signature(t)],
  };
  const octets = finishRevocation(t, message, bend);
  replay(t, mn, octets);
  return { octets, id };
}

/** Sends the octets of a revocation once more. */
export const replay = (t: CaseContext, mn: MobileNode, octets: Uint8Array): void =>
  post(t, mn.station, t.session.target, octets);

/** Acknowledges a revocation from where it came to. */
export function acknowledge(t: CaseContext, { message, station }: Heard<Revocation>): void {
  const { homeAddress, revocationId } = message;
  const input = { homeAddress, revocationId, extensions: [signature(t)] };
  post(t, station, t.session.target, encode(revocationAckLayout, input, t.session.wire));
}
