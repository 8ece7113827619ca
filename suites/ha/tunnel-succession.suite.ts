/**
 * What one registration leaves to the next, RFC 3344 §4.2.3: the timers of earlier ones end no later one, lifetimes are
 * as long as they say, and requests that are denied leave nothing behind.
 */
import type { Binding } from '../../src/oracle/bindings.js';
import type { Exchange } from '../../src/oracle/exchange.js';
import { type Bend, set } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import type { CaseContext } from '../../src/tester/context.js';
import { earliestEnd } from '../../src/tester/lifetime.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import { connected, packetMode, takesNothing } from '../../src/tester/reach.js';
import { type Mode, modes } from '../../src/tester/request.js';
import type { Answer } from '../../src/tester/signalling.js';
import { infiniteLifetime } from '../../src/wire/mobileip.js';

/** Seconds of the registration that is followed by another one. */
const short = 3;

/** A mobile node whose first registration is short, and its binding. */
async function shortly(t: CaseContext, mode: Mode): Promise<{ mn: MobileNode; first: Binding }> {
  const mn = await t.registered({ ...mode, lifetime: short }, 0);
  await t.carries(mn);
  const first = mn.binding ?? t.undecided('the binding ended before it could be followed by another one');
  return { mn, first };
}

/** Demands that the tunnel of the later registration carries packets when the time of the first one is over. */
async function outlives(t: CaseContext, mn: MobileNode, first: Binding, later: Exchange): Promise<void> {
  const over = first.until + t.expiryTolerance;
  if (over >= earliestEnd(later) - t.expiryTolerance) t.undecided('the later lifetime is no longer');
  await t.forcedWait(over - t.session.clock.now());
  await t.passes(mn, 'TN-01');
}

/** Waits until the MN's lifetime is over, and demands that its tunnel has gone. */
async function ends(t: CaseContext, mn: MobileNode, witness: MobileNode): Promise<void> {
  const { binding } = mn;
  if (!binding) return t.undecided('the binding ended at once');
  await t.forcedWait(binding.until - t.session.clock.now() + t.expiryTolerance);
  await t.unreachable('HA-49', 'a packet to the HoA after the lifetime', mn, binding, witness);
  await takesNothing(t, 'HA-49', 'a packet of the MN after the lifetime', mn, binding, witness);
}

/** Two MNs that reach each other in both directions. */
async function pair(t: CaseContext, mode: Mode): Promise<readonly [MobileNode, MobileNode]> {
  const mns = [await t.registered(mode), await t.registered(mode)] as const;
  await connected(t, mns[0], mns[1]);
  await connected(t, mns[1], mns[0]);
  return mns;
}

const foreignHomeAgent = set('homeAgent', '198.51.100.77');
/** For each of these there is a code. */
const deniable: readonly Bend[] = [foreignHomeAgent, set('homeAddress', '198.18.77.77'), set('minimal', true)];

/** Asks for other keys, also from another care-of address: the tunnel must stay as it was when that is denied. */
async function deniedChangesNothing(t: CaseContext, mode: Mode): Promise<void> {
  const mn = await t.registered(mode, 0);
  await t.carries(mn);
  const here = mn.station;
  let denials = 0;
  let isSilent = false;
  for (const station of t.session.stations.addresses.map((_, i) => t.session.stations.at(i)).slice(0, 2)) {
    for (const bend of deniable) {
      const key = mode.key === 'own' ? t.session.random.uint32() || 1 : mode.key;
      const homeAddress = mn.binding?.homeAddress ?? '0.0.0.0';
      mn.station = station;
      const request = mn.request({ ...mode, ...(key !== undefined && { key }), homeAddress });
      // who answers one of them may take its time over the others
      const answer: Answer = isSilent ? await t.askBent(mn, request, bend) : await t.askAnswered(mn, request, bend);
      mn.station = here;
      isSilent = answer.kind === 'silence';
      if (answer.kind === 'silence') continue;
      if (answer.exchange.accepted) {
        await t.register(mn, mode);
        continue;
      }
      denials++;
      expectForwardKey(t, mn, await t.passes(mn, 'TN-01'), 'TN-01');
    }
  }
  if (denials === 0) t.undecided('no request that is to be denied was');
}

export const tunnelSuccession = section('ha/tunnel', { document: 'rfc3344', section: '4.2.3' }, (test) => {
  test(
    '53',
    'MUST go on tunnelling past the lifetime of a registration that was ended, when there is a new one',
    { tunnel: true, covers: ['TN-01'], waits: true },
    async (t) => {
      const mode = packetMode(t);
      const { mn, first } = await shortly(t, mode);
      await t.deregister(mn);
      await outlives(t, mn, first, await t.register(mn, mode));
    },
  );

  test(
    '54',
    'MUST go on tunnelling past the lifetime of a registration at another care-of address, after a handover',
    { tunnel: true, careOfAddresses: 2, covers: ['TN-01'], waits: true },
    async (t) => {
      const mode = packetMode(t);
      const { mn, first } = await shortly(t, mode);
      mn.station = t.session.stations.at(1);
      await outlives(t, mn, first, await t.register(mn, mode));
    },
  );

  test(
    '55',
    'MUST go on tunnelling past the lifetime of before when a renewal has made it endless',
    { tunnel: true, covers: ['TN-01'], waits: true },
    async (t) => {
      const mode = packetMode(t);
      const { mn, first } = await shortly(t, mode);
      await outlives(t, mn, first, await t.register(mn, { ...mode, lifetime: infiniteLifetime }));
    },
  );

  test(
    '63',
    'MUST go on tunnelling past the lifetime of before when a renewal has changed the mode',
    { needs: ['greKeys', 'l2'], tunnel: true, covers: ['TN-01'], waits: true },
    async (t) => {
      const others = [modes.l2Bidirectional, modes.bidirectional];
      const renewed = [];
      for (const [i, before] of [modes.bidirectional, modes.l2Bidirectional].entries()) {
        const { mn, first } = await shortly(t, before);
        renewed.push({ mn, first, later: await t.register(mn, others[i] ?? before) });
      }
      for (const { mn, first, later } of renewed) await outlives(t, mn, first, later);
    },
  );

  test(
    '56',
    'MUST end the tunnel when a renewal has made an endless lifetime short and that is over',
    { tunnel: true, covers: ['HA-49'], waits: true },
    async (t) => {
      const mode = packetMode(t);
      const [witness, mn] = await pair(t, mode);
      const { rrp } = await t.register(mn, { ...mode, lifetime: infiniteLifetime });
      if (rrp.lifetime !== infiniteLifetime) t.note(`the longest lifetime is ${rrp.lifetime} s`);
      await t.register(mn, { ...mode, lifetime: 2 });
      await ends(t, mn, witness);
    },
  );

  test(
    '57',
    'MUST tunnel for more than a moment when it has granted a long lifetime',
    { tunnel: true, covers: ['TN-01'], waits: true },
    async (t) => {
      const mode = packetMode(t);
      const mns: MobileNode[] = [];
      for (const lifetime of [0x7fff, 0x8000, infiniteLifetime - 1, infiniteLifetime]) {
        mns.push(await t.registered({ ...mode, lifetime }));
      }
      await t.forcedWait(t.expiryTolerance);
      for (const mn of mns) await t.passes(mn, 'TN-01');
    },
  );

  test(
    '58',
    'MUST leave the tunnel as it is when a request that would change its keys or its end is denied',
    { needs: ['greKeys'], tunnel: true, covers: ['TN-01'] },
    (t) => t.eachMode((mode) => deniedChangesNothing(t, mode)),
  );

  test(
    '59',
    'MUST NOT let a renewal that it denies make the lifetime longer',
    { tunnel: true, covers: ['HA-49'], waits: true },
    async (t) => {
      const mode = packetMode(t);
      const [witness, mn] = await pair(t, mode);
      await t.register(mn, { ...mode, lifetime: short });
      const answer = await t.askBent(mn, mn.request(mode), foreignHomeAgent);
      if (answer.kind === 'reply' && answer.exchange.accepted) return t.undecided('the renewal was not denied');
      await ends(t, mn, witness);
    },
  );
});
