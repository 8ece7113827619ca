/** draft-leung-mip4-proxy-mode: what a home agent does for proxies. */
import { knobValue } from '../../src/spec/knobs.js';
import { insert, replace, set } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import type { CaseContext } from '../../src/tester/context.js';
import { arrives } from '../../src/tester/reach.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { codeText } from '../../src/tester/signalling.js';
import { replyCodes } from '../../src/wire/mobileip.js';

const dynamic = { needs: ['greKeys', 'dynamicHomeAddress'] } as const;
/** How an HA denies proxy registrations, and how one that knows them denies authentication that does not fit. */
const named: readonly number[] = [replyCodes.pmipUnsupported, replyCodes.pmipDisallowed];
const missed: readonly number[] = [
  replyCodes.mnFailedAuthentication,
  replyCodes.faFailedAuthentication,
  replyCodes.poorlyFormedRequest,
];
const foreignAddress = '198.18.77.77';

export const pmipInitial = section('ha/pmip-4.1', { document: 'leung', section: '4.1' }, (test) => {
  test(
    '01',
    'MUST assign a home address that the MN can use',
    { ...dynamic, covers: ['LG-04', 'LG-06'], tunnel: true },
    async (t) => {
      const mn = t.mn();
      const { rrp } = t.accepted(await t.ask(mn, mn.request(modes.bidirectional)), 'LG-04');
      t.demand('LG-04', rrp.homeAddress !== '0.0.0.0', 'a home address', rrp.homeAddress);
      await t.passes(mn, 'LG-04');
    },
  );

  test(
    '02',
    'MUST NOT accept a home address that the MN may not have',
    { ...dynamic, covers: ['LG-05'] },
    async (t) => {
      await t.registered(modes.bidirectional);
      const mn = t.mn();
      const answer = await t.askAnswered(mn, mn.request(modes.bidirectional), set('homeAddress', foreignAddress));
      t.refused(answer, 'LG-05');
      const right = answer.kind === 'reply' && answer.exchange.rrp.code === replyCodes.administrativelyProhibited;
      if (!right)
        t.warn('LG-05', 'code 129', answer.kind === 'silence' ? 'silence' : codeText(answer.exchange.rrp.code));
    },
  );

  test(
    '03',
    'MUST find the binding by the NAI and keep its home address on a handover',
    { ...dynamic, covers: ['LG-10', 'LG-31'], tunnel: true, careOfAddresses: 2 },
    async (t) => {
      const mn = await t.registered(modes.bidirectional, 0);
      await t.carries(mn);
      const homeAddress = mn.binding?.homeAddress;
      const old = mn.binding;
      mn.station = t.session.stations.at(1);
      const { rrp } = t.accepted(await t.ask(mn, mn.request(modes.bidirectional)), 'LG-10');
      t.demand(
        'LG-10',
        rrp.homeAddress === homeAddress,
        `Home Address ${homeAddress ?? ''}, as before`,
        rrp.homeAddress,
      );
      expectForwardKey(t, mn, await t.passes(mn, 'LG-31'), 'LG-31');
      if (old?.forwardKey === mn.binding?.forwardKey) t.note('the key stays the same');
    },
  );

  test('04', 'MUST NOT give an MN the home address of another one', { ...dynamic, covers: ['LG-05'] }, async (t) => {
    const holder = await t.registered(modes.bidirectional);
    const taken = holder.binding?.homeAddress ?? '0.0.0.0';
    if (taken === '0.0.0.0') return t.undecided('no home address was assigned');
    const mn = t.mn();
    t.refused(await t.askBent(mn, mn.request(modes.bidirectional), set('homeAddress', taken)), 'LG-05');
  });

  test(
    '05',
    'MUST tell MNs apart whose NAIs differ in the last octet of the user only',
    { ...dynamic, covers: ['LG-31'], tunnel: true },
    async (t) => {
      // whole lengths, the realm and the octet that differs included
      for (const length of [48, 80, 200]) {
        const same = `n05-${t.session.runId}`.padEnd(length - t.config.pixit.realm.length - 2, 'x');
        const mixed = await mixedUp(t, (last) => `${same}${last}`, ['a', 'b']);
        t.demand('LG-31', mixed === undefined, 'a binding for each of the two', mixed ?? '');
      }
    },
  );

  test(
    '06',
    'SHOULD tell MNs apart whose NAIs differ in the case of the user only',
    { ...dynamic, covers: ['LG-31'], tunnel: true },
    async (t) => {
      const mixed = await mixedUp(t, (first) => `${first}06-${t.session.runId}`, ['n', 'N']);
      // RFC 4282 §2.3: what a user name means is the affair of its realm, so this only warns
      if (mixed !== undefined) t.warn('LG-31', 'a binding for each of the two', mixed);
    },
  );
});

/**
 * How the device mixes up two MNs that have these users; undefined where it tells them apart, or takes no such NAIs: which
 * ones it takes is its own affair.
 */
async function mixedUp(
  t: CaseContext,
  user: (differing: string) => string,
  differing: readonly [string, string],
): Promise<string | undefined> {
  const realm = `@${t.config.pixit.realm}`;
  const mns = differing.map((octets) => t.mn(0, { nai: `${user(octets)}${realm}` }));
  for (const mn of mns) {
    const request = mn.request(modes.unidirectional);
    const answer = await t.askBent(mn, request, { field: 'an unusual NAI' });
    if (answer.kind === 'silence' || !answer.exchange.accepted) {
      t.note(`takes no NAI such as ${mn.nai}`);
      return undefined;
    }
    t.settle(mn);
    if (mn === mns[0]) await t.carries(mn);
  }
  const [first, second] = mns;
  if (first?.ip !== undefined && first.ip === second?.ip) return `both have the home address ${first.ip}`;
  // the key of the other one would have taken the place of its own
  const probe = t.probe();
  const arrival = first && (await arrives(t, first, (p) => t.sendEcho(first, p), probe));
  return arrival ? undefined : 'the tunnel of the first ended when the second registered';
}

export const pmipExtensions = section('ha/pmip-5.1', { document: 'leung', section: '5.1' }, (test) => {
  test(
    '01',
    'MUST return the PMIPv4 extension, or not accept it',
    { needs: ['greKeys'], covers: ['LG-24', 'LG-32'] },
    async (t) => {
      await t.registered(modes.bidirectional);
      const mn = t.mn();
      const perNode = { name: 'pmipNonSkippable', subType: 1, method: 1 } as const;
      const answer = await t.askBent(mn, mn.request(modes.bidirectional), insert('before', 'mnHa', perNode));
      const wanted = knobValue(t.config.knobs, 'pmip_unsupported');
      if (answer.kind === 'silence') {
        if (wanted === '149') return t.warn('LG-32', 'code 149 (knob pmip_unsupported)', 'silence');
        return t.note('silent: does not know the extension');
      }
      const { accepted, rrp } = answer.exchange;
      if (accepted) {
        const returned = rrp.extensions.some((e) => e.name === 'pmipNonSkippable');
        t.demand('LG-24', returned, 'the PMIPv4 extension in the reply', 'none');
        return;
      }
      if (wanted === 'silent') return t.warn('LG-32', 'silence (knob pmip_unsupported)', codeText(rrp.code));
      if (named.includes(rrp.code)) return;
      // who does know the extension may miss the FA-HA that it announces, and deny the request for that
      if (missed.includes(rrp.code)) return t.note(`denies it with ${codeText(rrp.code)}, where 149 is expected`);
      if (rrp.code === replyCodes.insufficientResources) return t.undecided('the device says that it lacks resources');
      t.warn('LG-32', 'code 149', codeText(rrp.code));
    },
  );

  test(
    '03',
    'MUST return the PMIPv4 extension when it accepts FA-HA in the place of MN-HA',
    { needs: ['greKeys'], faHa: true, covers: ['LG-24', 'LG-30'] },
    async (t) => {
      await t.registered(modes.bidirectional);
      const mn = t.mn();
      const perNode = { name: 'pmipNonSkippable', subType: 1, method: 1 } as const;
      const answer = await t.askBent(mn, mn.request(modes.bidirectional), replace('mnHa', perNode));
      // what such a reply has to name is judged in every reply
      if (answer.kind === 'silence' || !answer.exchange.accepted) t.note('offers no authentication per node');
    },
  );

  test.wholeRun('02', 'MUST NOT have returned the access technology in any reply of the run', { covers: ['LG-26'] });
});
