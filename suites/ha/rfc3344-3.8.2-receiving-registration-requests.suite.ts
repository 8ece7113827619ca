/** RFC 3344 §3.8.2: which requests the HA accepts, and what becomes of its table of bindings. */
import { knobValue } from '../../src/spec/knobs.js';
import { section } from '../../src/tester/case.js';
import { set } from '../../src/tester/bend.js';
import { agreedKeyOf, draftModes as modes, endingOf, modes as allModes } from '../../src/tester/request.js';
import { codeText } from '../../src/tester/signalling.js';
import { demandReached, simultaneous } from '../../src/tester/simultaneous.js';
import { replyCodes } from '../../src/wire/mobileip.js';

const gre = { needs: ['greKeys'] } as const;
const two = { needs: ['greKeys', 'simultaneousBindings'], careOfAddresses: 2, tunnel: true } as const;

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
        const answer = await t.askAnswered(mn, mn.request(modes.bidirectional), set(field, true));
        t.demand('HA-54', answer.kind === 'reply', 'an answer', 'silence');
        if (answer.kind === 'silence') continue;
        const { accepted, rrp } = answer.exchange;
        // §3.3 ignores them, §3.8.2.3 denies
        const wanted = knobValue(t.config.knobs, 'reserved_bits');
        const ignored = accepted && wanted !== '134';
        const denied = rrp.code === replyCodes.poorlyFormedRequest && wanted !== 'ignore';
        const allowed = { any: 'acceptance or code 134', ignore: 'acceptance' }[wanted] ?? 'code 134';
        t.demand('HA-27', ignored || denied, allowed, codeText(rrp.code));
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
      const answer = await t.askAnswered(mn, mn.request(allModes.ipInIp), set('minimal', true));
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
    const answer = await t.askAnswered(mn, mn.request(modes.bidirectional), set('reverseTunneling', false));
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
      const answer = await t.askAnswered(mn, mn.request(modes.bidirectional), set('reverseTunneling', true));
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
    { ...gre, careOfAddresses: 2, tunnel: true, covers: ['HA-34'], waits: true },
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
      const single = await t.registered(modes.bidirectional);
      const elsewhere = single.request({ ...modes.bidirectional, careOf: '198.51.100.100' });
      const twin = await t.ask(single, elsewhere);
      if (twin.kind === 'silence' || !twin.exchange.accepted) {
        return t.undecided('care-of addresses other than the source of the request are not accepted');
      }
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
  test(
    '11',
    'MUST remove only the binding that a deregistration names',
    { ...two, covers: ['HA-45'], waits: true },
    async (t) => {
      const { mn, addresses } = await simultaneous(t);
      const key = mn.agreedKey ?? 0;
      await t.register(mn, { key, a: false, lifetime: 0, homeAddress: mn.ip ?? '0.0.0.0' });
      mn.station = t.session.stations.at(0);
      await demandReached(t, mn, [addresses[0]], 'HA-45');
    },
  );

  test(
    '12',
    'MUST remove all bindings when the care-of address is the home address',
    { ...two, covers: ['HA-44'] },
    async (t) => {
      const { mn } = await simultaneous(t);
      const witness = await t.registered(modes.bidirectional);
      await t.carries(witness);
      const ended = t.session.oracle.bindings.of(mn.nai, t.session.clock.now());
      const homeAddress = mn.ip ?? '0.0.0.0';
      const request = mn.request({
        ...modes.bidirectional,
        key: agreedKeyOf(ended.at(-1), t.config) ?? 0,
        lifetime: 0,
        homeAddress,
        careOf: homeAddress,
      });
      t.accepted(await t.ask(mn, request), 'HA-44');
      for (const binding of ended) await t.unreachable('HA-44', 'a packet to the MN', mn, binding, witness);
    },
  );

  test(
    '13',
    'MUST reply to the sender, and to nobody else, when another binding is deregistered',
    { ...two, covers: ['HA-46', 'HA-47'] },
    async (t) => {
      const { mn, addresses } = await simultaneous(t);
      const before = t.session.unsolicited.length;
      const homeAddress = mn.ip ?? '0.0.0.0';
      const [first] = t.session.oracle.bindings.of(mn.nai, t.session.clock.now());
      const key = agreedKeyOf(first, t.config) ?? 0;
      const request = mn.request({ ...modes.bidirectional, key, lifetime: 0, homeAddress, careOf: addresses[0] });
      const answer = await t.ask(mn, request);
      t.accepted(answer, 'HA-46');
      await t.fence(mn.station);
      const told = answer.pending.replies.all.map(({ message }) => message.to.address);
      t.demand('HA-46', told.includes(addresses[1]), `a reply to ${addresses[1]}`, `one to ${told.join(' and ')}`);
      // one of its own making would still name the MN
      const named = (payload: Uint8Array): boolean => Buffer.from(payload).includes(mn.nai);
      const strays = t.session.unsolicited.slice(before).filter(({ payload }) => named(payload));
      const elsewhere = [...told.filter((a) => a !== addresses[1]), ...strays.map(({ local }) => local.address)];
      t.demand(
        'HA-47',
        elsewhere.length === 0,
        'no reply to another address',
        `also one to ${elsewhere.join(' and ')}`,
      );
    },
  );

  // --- time ---
  test(
    '14',
    'MUST keep other bindings when one of them ends',
    { ...two, covers: ['HA-51'], waits: true },
    async (t) => {
      const { mn, addresses } = await simultaneous(t, { first: 2 });
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
      const first = await t.askAnswered(mn, request, { field: 'nothing' });
      const { binding } = mn;
      if (first.kind === 'silence' || !binding) return t.undecided('a lifetime of 3 s was not accepted');
      const witness = await t.registered(modes.bidirectional);
      await t.forcedWait(2000);
      const left = Math.max(0, Math.ceil((binding.until - t.session.clock.now()) / 1000));
      const again = await t.askBent(mn, request, { field: 'sent again' });
      // §5.7.1 denies it with 133, §3.8.2.2 accepts it for what is left
      if (again.kind === 'reply') {
        const { accepted, rrp } = again.exchange;
        t.demand('HA-52', !accepted || rrp.lifetime <= left, `at most the ${left} s left`, `${rrp.lifetime} s`);
        const wanted = knobValue(t.config.knobs, 'duplicate');
        if (wanted === '133' && rrp.code !== 133) t.warn('HA-52', 'code 133 (knob duplicate)', codeText(rrp.code));
        if (wanted === 'accept' && !accepted) t.warn('HA-52', 'acceptance (knob duplicate)', codeText(rrp.code));
      }
      await t.forcedWait(binding.until - t.session.clock.now() + t.expiryTolerance);
      await t.drops(
        'HA-52',
        'a packet after the first lifetime',
        (probe) => t.sendEcho(mn, probe, { binding }),
        witness,
      );
    },
  );

  // --- further ---
  test('17', 'MUST accept valid requests with the same code each time', { ...gre, covers: ['HA-32'] }, async (t) => {
    const codes = new Set<number>();
    const mn = t.mn();
    for (let i = 0; i < 3; i++) {
      codes.add(t.accepted(await t.ask(mn, mn.request(modes.bidirectional)), 'HA-32').rrp.code);
    }
    const wanted = knobValue(t.config.knobs, 'accept_codes');
    const right = wanted === 'both' || [...codes].every((code) => String(code) === wanted);
    t.demand('HA-32', right, `code ${wanted} (knob accept_codes)`, [...codes].map(codeText).join(' and '));
    if (codes.size > 1) t.note('accepts with code 0 and with code 1');
  });

  test(
    '18',
    'MUST NOT use IP-in-IP when it has accepted minimal encapsulation',
    { covers: ['HA-58'], needs: ['ipInIp'], tunnel: true },
    async (t) => {
      const witness = await t.registered(allModes.ipInIp);
      await t.carries(witness);
      const mn = t.mn();
      const answer = await t.askBent(mn, mn.request(allModes.ipInIp), set('minimal', true));
      if (answer.kind === 'silence' || !answer.exchange.accepted) return t.note('does not accept it');
      t.settle(mn);
      await t.drops(
        'HA-58',
        'IP-in-IP after minimal encapsulation was agreed',
        (probe) => t.sendEchoTo(witness, mn, probe),
        witness,
        ({ frame }) => frame.inner?.destination === mn.ip,
      );
    },
  );

  test('19', 'SHOULD answer a deregistration that finds no binding', { ...gre, covers: ['HA-54'] }, async (t) => {
    const mn = await t.registered(modes.bidirectional);
    const { binding } = await t.deregister(mn);
    // accepted or denied: both are answers, and the first one may have been lost on its way
    const again = await t.ask(mn, mn.request(endingOf(binding, t.config)));
    t.demand('HA-54', again.kind === 'reply', 'an answer', 'silence');
  });
});
