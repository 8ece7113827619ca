/** Several bindings of one MN, RFC 3344 §3.8.2.2: how to come by them, and where packets for the MN then arrive. */
import type { RequirementId } from '../spec/catalogue.js';
import type { CaseContext } from './context.js';
import { isEchoReply } from './inner.js';
import type { MobileNode } from './mobile-node.js';
import type { Arrival } from './probe.js';
import { draftModes as modes } from './request.js';

/** How often an echo request is sent before the loss of an answer is believed. */
const attempts = 3;

/**
 * The care-of addresses at which answers to echo requests arrive. A packet may be lost, so it asks again as long as one
 * of the wanted is missing; what comes elsewhere is seen in the time that the wanted ones take.
 */
async function reached(t: CaseContext, mn: MobileNode, wanted: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let attempt = 0; attempt < attempts && !wanted.every((address) => found.has(address)); attempt++) {
    const probe = t.probe();
    t.sendEcho(mn, probe);
    const isAnswer = ({ frame }: Arrival): boolean => isEchoReply(frame, mn.ip ?? '');
    const elsewhere = wanted.length < t.session.stations.addresses.length ? [undefined] : [];
    for (const address of [...wanted, ...elsewhere]) {
      // `undefined` waits for what is not wanted, so that it is not missed for coming second
      const isNews = (a: Arrival): boolean =>
        isAnswer(a) && (address === undefined ? !wanted.includes(a.careOf) : a.careOf === address);
      await probe.arrivals.first(t.session.patience, isNews);
    }
    for (const arrival of probe.arrivals.all.filter(isAnswer)) found.add(arrival.careOf);
  }
  return found;
}

/** Seconds of the two bindings, where a case cares. */
export interface Lifetimes {
  readonly first?: number;
  readonly second?: number;
}

const lasting = (lifetime: number | undefined) => (lifetime === undefined ? {} : { lifetime });

/** An MN with bindings at both care-of addresses; inconclusive where the HA keeps only one. */
export async function simultaneous(
  t: CaseContext,
  lifetimes: Lifetimes = {},
): Promise<{ mn: MobileNode; addresses: readonly [string, string] }> {
  const mn = await t.registered({ ...modes.bidirectional, ...lasting(lifetimes.first) }, 0);
  await t.carries(mn);
  const [first, second] = [t.session.stations.at(0), t.session.stations.at(1)];
  mn.station = second;
  const { rrp } = await t.register(mn, {
    ...modes.bidirectional,
    ...lasting(lifetimes.second),
    simultaneous: true,
    homeAddress: mn.ip ?? '0.0.0.0',
  });
  if (rrp.code !== 0) return t.undecided('the HA keeps no simultaneous bindings (code 1)');
  return { mn, addresses: [first.address, second.address] };
}

const list = (addresses: ReadonlySet<string>): string => [...addresses].join(' and ') || 'nowhere';

/** Demands that packets for the MN arrive at these care-of addresses, and at no other. */
export async function demandReached(
  t: CaseContext,
  mn: MobileNode,
  wanted: readonly string[],
  id: RequirementId,
): Promise<void> {
  const found = await reached(t, mn, wanted);
  const right = found.size === wanted.length && wanted.every((address) => found.has(address));
  t.demand(id, right, `packets to the MN at ${wanted.join(' and ') || 'no care-of address'}`, list(found));
}
