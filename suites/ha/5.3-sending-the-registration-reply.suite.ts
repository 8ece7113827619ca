/** draft-tsirtsis-l2gre-pmipv4-00 §5.3: the extension in the reply, or a rejection. */
import { hexKey } from '../../src/oracle/exchange.js';
import { order } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { replyCodes } from '../../src/wire/mobileip.js';

const gre = { needs: ['greKeys'] } as const;

export const sendingTheReply = section('ha/5.3', { document: 'tsirtsis', section: '5.3' }, (test) => {
  for (const [number, name, mode] of [
    ['01', 'key 0 in normal mode', modes.bidirectional],
    ['02', 'another key in normal mode', modes.unidirectional],
    ['03', 'key 0 in L2 mode', modes.l2Bidirectional],
    ['04', 'another key in L2 mode', modes.l2Unidirectional],
  ] as const) {
    const needs = mode.a ? (['greKeys', 'l2'] as const) : gre.needs;
    test(number, `MUST include the extension when it accepts ${name}`, { needs, covers: ['TS-18'] }, async (t) => {
      const mn = t.mn();
      const answer = await t.ask(mn, mn.request(mode));
      if (answer.kind === 'silence' || !answer.exchange.accepted)
        return t.undecided('a valid registration was not accepted');
      t.demand(
        'TS-18',
        answer.exchange.granted !== undefined,
        'one GRE Key extension',
        'none, or one that cannot be read',
      );
    });
  }

  test('05', 'MUST return A=0 for a request with A=0', { ...gre, covers: ['TS-20'] }, (t) =>
    t.eachMode(
      async (mode) => {
        const { granted } = await t.register(t.mn(), mode);
        t.demand('TS-20', granted?.a === false, 'A=0', 'A=1');
      },
      (mode) => mode.a === false,
    ),
  );

  test('06', 'MUST return A=1 for a request with A=1', { needs: ['greKeys', 'l2'], covers: ['TS-20'] }, (t) =>
    t.eachMode(
      async (mode) => {
        const { granted } = await t.register(t.mn(), mode);
        t.demand('TS-20', granted?.a === true, 'A=1', 'A=0');
      },
      (mode) => mode.a === true,
    ),
  );

  test(
    '07',
    'MUST put the key into the reply that it then sends with',
    { ...gre, covers: ['TS-19'], tunnel: true },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = t.mn();
        const { granted } = await t.register(mn, mode);
        t.demand('TS-19', granted?.key !== 0, 'a key that is not 0', `key ${hexKey(granted?.key ?? 0)}`);
        expectForwardKey(t, mn, await t.carries(mn), 'TS-19');
      }),
  );

  test(
    '08',
    'MUST build the reply so wherever the extension stands in the request',
    { ...gre, covers: ['TS-18', 'TS-20'] },
    (t) =>
      t.eachMode(async (mode) => {
        for (const names of [
          ['nai', 'greKey', 'mnHa', 'faHa'],
          ['greKey', 'nai', 'mnHa', 'faHa'],
          ['nai', 'mnHa', 'greKey', 'faHa'],
        ] as const) {
          const mn = t.mn();
          const answer = await t.askBent(mn, mn.request(mode), order(...names));
          if (answer.kind === 'silence' || !answer.exchange.accepted) {
            // yegani-02 puts it behind MN-HA, RFC 3344 before it; an HA may insist on what protects it
            t.note(`refuses the order ${names.join(', ')}`);
            continue;
          }
          const { granted } = answer.exchange;
          t.demand('TS-18', granted !== undefined, `the extension in the reply to ${names.join(', ')}`, 'none');
          t.demand('TS-20', granted?.a === mode.a, `A=${mode.a ? 1 : 0}`, `A=${granted?.a ? 1 : 0}`);
        }
      }),
  );

  const codes = [replyCodes.administrativelyProhibited, replyCodes.encapsulationUnavailable];

  test(
    '09',
    'SHOULD reject the request with a code when it does not accept GRE keys',
    { refuses: ['greKeys'], covers: ['TS-21'] },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = t.mn();
        const answer = await t.ask(mn, mn.request(mode));
        if (t.session.config.knobs['unknown_ext'] === 'silent' && answer.kind === 'silence') {
          return t.note('silent, as RFC 3344 §1.8 wants it of an HA that does not know the extension');
        }
        const { rrp } = t.denied(answer, 'TS-21');
        if (!codes.some((code) => code === rrp.code))
          t.note(`denied with code ${rrp.code}, where 129 or 139 is expected`);
      }),
  );

  test(
    '10',
    'SHOULD reject the request with a code when it does not accept L2 tunnels',
    { needs: ['greKeys'], refuses: ['l2'], covers: ['TS-21'] },
    async (t) => {
      for (const mode of [modes.l2Bidirectional, modes.l2Unidirectional]) {
        const mn = t.mn();
        const { rrp } = t.denied(await t.ask(mn, mn.request(mode)), 'TS-21');
        if (!codes.some((code) => code === rrp.code)) t.note(`denied with code ${rrp.code}, where 129 is expected`);
      }
    },
  );

  test.wholeRun('11', 'MUST keep to this section in every reply of the run', {
    ...gre,
    covers: ['TS-18', 'TS-19', 'TS-20'],
  });
});
