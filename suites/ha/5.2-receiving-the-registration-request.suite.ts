/** draft-tsirtsis-l2gre-pmipv4-00 §5.2: what the HA allocates, and what it then lets through. */
import { section } from '../../src/tester/case.js';
import { hexKey } from '../../src/oracle/exchange.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { registerMany } from '../../src/tester/many.js';
import { wrongKeys } from '../../src/tester/wrong-keys.js';
import { expectForwardKey } from '../../src/tester/checks.js';

const gre = { needs: ['greKeys'] } as const;
const l2 = { needs: ['greKeys', 'l2'] } as const;

export const receivingTheRequest = section('ha/5.2', { document: 'tsirtsis', section: '5.2' }, (test) => {
  // --- key 0, A 0 ---
  test('01', 'MUST allocate a key when asked with key 0 in normal mode', { ...gre, covers: ['TS-06'] }, async (t) => {
    const mn = t.mn();
    const { granted } = t.accepted(await t.ask(mn, mn.request(modes.bidirectional)), 'TS-06');
    const key = granted?.key ?? 0;
    t.demand('TS-06', key !== 0, 'an allocated key in the reply', granted ? `key ${hexKey(key)}` : 'no key');
  });

  test(
    '02',
    'MUST use the allocated key in both directions in normal mode',
    { ...gre, covers: ['TS-06'], tunnel: true },
    async (t) => {
      const mn = await t.registered(modes.bidirectional);
      expectForwardKey(t, mn, await t.passes(mn, 'TS-06'), 'TS-06');
    },
  );

  test(
    '03',
    'MAY share a key between MNs of a realm, but MUST then tell them apart',
    { ...gre, covers: ['TS-06', 'TS-07'], tunnel: true },
    async (t) => {
      const mns = [await t.registered(modes.bidirectional), await t.registered(modes.bidirectional)];
      if (mns[0]?.binding?.forwardKey === mns[1]?.binding?.forwardKey) t.note('two MNs of one realm share a key');
      for (const mn of mns) expectForwardKey(t, mn, await t.passes(mn, 'TS-06'), 'TS-06');
    },
  );

  // --- key not 0, A 0 ---
  test('04', 'SHOULD accept a key other than 0 in normal mode', { ...gre, covers: ['TS-08'] }, async (t) => {
    const mn = t.mn();
    t.accepted(await t.ask(mn, mn.request(modes.unidirectional)), 'TS-08');
  });

  test(
    '05',
    'MUST take the accepted key as the reverse key and send with the key of its reply in normal mode',
    { ...gre, covers: ['TS-08', 'TS-09', 'TS-19'], tunnel: true },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      expectForwardKey(t, mn, await t.passes(mn, 'TS-19'), 'TS-19');
    },
  );

  test(
    '06',
    'SHOULD allocate forward keys of its own rather than echo those of the requests',
    { ...gre, covers: ['TS-09', 'TS-10'] },
    async (t) => {
      const pairs: string[] = [];
      for (let i = 0; i < 4; i++) {
        const { asked, granted } = await t.register(t.mn(), modes.unidirectional);
        if (asked?.key === granted?.key) pairs.push(hexKey(granted?.key ?? 0));
      }
      t.demand(
        'TS-09',
        pairs.length < 4,
        'keys allocated by the HA',
        `the key of the request every time: ${pairs.join(', ')}`,
      );
    },
  );

  // --- key 0, A 1 ---
  test('07', 'MUST allocate a key when asked with key 0 in L2 mode', { ...l2, covers: ['TS-11'] }, async (t) => {
    const mn = t.mn();
    const { granted } = t.accepted(await t.ask(mn, mn.request(modes.l2Bidirectional)), 'TS-11');
    const key = granted?.key ?? 0;
    t.demand('TS-11', key !== 0, 'an allocated key in the reply', granted ? `key ${hexKey(key)}` : 'no key');
  });

  test(
    '08',
    'MUST build an L2 tunnel with the allocated key in both directions',
    { ...l2, covers: ['TS-11', 'TS-13'], tunnel: true },
    async (t) => {
      const mn = await t.registered(modes.l2Bidirectional);
      expectForwardKey(t, mn, await t.passes(mn, 'TS-13'), 'TS-13');
    },
  );

  // --- key not 0, A 1 ---
  test('09', 'SHOULD accept a key other than 0 in L2 mode', { ...l2, covers: ['TS-14'] }, async (t) => {
    const mn = t.mn();
    t.accepted(await t.ask(mn, mn.request(modes.l2Unidirectional)), 'TS-14');
  });

  test(
    '10',
    "MUST build an L2 tunnel with the MPA's key up and its own key down",
    { ...l2, covers: ['TS-14', 'TS-15', 'TS-16'], tunnel: true },
    async (t) => {
      const mn = await t.registered(modes.l2Unidirectional);
      expectForwardKey(t, mn, await t.passes(mn, 'TS-16'), 'TS-16');
    },
  );

  // --- unique keys ---
  test('11', 'MUST NOT give two live L2 MNs the same key when asked with key 0', { ...l2, covers: ['TS-12'] }, (t) =>
    registerMany(t, [modes.l2Bidirectional], 'TS-12'),
  );

  test(
    '12',
    'MUST NOT give two live L2 MNs the same forward key when asked with keys other than 0',
    { ...l2, covers: ['TS-15'] },
    (t) => registerMany(t, [modes.l2Unidirectional], 'TS-15'),
  );

  test(
    '13',
    'MUST NOT give two live L2 MNs the same key when the key modes are mixed',
    { ...l2, covers: ['TS-12', 'TS-15'] },
    (t) => registerMany(t, [modes.l2Bidirectional, modes.l2Unidirectional], 'TS-12', 64),
  );

  test(
    '14',
    'MUST NOT give away a key that lives, whatever came and went between',
    { ...l2, covers: ['TS-12'] },
    async (t) => {
      const stay = [await t.registered(modes.l2Bidirectional), await t.registered(modes.l2Bidirectional)];
      const go = await t.registered(modes.l2Bidirectional);
      await t.register(stay[0] ?? go, modes.l2Bidirectional); // asks for a key once more
      await t.register(go, { ...modes.l2Bidirectional, lifetime: 0 });
      for (let i = 0; i < 6; i++) stay.push(await t.registered(modes.l2Bidirectional));
      await t.register(go, modes.l2Bidirectional);
      const keys = [...stay, go].map((mn) => mn.binding?.forwardKey);
      t.demand(
        'TS-12',
        new Set(keys).size === keys.length,
        `${keys.length} different keys`,
        keys.map((k) => hexKey(k ?? 0)).join(', '),
      );
    },
  );

  // --- what must not get through ---
  for (const [number, name, mode, id] of [
    ['15', 'L2 mode with an allocated key', modes.l2Bidirectional, 'TS-16'],
    ['16', 'L2 mode with two keys', modes.l2Unidirectional, 'TS-16'],
    ['17', 'normal mode with an allocated key', modes.bidirectional, 'GR-11'],
    ['18', 'normal mode with two keys', modes.unidirectional, 'GR-11'],
  ] as const) {
    test(
      number,
      `MUST drop packets with a wrong key in ${name}`,
      { ...(mode.a ? l2 : gre), covers: [id], tunnel: true },
      async (t) => {
        const mn = await t.registered(mode);
        await t.carries(mn);
        if (!mn.binding) return;
        for (const [what, key] of wrongKeys(t.session, mn.binding)) {
          await t.drops(
            id,
            `a packet with ${what} (${hexKey(key)})`,
            (probe) => t.sendEcho(mn, probe, { gre: { key } }),
            mn,
          );
        }
      },
    );
  }

  for (const [number, name, mode, id] of [
    ['19', 'L2 mode', modes.l2Bidirectional, 'TS-16'],
    ['20', 'normal mode', modes.bidirectional, 'GR-11'],
  ] as const) {
    test(
      number,
      `MUST drop packets without a key in ${name}`,
      { ...(mode.a ? l2 : gre), covers: [id], tunnel: true },
      async (t) => {
        const mn = await t.registered(mode);
        await t.carries(mn);
        await t.drops(
          id,
          'a packet without a key',
          (probe) => t.sendEcho(mn, probe, { gre: { key: undefined, hasKey: false } }),
          mn,
        );
      },
    );
  }

  for (const [number, name, mode, id] of [
    ['21', 'L2 mode with an allocated key', modes.l2Bidirectional, 'TS-16'],
    ['22', 'L2 mode with two keys', modes.l2Unidirectional, 'TS-16'],
    ['23', 'normal mode with an allocated key', modes.bidirectional, 'TN-06'],
    ['24', 'normal mode with two keys', modes.unidirectional, 'TN-06'],
  ] as const) {
    const options = { ...(mode.a ? l2 : gre), covers: [id], tunnel: true, careOfAddresses: 2 } as const;
    test(number, `MUST drop packets from another source than the care-of address in ${name}`, options, async (t) => {
      const mn = await t.registered(mode, 0);
      await t.carries(mn);
      const other = t.session.stations.at(1);
      await t.drops(id, `a packet from ${other.address}`, (probe) => t.sendEcho(mn, probe, { from: other }), mn);
    });
  }

  test(
    '25',
    'MUST keep two MNs apart whose MPAs chose the same reverse key',
    { ...l2, covers: ['TS-16'], tunnel: true, careOfAddresses: 2 },
    async (t) => {
      const first = await t.registered(modes.l2Unidirectional, 0);
      const second = t.mn(1);
      second.ownKey = first.ownKey;
      const answer = await t.ask(second, second.request(modes.l2Unidirectional));
      // keys of the MPA need only be unique per care-of address, but no sentence forces an HA to cope
      if (answer.kind === 'silence' || !answer.exchange.accepted)
        return t.note('refuses a reverse key that another MPA uses');
      t.settle(second);
      for (const mn of [first, second]) expectForwardKey(t, mn, await t.passes(mn, 'TS-16'), 'TS-16');
    },
  );

  test(
    '26',
    'MUST follow yegani-02 in L2 mode too: an extension without the G bit counts as GRE',
    { ...l2, covers: ['TS-17', 'YG-14'] },
    async (t) => {
      const mn = t.mn();
      const { granted } = t.accepted(await t.ask(mn, mn.request({ ...modes.l2Bidirectional, gre: false })), 'YG-14');
      t.demand('TS-17', granted !== undefined, 'the extension in the reply', 'none');
    },
  );

  test(
    '27',
    'MUST follow yegani-02 in L2 mode too: every renewal is answered with the extension',
    { ...l2, covers: ['TS-17'] },
    async (t) => {
      const mn = await t.registered(modes.l2Bidirectional);
      const { granted } = t.accepted(
        await t.ask(mn, mn.request({ key: mn.binding?.forwardKey ?? 0, a: true })),
        'TS-17',
      );
      t.demand('TS-17', granted !== undefined, 'the extension in the reply to a renewal', 'none');
    },
  );

  test(
    '29',
    'MUST use any key that it accepts, the least and the greatest too',
    { ...gre, covers: ['TS-16', 'TS-19'], tunnel: true },
    (t) =>
      t.eachMode(
        async (mode) => {
          const id = mode.a ? 'TS-16' : 'TS-19';
          for (const key of [1, 0x7fffffff, 0x80000000, 0xffffffff]) {
            // draft §5.1: no other MN may have it
            if (t.session.oracle.bindings.withReverseKey(key, t.session.clock.now()).length > 0) continue;
            const mn = t.mn();
            mn.ownKey = key;
            const answer = await t.ask(mn, mn.request(mode));
            // taking keys of the MPA is a SHOULD, and has cases of its own
            if (answer.kind === 'silence' || !answer.exchange.accepted) {
              t.note(`does not accept key ${hexKey(key)}`);
              continue;
            }
            expectForwardKey(t, mn, await t.passes(mn, id), id);
            await t.deregister(mn);
          }
        },
        ({ key }) => key === 'own',
      ),
  );

  test(
    '30',
    'MUST NOT give away a key that lives on after a handover',
    { ...l2, covers: ['TS-12'], careOfAddresses: 2 },
    async (t) => {
      const mns = [await t.registered(modes.l2Bidirectional, 0), await t.registered(modes.l2Bidirectional, 0)];
      for (const mn of mns) {
        mn.station = t.session.stations.at(1);
        await t.register(mn, { ...modes.l2Bidirectional, key: mn.agreedKey ?? 0 });
      }
      for (let i = 0; i < 6; i++) mns.push(await t.registered(modes.l2Bidirectional, i % 2));
      const keys = mns.map((mn) => mn.binding?.forwardKey);
      const list = keys.map((key) => hexKey(key ?? 0)).join(', ');
      t.demand('TS-12', new Set(keys).size === keys.length, `${keys.length} different keys`, list);
    },
  );

  test.wholeRun('28', 'MUST NOT have repeated a live L2 key in any reply of the run', {
    ...l2,
    covers: ['TS-12', 'TS-15'],
  });
});
