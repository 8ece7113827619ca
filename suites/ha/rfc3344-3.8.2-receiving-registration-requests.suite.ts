/** RFC 3344 §3.8.2: which requests the HA accepts, and what becomes of its table of bindings. */
import type { RequirementId } from '../../src/spec/catalogue.js';
import { section } from '../../src/tester/case.js';
import { set } from '../../src/tester/bend.js';
import { codeText, type CaseContext } from '../../src/tester/context.js';
import { isEchoReply } from '../../src/tester/inner.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import { draftModes as modes, modes as allModes } from '../../src/tester/request.js';
import { replyCodes } from '../../src/wire/mobileip.js';

const gre = { needs: ['greKeys'] } as const;
const two = { needs: ['greKeys', 'simultaneousBindings'], careOfAddresses: 2, tunnel: true } as const;

/** The care-of addresses at which the answer to one echo request arrives. */
async function reached(t: CaseContext, mn: MobileNode): Promise<ReadonlySet<string>> {
  const probe = t.probe();
  t.sendEcho(mn, probe);
  await probe.arrivals.first(t.session.patience);
  await probe.arrivals.first(t.session.patience, ({ careOf }) => careOf !== probe.arrivals.all[0]?.careOf);
  const replies = probe.arrivals.all.filter(({ frame }) => isEchoReply(frame, mn.ip ?? ''));
  return new Set(replies.map(({ careOf }) => careOf));
}

/** An MN with bindings at both care-of addresses; inconclusive where the HA keeps only one. */
async function simultaneous(
  t: CaseContext,
  lifetime?: number,
): Promise<{ mn: MobileNode; addresses: readonly [string, string] }> {
  const mn = await t.registered({ ...modes.bidirectional, ...(lifetime !== undefined && { lifetime }) }, 0);
  await t.carries(mn);
  const [first, second] = [t.session.stations.at(0), t.session.stations.at(1)];
  mn.station = second;
  const { rrp } = await t.register(mn, { ...modes.bidirectional, simultaneous: true, homeAddress: mn.ip ?? '0.0.0.0' });
  if (rrp.code !== 0) return t.undecided('the HA keeps no simultaneous bindings (code 1)');
  return { mn, addresses: [first.address, second.address] };
}

const list = (addresses: ReadonlySet<string>): string => [...addresses].join(' and ') || 'nowhere';

async function demandReached(
  t: CaseContext,
  mn: MobileNode,
  wanted: readonly string[],
  id: RequirementId,
): Promise<void> {
  const found = await reached(t, mn);
  const right = found.size === wanted.length && wanted.every((address) => found.has(address));
  t.demand(id, right, `packets to the MN at ${wanted.join(' and ') || 'no care-of address'}`, list(found));
}

export const receivingRequests = section('ha/rfc3344-3.8.2', { document: 'rfc3344', section: '3.8.2' }, (test) => {
  // --- acceptance ---
  test(
    '01',
    'MUST update its bindings and reply when it accepts',
    { ...gre, covers: ['HA-32'], tunnel: true },
    async (t) => {
      const mn = t.mn();
      t.accepted(await t.ask(mn, mn.request(modes.unidirectional)), 'HA-32');
      await t.passes(mn, 'HA-32');
    },
  );

  test('02', 'MUST NOT reject a request for its B bit', { ...gre, covers: ['HA-53'] }, async (t) => {
    await t.registered(modes.bidirectional);
    const mn = t.mn();
    t.accepted(await t.ask(mn, mn.request({ ...modes.bidirectional, broadcast: true })), 'HA-53');
  });

  test(
    '03',
    'MUST ignore the reserved bits r and x, or deny them with 134',
    { ...gre, covers: ['HA-27', 'HA-54'] },
    async (t) => {
      for (const field of ['reservedX', 'reservedR'] as const) {
        await t.registered(modes.bidirectional);
        const mn = t.mn();
        const answer = await t.askBent(mn, mn.request(modes.bidirectional), set(field, true));
        t.demand('HA-54', answer.kind === 'reply', 'an answer', 'silence');
        if (answer.kind === 'silence' || answer.exchange.accepted) continue; // §3.3 ignores, §3.8.2.3 denies
        const { code } = answer.exchange.rrp;
        t.demand('HA-27', code === replyCodes.poorlyFormedRequest, 'acceptance or code 134', codeText(code));
      }
    },
  );

  // --- tunnels that may be refused ---
  test('04', 'MUST support IP-in-IP', { needs: ['ipInIp'], covers: ['HA-57', 'LG-18'], tunnel: true }, async (t) => {
    const mn = t.mn();
    t.accepted(await t.ask(mn, mn.request(allModes.ipInIp)), 'HA-57');
    const { frame } = await t.passes(mn, 'HA-57');
    t.demand('HA-57', frame.outer.protocol === 4, 'IP protocol 4', String(frame.outer.protocol));
  });

  test(
    '05',
    'MUST deny an encapsulation that it does not support with 139',
    { covers: ['HA-58', 'HA-54'], needs: ['ipInIp'] },
    async (t) => {
      await t.registered(allModes.ipInIp);
      const mn = t.mn();
      const answer = await t.askBent(mn, mn.request(allModes.ipInIp), set('minimal', true));
      t.demand('HA-54', answer.kind === 'reply', 'an answer', 'silence');
      if (answer.kind === 'silence') return;
      const { code } = answer.exchange.rrp;
      const right = answer.exchange.accepted || code === replyCodes.encapsulationUnavailable;
      t.demand('HA-58', right, 'acceptance or code 139', codeText(code));
    },
  );

  test('06', 'MAY insist on reverse tunnelling, with code 138', { ...gre, covers: ['HA-59'] }, async (t) => {
    await t.registered(modes.bidirectional);
    const mn = t.mn();
    const answer = await t.askBent(mn, mn.request(modes.bidirectional), set('reverseTunneling', false));
    if (answer.kind === 'silence') return t.warn('HA-59', 'an answer', 'silence');
    const { code } = answer.exchange.rrp;
    const right = answer.exchange.accepted || code === replyCodes.reverseTunnelMandatory;
    t.demand('HA-59', right, 'acceptance or code 138', codeText(code));
  });

  test(
    '07',
    'MUST deny reverse tunnelling that is off with 137',
    { ...gre, refuses: ['reverseTunneling'], covers: ['HA-59'] },
    async (t) => {
      await t.registered(modes.bidirectional);
      const mn = t.mn();
      const answer = await t.askBent(mn, mn.request(modes.bidirectional), set('reverseTunneling', true));
      t.denied(answer, 'HA-59', [replyCodes.reverseTunnelUnavailable]);
    },
  );

  // --- several bindings ---
  test(
    '08',
    'MUST send a copy to every care-of address of simultaneous bindings',
    { ...two, covers: ['HA-33'] },
    async (t) => {
      const { mn, addresses } = await simultaneous(t);
      await demandReached(t, mn, addresses, 'HA-33');
    },
  );

  test(
    '09',
    'MUST send to the newest care-of address only without the S bit',
    { ...gre, careOfAddresses: 2, tunnel: true, covers: ['HA-34'] },
    async (t) => {
      const mn = await t.registered(modes.bidirectional, 0);
      await t.carries(mn);
      mn.station = t.session.stations.at(1);
      await t.register(mn, { ...modes.bidirectional, homeAddress: mn.ip ?? '0.0.0.0' });
      await demandReached(t, mn, [mn.station.address], 'HA-34');
    },
  );

  test(
    '10',
    'MUST deny bindings beyond its limit with 135',
    { needs: ['greKeys', 'simultaneousBindings'], covers: ['HA-35'] },
    async (t) => {
      const mn = await t.registered(modes.bidirectional);
      const homeAddress = mn.binding?.homeAddress ?? '0.0.0.0';
      for (let n = 1; n <= 24; n++) {
        const request = mn.request({
          ...modes.bidirectional,
          simultaneous: true,
          homeAddress,
          careOf: `198.51.100.${100 + n}`,
        });
        const answer = await t.ask(mn, request);
        if (answer.kind === 'silence') return t.undecided('a request for another binding got no answer');
        if (answer.exchange.accepted) continue;
        const { code } = answer.exchange.rrp;
        const limits: readonly number[] = [replyCodes.tooManyBindings, replyCodes.insufficientResources];
        return t.demand('HA-35', limits.includes(code), 'code 135 (or 130)', `${codeText(code)} for binding ${n + 1}`);
      }
      t.note('takes 25 bindings of one MN');
    },
  );

  // --- deregistration ---
  test('11', 'MUST remove only the binding that a deregistration names', { ...two, covers: ['HA-45'] }, async (t) => {
    const { mn, addresses } = await simultaneous(t);
    const key = mn.binding?.reverseKey ?? 0;
    await t.register(mn, { key, a: false, lifetime: 0, homeAddress: mn.ip ?? '0.0.0.0' });
    mn.station = t.session.stations.at(0);
    await demandReached(t, mn, [addresses[0]], 'HA-45');
  });

  test(
    '12',
    'MUST remove all bindings when the care-of address is the home address',
    { ...two, covers: ['HA-44'] },
    async (t) => {
      const { mn } = await simultaneous(t);
      const witness = await t.registered(modes.bidirectional);
      await t.carries(witness);
      const ended = mn.binding;
      const homeAddress = mn.ip ?? '0.0.0.0';
      const request = mn.request({
        ...modes.bidirectional,
        key: ended?.reverseKey ?? 0,
        lifetime: 0,
        homeAddress,
        careOf: homeAddress,
      });
      t.accepted(await t.ask(mn, request), 'HA-44');
      await t.drops(
        'HA-44',
        'a packet to the MN',
        (probe) => t.sendEchoTo(witness, mn, probe),
        witness,
        ({ frame }) => !isEchoReply(frame, witness.ip ?? ''),
      );
    },
  );

  test(
    '13',
    'MUST reply to the sender, and to nobody else, when another binding is deregistered',
    { ...two, covers: ['HA-46', 'HA-47'] },
    async (t) => {
      const { mn, addresses } = await simultaneous(t);
      const strays = t.session.unsolicited.length;
      const homeAddress = mn.ip ?? '0.0.0.0';
      const request = mn.request({ ...modes.bidirectional, key: 0, lifetime: 0, homeAddress, careOf: addresses[0] });
      const answer = await t.ask(mn, request);
      t.accepted(answer, 'HA-46');
      await t.fence(mn.station);
      const extra = t.session.unsolicited.length - strays;
      t.demand('HA-47', extra === 0, 'no reply to another address', `${extra} datagrams that answer nothing`);
    },
  );

  // --- time ---
  test(
    '14',
    'MUST keep other bindings when one of them ends',
    { ...two, covers: ['HA-51'], waits: true },
    async (t) => {
      const { mn, addresses } = await simultaneous(t, 2);
      await t.forcedWait(2000 + t.expiryTolerance);
      await demandReached(t, mn, [addresses[1]], 'HA-51');
    },
  );

  test('15', 'MUST NOT say anything when a binding ends', { ...gre, covers: ['HA-50'], waits: true }, async (t) => {
    const mn = t.mn();
    const answer = await t.ask(mn, mn.request({ ...modes.bidirectional, lifetime: 1 }));
    if (answer.kind === 'silence' || !answer.exchange.accepted)
      return t.undecided('a lifetime of 1 s was not accepted');
    await t.forcedWait(1000 + t.expiryTolerance);
    const extra = answer.pending.replies.all.length - 1;
    const named = t.session.unsolicited.filter((d) => Buffer.from(d.payload).includes(mn.nai)).length;
    t.demand('HA-50', extra + named === 0, 'no further reply', `${extra + named} of them`);
  });

  test(
    '16',
    'MUST NOT let a duplicate extend the lifetime',
    { ...gre, covers: ['HA-52'], waits: true, tunnel: true, association: { replay: 'timestamps' } },
    async (t) => {
      const mn = t.mn();
      const request = mn.request({ ...modes.unidirectional, lifetime: 3 });
      t.accepted(await t.ask(mn, request), 'HA-32');
      const binding = mn.binding;
      if (!binding) return t.undecided('there is no binding');
      const witness = await t.registered(modes.bidirectional);
      await t.forcedWait(2000);
      await t.askBent(mn, request, { field: 'sent again' }); // code 133, or acceptance with what is left
      await t.forcedWait(binding.until - t.session.clock.now() + t.expiryTolerance);
      await t.drops(
        'HA-52',
        'a packet after the first lifetime',
        (probe) => t.sendEcho(mn, probe, { binding }),
        witness,
      );
    },
  );
});
