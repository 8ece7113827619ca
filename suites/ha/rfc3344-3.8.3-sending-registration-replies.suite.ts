/** RFC 3344 §3.8.3 and §3.4, RFC 2794 §3, RFC 4433 §5.3: the fields and addresses of replies. */
import { naiOf } from '../../src/oracle/exchange.js';
import { set } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import { isOfTester } from '../../src/tester/mobile-node.js';
import { draftModes as modes, modes as allModes } from '../../src/tester/request.js';
import { codeText } from '../../src/tester/signalling.js';
import { replyCodes } from '../../src/wire/mobileip.js';

const gre = { needs: ['greKeys'] } as const;
const dynamic = { needs: ['greKeys', 'dynamicHomeAddress'] } as const;

/** Addresses that no home network under test has: RFC 2544 benchmarking space. */
const foreignAddress = '198.18.77.77';

export const sendingReplies = section('ha/rfc3344-3.8.3', { document: 'rfc3344', section: '3.8.3' }, (test) => {
  // --- addresses and ports ---
  for (const [number, port] of [
    ['01', 434],
    ['02', 1024],
    ['03', 65535],
  ] as const) {
    test(
      number,
      `MUST reply to the port of the request when that is ${port}`,
      { ...gre, covers: ['HA-43'] },
      async (t) => {
        const mn = t.mn();
        if (!(await t.usePort(mn, port))) return t.skip(`port ${port} cannot be had here`);
        const answer = await t.ask(mn, mn.request(modes.bidirectional));
        if (answer.kind === 'silence') return t.demand('HA-43', false, `a reply to port ${port}`, 'none');
        const to = answer.exchange.reply.to.port;
        t.demand('HA-43', to === port, `UDP port ${port}`, String(to));
      },
    );
  }

  test(
    '04',
    'MUST reply to the source of the request, not to its care-of address',
    { ...gre, covers: ['HA-41'], careOfAddresses: 2, faHa: false },
    async (t) => {
      const mn = t.mn(0);
      const other = t.mn(1);
      const careOf = other.station.address;
      // a reply that goes astray arrives where somebody listens
      const heard = await t.usePort(other, mn.station.udp.local.port);
      const answer = await t.ask(mn, mn.request({ ...modes.bidirectional, careOf }));
      if (answer.kind === 'silence') {
        return t.undecided(heard ? 'no reply came to either address' : 'no reply came, and it is not known to where');
      }
      const to = answer.exchange.reply.to.address;
      t.demand('HA-41', to === mn.station.address, `a reply to ${mn.station.address}`, `one to ${to}`);
    },
  );

  test.wholeRun('05', 'MUST have mirrored addresses and ports in every reply of the run', {
    covers: ['HA-40', 'HA-41', 'HA-42', 'HA-43'],
  });

  // --- home agent and home address ---
  for (const [number, homeAgent, knob] of [
    ['06', '198.51.100.77', undefined],
    ['07', '255.255.255.255', 'rfc5944'],
    ['08', '0.0.0.0', 'rfc5944'],
  ] as const) {
    const knobs = knob === undefined ? {} : { knobs: { dynamic_ha: knob } };
    test(
      number,
      `MUST deny Home Agent ${homeAgent} with 136 and name its own address`,
      { ...gre, ...knobs, covers: ['HA-25'] },
      async (t) => {
        await t.registered(modes.bidirectional);
        const mn = t.mn();
        const answer = await t.askAnswered(mn, mn.request(modes.bidirectional), set('homeAgent', homeAgent));
        const { rrp } = t.denied(answer, 'HA-25');
        // RFC 3344 §3.8.3.2 demands a suitable code, and 136 is its example
        if (rrp.code !== replyCodes.unknownHomeAgent)
          t.warn('HA-25', codeText(replyCodes.unknownHomeAgent), codeText(rrp.code));
        const unicast = !/^(0|255|22[4-9]|23\d)\./.test(rrp.homeAgent) && rrp.homeAgent !== homeAgent;
        t.demand('HA-25', unicast, 'its own unicast address', rrp.homeAgent);
      },
    );
  }

  test(
    '09',
    'MUST accept Home Agent 0.0.0.0 and 255.255.255.255 and name itself',
    { ...gre, covers: ['HA-39', 'LG-22'], knobs: { dynamic_ha: 'rfc4433' } },
    async (t) => {
      for (const homeAgent of ['0.0.0.0', '255.255.255.255']) {
        const mn = t.mn();
        const answer = await t.ask(mn, mn.request({ ...modes.bidirectional, homeAgent }));
        if (answer.kind === 'reply' && answer.exchange.rrp.code === replyCodes.redirected)
          return t.note('redirects (code 143)');
        const { rrp } = t.accepted(answer, 'HA-39');
        t.demand(
          'HA-39',
          rrp.homeAgent === t.session.target.address,
          `Home Agent ${t.session.target.address}`,
          rrp.homeAgent,
        );
      }
    },
  );

  test.wholeRun('10', 'MUST have copied its own address from every accepted request of the run', { covers: ['HA-26'] });

  test(
    '11',
    'MUST deny a home address that it cannot serve with 129',
    { ...gre, covers: ['HA-36'], knobs: { base: 'rfc5944' } },
    async (t) => {
      await t.registered(modes.bidirectional);
      const mn = t.mn();
      const answer = await t.askAnswered(mn, mn.request(modes.bidirectional), set('homeAddress', foreignAddress));
      t.denied(answer, 'HA-36', [replyCodes.administrativelyProhibited]);
    },
  );

  test('12', 'MUST copy a home address that it can serve', { ...dynamic, covers: ['HA-36'] }, async (t) => {
    const mn = await t.registered(modes.bidirectional);
    const homeAddress = mn.binding?.homeAddress ?? '0.0.0.0';
    const { rrp } = t.accepted(await t.ask(mn, mn.request({ ...modes.bidirectional, homeAddress })), 'HA-36');
    t.demand('HA-36', rrp.homeAddress === homeAddress, `Home Address ${homeAddress}`, rrp.homeAddress);
  });

  test(
    '13',
    'MUST name the home address that it chose for a request without one',
    { ...dynamic, covers: ['HA-37'] },
    async (t) => {
      const mn = t.mn();
      const { rrp } = t.accepted(await t.ask(mn, mn.request(modes.bidirectional)), 'HA-37');
      t.demand(
        'HA-37',
        rrp.homeAddress !== '0.0.0.0' && rrp.homeAddress !== '255.255.255.255',
        'a home address',
        rrp.homeAddress,
      );
    },
  );

  test('14', 'SHOULD choose the same home address for the same MN', { ...dynamic, covers: ['HA-37'] }, async (t) => {
    const mn = await t.registered(modes.bidirectional);
    const first = mn.binding?.homeAddress ?? '';
    await t.register(mn, modes.bidirectional);
    const second = mn.binding?.homeAddress ?? '';
    if (first !== second) t.warn('HA-37', `${first} again`, second);
  });

  test.wholeRun('15', 'MUST have named a home address in every reply of the run that needs one', {
    covers: ['HA-37'],
    needs: ['dynamicHomeAddress'],
  });
  test.wholeRun('25', 'MUST have copied the home address of every accepted request of the run that names one', {
    covers: ['HA-36'],
  });
  test.wholeRun('16', 'MUST have returned the NAI of every accepted request of the run', { covers: ['HA-38'] });

  // --- lifetime ---
  test('17', 'MUST NOT grant more than was asked for', { ...gre, covers: ['HA-48'] }, async (t) => {
    for (const lifetime of [1, 30, 65534, 65535]) {
      const mn = t.mn();
      const { rrp } = await t.register(mn, { ...modes.bidirectional, lifetime });
      t.demand('HA-48', rrp.lifetime <= lifetime, `at most ${lifetime} s`, `${rrp.lifetime} s`);
      if (rrp.lifetime < lifetime) t.note(`grants ${rrp.lifetime} s of ${lifetime} s`);
    }
  });

  test.wholeRun('18', 'MUST NOT have granted more than was asked for in any reply of the run', { covers: ['HA-48'] });

  // --- proxy ARP on the home link, seen from an L2 MN ---
  test(
    '19',
    'MUST answer ARP for a home address while it is registered only',
    { needs: ['greKeys', 'l2', 'homeLink.arp'], tunnel: true, covers: ['HA-60'], waits: true },
    async (t) => {
      const host = await t.registered(modes.l2Bidirectional);
      await t.carries(host);
      const mn = await t.registered(modes.bidirectional);
      const ip = mn.binding?.homeAddress ?? '0.0.0.0';
      if (ip === '0.0.0.0') return t.undecided('no home address was assigned');
      const during = await t.resolves(host, ip);
      if (during === undefined) return t.note('no proxy ARP in L2 tunnels');
      await t.deregister(mn);
      const after = await t.resolves(host, ip);
      if (after === undefined) return;
      await t.fence(mn.station); // to whom the address has gone since is known by then
      const { bindings } = t.session.oracle;
      const now = t.session.clock.now();
      const others = [...bindings.atHome(ip, now), ...bindings.lately(ip, now)].filter((b) => b.mn !== mn.nai);
      if (others.length > 0 || isOfTester(after)) return t.note(`${ip} has gone to another MN at once`);
      t.demand('HA-60', false, 'no ARP reply after the deregistration', `${after} answers`);
    },
  );

  test('20', 'SHOULD answer with a code whatever it denies', { covers: ['HA-54'], needs: ['ipInIp'] }, async (t) => {
    await t.registered(allModes.ipInIp);
    const mn = t.mn();
    const answer = await t.askAnswered(mn, mn.request(allModes.ipInIp), set('homeAgent', '198.51.100.77'));
    t.demand('HA-54', answer.kind === 'reply', 'a denial with a code', 'silence');
    if (answer.kind === 'reply' && answer.exchange.accepted)
      t.note(`accepted with ${codeText(answer.exchange.rrp.code)}`);
  });

  test(
    '21',
    'MUST copy a lifetime that is not above the longest it grants',
    { ...gre, covers: ['HA-48'] },
    async (t) => {
      const { rrp } = await t.register(t.mn(), { ...modes.bidirectional, lifetime: 65534 });
      const longest = rrp.lifetime;
      const declared = t.config.pixit.maxLifetime;
      if (declared !== undefined && longest !== Math.min(declared, 65534))
        t.note(`grants ${longest} s at most, where pixit.maxLifetime is ${declared} s`);
      for (const lifetime of [longest, Math.ceil(longest / 2), Math.min(7, longest)]) {
        if (lifetime === 0) return t.undecided('a lifetime of 0 was granted');
        const { rrp: next } = await t.register(t.mn(), { ...modes.bidirectional, lifetime });
        t.demand('HA-48', next.lifetime === lifetime, `${lifetime} s as asked`, `${next.lifetime} s`);
      }
    },
  );

  // --- the NAI ---
  for (const [number, what, user] of [
    ['22', 'in upper and lower case', (unique: string): string => `MiXed.${unique}`],
    ['23', 'of 200 octets', (unique: string): string => unique.padEnd(200, 'x')],
  ] as const) {
    test(
      number,
      `MUST return an NAI ${what} as it is, when it accepts such a one`,
      { ...gre, covers: ['HA-38'] },
      async (t) => {
        await t.registered(modes.bidirectional);
        const realm = `@${t.config.pixit.realm}`;
        const nai = `${user(`n${number}-${t.session.runId}`).slice(0, 200 - realm.length)}${realm}`;
        const mn = t.mn(0, { nai });
        // which NAIs it takes is its own affair
        const answer = await t.askBent(mn, mn.request(modes.bidirectional), { field: 'an unusual NAI' });
        if (answer.kind === 'silence' || !answer.exchange.accepted) return t.note(`takes no NAI ${what}`);
        const given = naiOf(answer.exchange.rrp);
        t.demand('HA-38', given === nai, `NAI ${nai}`, given ?? 'no NAI extension');
      },
    );
  }

  test('24', 'MUST return the NAI in denials too', { ...gre, covers: ['HA-38'] }, async (t) => {
    await t.registered(modes.bidirectional);
    const mn = t.mn();
    const answer = await t.askAnswered(mn, mn.request(modes.bidirectional), set('homeAgent', '198.51.100.77'));
    if (answer.kind === 'silence' || answer.exchange.accepted) return t.undecided('the request was not denied');
    const given = naiOf(answer.exchange.rrp);
    if (given === mn.nai) return;
    t.recorder.blame(answer.reply.message.bytes);
    // RFC 2794 §3 tells it of replies, and has those in mind that assign something
    t.warn('HA-38', `NAI ${mn.nai}`, given ?? 'no NAI extension');
  });
});
