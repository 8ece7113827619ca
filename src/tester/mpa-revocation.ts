/** Registration revocation with a mobility proxy agent as a case plays it, RFC 3543: the tester is the home agent. */
import { defaultHomeNetwork } from '../spec/config.js';
import type { Extension } from '../wire/extensions.js';
import { mobileIpPort, type RevocationAck } from '../wire/mobileip.js';
import type { MpaContext } from './mpa-context.js';
import type { Policy, ProxiedNode, SeenRequest } from './proxied-node.js';
import { modes } from './request.js';
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

/** Grants what is asked for and takes up offers of revocation; one that is repeated gets the same timestamp. */
function agreeing(t: MpaContext): Policy {
  const revocation = revocationTime(t);
  return ({ rrq }) => (offersRevocation(rrq) ? { revocation } : {});
}

/**
 * A node in normal mode with whose registration revocation is agreed, a second ago; else the case is inconclusive. It
 * has a home address of its own, for a revocation names it by nothing else: .240 and up, by the number of the case.
 */
export async function agreedNode(t: MpaContext): Promise<ProxiedNode> {
  const { homeNetwork = defaultHomeNetwork } = t.config.pixit;
  const last = 240 + (Number(t.id.slice(-2)) % 15);
  const homeAddress = homeNetwork.replace(/\.\d+\/\d+$/, `.${last}`);
  const node = t.node(modes.bidirectional, { homeAddress, policy: agreeing(t) });
  await t.attach(node);
  await agreed(t, node, await t.request(node));
  return node;
}

/** Milliseconds within which an agent that has asked in vain since the revocation asks again. */
const retransmission = 15_000;

/** The same for a node whose registration was revoked, and that leaves and attaches again: its agent may wait for that. */
export async function agreeAgain(t: MpaContext, node: ProxiedNode): Promise<void> {
  const count = node.requests.all.length;
  node.policy = agreeing(t);
  await t.detach(node).catch(() => undefined); // it may be forgotten already
  await t.attach(node);
  const isNew = (request: SeenRequest): boolean =>
    request.rrq.lifetime > 0 && node.requests.all.indexOf(request) >= count;
  const request = await node.requests.first(retransmission, isNew);
  if (!request) return t.undecided('no registration came when the node attached again');
  await agreed(t, node, request);
}

async function agreed(t: MpaContext, node: ProxiedNode, { rrq }: SeenRequest): Promise<void> {
  if (!offersRevocation(rrq)) t.undecided('the request does not offer revocation (extension 137)');
  t.granted(node);
  await t.forcedWait(breath);
}

function latest(t: MpaContext, node: ProxiedNode): SeenRequest {
  return node.requests.all.findLast(({ rrq }) => rrq.lifetime > 0) ?? t.undecided('no registration came');
}

/** By the association that signed last in the request: that of the agents where there is one. */
const signature = ({ rrq }: SeenRequest): Extension[] =>
  rrq.extensions
    .flatMap((e) => (e.name === 'mnHa' || e.name === 'faHa' ? [{ name: e.name, spi: e.spi }] : []))
    .slice(-1);

/** Sends a revocation for a node; gives its octets and its identifier. */
export function revoke(
  t: MpaContext,
  node: ProxiedNode,
  bend?: RevocationBend,
): { readonly octets: Uint8Array; readonly id: number } {
  const { careOf, homeAddress, station } = t.granted(node);
  const id = revocationTime(t);
  const message = {
    byHomeAgent: true,
    homeAddress,
    homeDomain: station.address,
    foreignDomain: careOf,
    revocationId: id,
    extensions: signature(latest(t, node)),
  };
  const octets = finishRevocation(t, message, bend);
  send(t, node, octets);
  return { octets, id };
}

/** RFC 3543 §3.3: to where the last accepting reply went, at the port for such messages. */
export function send(t: MpaContext, node: ProxiedNode, octets: Uint8Array): void {
  const { address } = latest(t, node).message.from;
  post(t, t.granted(node).station, { address, port: t.config.target?.port ?? mobileIpPort }, octets);
}

export interface Revoked {
  readonly ack: Heard<RevocationAck> | undefined;
  /** The last revocation that was sent. */
  readonly octets: Uint8Array;
}

/** How often a revocation is sent before it counts as unanswered. */
const transmissions = 2;

/** Revokes the registration of a node, and grants none to it any more. */
export async function revoked(t: MpaContext, node: ProxiedNode): Promise<Revoked> {
  node.policy = () => 'withhold';
  const found = await hearing(t, t.granted(node).homeAddress, async (_, acks): Promise<Revoked> => {
    const ids = new Set<number>();
    let patience = Math.max(breath, t.config.timeout);
    let last: Revoked | undefined;
    for (let i = 0; i < transmissions && !last?.ack; i++, patience *= 2) {
      const { octets, id } = revoke(t, node); // with a later identifier and a longer wait each time, RFC 3543 §3.3
      ids.add(id);
      last = { octets, ack: await acks.first(patience, ({ message }) => ids.has(message.revocationId)) };
    }
    return last ?? t.undecided('no revocation was sent');
  });
  // whatever the device made of it, what comes from now on must not be judged by this registration
  node.grant = undefined;
  t.session.oracle.bindings.forget(node.nai);
  if (found.ack) t.recorder.blame(found.ack.datagram.payload);
  return found;
}

/** The same where an acknowledgment is a step on the way. */
export async function arrangeRevoked(
  t: MpaContext,
  node: ProxiedNode,
): Promise<Heard<RevocationAck> & { octets: Uint8Array }> {
  const { ack, octets } = await revoked(t, node);
  if (!ack) return t.undecided('a valid revocation was not acknowledged');
  return { ...ack, octets };
}
