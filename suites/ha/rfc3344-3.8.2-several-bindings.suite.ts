/** RFC 3344 §3.8.2: what becomes of the other bindings of an MN when one of them is renewed or ends, the older or the newer. */
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import { draftModes as modes, endingOf, type Mode } from '../../src/tester/request.js';
import { codeText } from '../../src/tester/signalling.js';
import { demandReached, simultaneous } from '../../src/tester/simultaneous.js';
import { replyCodes } from '../../src/wire/mobileip.js';

const two = { needs: ['greKeys', 'simultaneousBindings'], careOfAddresses: 2, tunnel: true } as const;

/** More bindings one after the other than any home agent is likely to allow at once. */
const rounds = 20;

/** The MPA that an MN has left ends the binding there only after the new one has made its own. */
async function endedLate(t: CaseContext, mode: Mode): Promise<void> {
  const mn = await t.registered(mode, 0);
  await t.carries(mn);
  const { station: left, ending } = mn;
  const here = t.session.stations.at(1);
  mn.station = here;
  await t.register(mn, mode);
  await t.carries(mn);
  if (!ending) return;
  mn.station = left;
  // whether it is accepted or denied is left open: the binding that it names is gone
  await t.askBent(mn, mn.request(ending), { field: 'an earlier care-of address' });
  mn.station = here;
  await t.passes(mn, 'HA-45');
}

export const severalBindings = section('ha/rfc3344-3.8.2', { document: 'rfc3344', section: '3.8.2' }, (test) => {
  test(
    '20',
    'MUST NOT end the binding of a handover when the care-of address before it is deregistered late',
    { needs: ['greKeys'], careOfAddresses: 2, tunnel: true, covers: ['HA-45'] },
    (t) => t.eachMode((mode) => endedLate(t, mode)),
  );

  test(
    '21',
    'MUST remove only the binding that a deregistration names when that is the older one',
    { ...two, covers: ['HA-45'] },
    async (t) => {
      const { mn, addresses } = await simultaneous(t);
      const [older] = t.session.oracle.bindings.of(mn.nai, t.session.clock.now());
      if (!older) return t.undecided('there is no binding to end');
      const newer = mn.station;
      mn.station = t.session.stations.at(0);
      await t.register(mn, endingOf(older, t.config));
      mn.station = newer;
      await demandReached(t, mn, [addresses[1]], 'HA-45');
    },
  );

  test(
    '22',
    'MUST keep the older binding when the newer one ends',
    { ...two, covers: ['HA-51'], waits: true },
    async (t) => {
      const { mn, addresses } = await simultaneous(t, { second: 2 });
      await t.forcedWait(2000 + t.expiryTolerance);
      mn.station = t.session.stations.at(0);
      await demandReached(t, mn, [addresses[0]], 'HA-51');
    },
  );

  test(
    '23',
    'MUST remove the other bindings when one of several is renewed without the S bit',
    { ...two, covers: ['HA-34'] },
    async (t) => {
      const { mn, addresses } = await simultaneous(t);
      await demandReached(t, mn, addresses, 'HA-33');
      await t.register(mn, { key: mn.agreedKey ?? 0, a: false, homeAddress: mn.ip ?? '0.0.0.0' });
      await demandReached(t, mn, [addresses[1]], 'HA-34');
    },
  );

  test(
    '24',
    'MUST NOT count bindings that have ended among those that are too many',
    { needs: ['greKeys', 'simultaneousBindings'], careOfAddresses: 2, covers: ['HA-35'] },
    async (t) => {
      const mn = await t.registered(modes.bidirectional, 0);
      mn.station = t.session.stations.at(1);
      const homeAddress = mn.binding?.homeAddress ?? '0.0.0.0';
      for (let round = 1; round <= rounds; round++) {
        const answer = await t.ask(mn, mn.request({ ...modes.bidirectional, simultaneous: true, homeAddress }));
        if (answer.kind === 'silence') return t.undecided('a request for another binding got no answer');
        const { accepted, rrp } = answer.exchange;
        if (!accepted && rrp.code !== replyCodes.tooManyBindings) {
          return t.undecided(`a request for another binding was denied with ${codeText(rrp.code)}`);
        }
        t.demand('HA-35', accepted, 'acceptance of the second binding', `${codeText(rrp.code)} in round ${round}`);
        if (rrp.code !== 0) return t.undecided('the HA keeps no simultaneous bindings (code 1)');
        await t.deregister(mn);
      }
    },
  );
});
