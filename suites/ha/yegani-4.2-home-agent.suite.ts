/** draft-yegani-gre-key-extension-02 §4.2: how an HA handles the GRE Key extension. */
import { insert } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { replyCodes } from '../../src/wire/mobileip.js';

const gre = { needs: ['greKeys'] } as const;

export const yeganiHomeAgent = section('ha/yegani-4.2', { document: 'yegani', section: '4.2' }, (test) => {
  test('01', 'MUST process the extension behind others as RFC 3344 wants', { ...gre, covers: ['YG-10'] }, (t) =>
    t.eachMode(async (mode) => {
      await t.registered(mode);
      const mn = t.mn();
      const skippable = { name: 'raw', type: 200, data: Uint8Array.of(1, 2, 3) } as const;
      const { granted } = t.accepted(
        await t.ask(mn, mn.request(mode), { bend: insert('before', 'greKey', skippable) }),
        'YG-10',
      );
      t.demand('YG-10', granted !== undefined, 'the extension in the reply', 'none');
    }),
  );

  test(
    '02',
    'MUST NOT accept the extension when it does not know or offer it',
    { refuses: ['greKeys'], covers: ['YG-11'] },
    async (t) => {
      const mn = t.mn();
      t.refused(await t.ask(mn, mn.request(modes.unidirectional)), 'YG-11');
    },
  );

  test(
    '03',
    'MUST deny with 139 when it knows the extension but has GRE off',
    { refuses: ['greKeys'], covers: ['YG-12'] },
    async (t) => {
      const mn = t.mn();
      const answer = await t.ask(mn, mn.request(modes.unidirectional));
      // an HA that does not know the extension at all is silent, RFC 3344 §1.8
      if (answer.kind === 'silence') return t.note('silent: does not know the extension');
      const { rrp } = t.denied(answer, 'YG-12');
      // draft §5.3 names 129 for the same
      const named: readonly number[] = [replyCodes.encapsulationUnavailable, replyCodes.administrativelyProhibited];
      t.demand('YG-12', named.includes(rrp.code), 'code 139 (or 129, draft 5.3)', `code ${rrp.code}`);
    },
  );

  test(
    '04',
    'MUST deny GRE without the extension with 134',
    { ...gre, covers: ['YG-13'], knobs: { g_without_ext: '134' } },
    async (t) => {
      await t.registered(modes.bidirectional);
      const mn = t.mn();
      t.denied(await t.ask(mn, mn.request({ gre: true })), 'YG-13', [replyCodes.poorlyFormedRequest]);
    },
  );

  test(
    '05',
    'SHOULD take the extension without the G bit as if it were set',
    { ...gre, covers: ['YG-14'] },
    async (t) => {
      const mn = t.mn();
      const { granted } = t.accepted(await t.ask(mn, mn.request({ ...modes.unidirectional, gre: false })), 'YG-14');
      t.demand('YG-14', granted !== undefined, 'the extension in the reply', 'none');
    },
  );

  test('06', 'SHOULD then tunnel with GRE and keys', { ...gre, covers: ['YG-14'], tunnel: true }, async (t) => {
    const mn = t.mn();
    const answer = await t.ask(mn, mn.request({ ...modes.unidirectional, gre: false }));
    if (answer.kind === 'silence' || !answer.exchange.granted)
      return t.undecided('refuses the extension without the G bit');
    expectForwardKey(t, mn, await t.passes(mn, 'YG-14'), 'YG-14');
  });

  test('07', 'SHOULD accept the extension with code 0', { ...gre, covers: ['YG-15'] }, (t) =>
    t.eachMode(async (mode) => {
      const mn = t.mn();
      const { rrp } = t.accepted(await t.ask(mn, mn.request(mode)), 'YG-15');
      if (rrp.code !== 0) t.note('accepts with code 1, as RFC 3344 §3.8.2.2 wants without simultaneous bindings');
    }),
  );

  test('08', 'MUST assign a key and name it in the reply', { ...gre, covers: ['YG-16'] }, (t) =>
    t.eachMode(async (mode) => {
      const mn = t.mn();
      const answer = await t.ask(mn, mn.request(mode));
      if (answer.kind === 'silence' || !answer.exchange.accepted)
        return t.undecided('a valid registration was not accepted');
      t.demand('YG-16', answer.exchange.granted !== undefined, 'the extension with a key', 'none');
    }),
  );

  test(
    '09',
    'MUST answer every renewal that has the extension with the extension',
    { ...gre, covers: ['YG-17'] },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode);
        for (let i = 0; i < 3; i++) {
          const answer = await t.ask(mn, mn.request({ ...mode, key: mn.agreedKey ?? 0 }));
          if (answer.kind === 'silence' || !answer.exchange.accepted) return t.undecided('a renewal was not accepted');
          t.demand(
            'YG-17',
            answer.exchange.granted !== undefined,
            `the extension in the reply to renewal ${i + 1}`,
            'none',
          );
        }
      }),
  );

  test('10', 'MUST answer a renewal for a new key with the extension', { ...gre, covers: ['YG-17'] }, (t) =>
    t.eachMode(async (mode) => {
      const mn = await t.registered(mode);
      const answer = await t.ask(mn, mn.request({ ...mode, key: 0 }));
      if (answer.kind === 'silence' || !answer.exchange.accepted) return t.undecided('a renewal was not accepted');
      t.demand('YG-17', answer.exchange.granted !== undefined, 'the extension in the reply', 'none');
    }),
  );

  // 11 is retired: whether the reply to a deregistration has the extension is left open

  test(
    '13',
    'MUST assign one key for both directions when asked with key 0',
    { ...gre, covers: ['YG-25', 'TS-06'], tunnel: true },
    async (t) => {
      const mn = t.mn();
      const { granted } = t.accepted(await t.ask(mn, mn.request(modes.bidirectional)), 'YG-25');
      t.demand('YG-25', granted !== undefined && granted.key !== 0, 'the extension with a key', 'none, or key 0');
      expectForwardKey(t, mn, await t.passes(mn, 'YG-25'), 'YG-25');
    },
  );

  test.wholeRun('12', 'MUST have named a key in every accepting reply of the run', { ...gre, covers: ['YG-16'] });
});
