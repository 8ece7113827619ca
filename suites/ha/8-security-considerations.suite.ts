/** draft-tsirtsis-l2gre-pmipv4-00 §8: the security of the documents underneath holds for the new extension too. */
import { afterSigning, type Bend, greKey, without, wrongAuthenticator } from '../../src/tester/bend.js';
import type { RequirementId } from '../../src/spec/catalogue.js';
import { type CaseOptions, section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import { draftModes as modes } from '../../src/tester/request.js';
import type { Session } from '../../src/tester/session.js';

const gre = { needs: ['greKeys'] } as const;

export const security = section('ha/8', { document: 'tsirtsis', section: '8' }, (test) => {
  for (const [number, what, bend] of [
    ['01', 'its key was changed', (s) => afterSigning(s, greKey({ key: 0x13579bdf }))],
    ['02', 'its A flag was changed', (s) => afterSigning(s, greKey({ a: false }))],
    ['03', 'its authenticator is wrong', wrongAuthenticator],
    ['04', 'it has no authentication extension', () => without('mnHa')],
  ] as readonly (readonly [string, string, (session: Session) => Bend])[]) {
    const id = number === '04' ? 'HA-03' : 'HA-05';
    test(
      number,
      `MUST NOT accept a request when ${what} on the way`,
      { needs: ['greKeys', 'l2'], covers: [id] },
      async (t) => {
        const mn = await t.registered(modes.l2Unidirectional);
        const answer = await t.askBent(mn, mn.request({ ...modes.l2Unidirectional }), bend(t.session));
        t.refused(answer, id);
      },
    );
  }

  test(
    '05',
    'MUST leave the tunnel as it is when a forged request is refused',
    { ...gre, tunnel: true, covers: ['HA-05'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const { frame } = await t.carries(mn);
      if (frame.gre?.key !== mn.binding?.forwardKey) return t.undecided('packets to the MN come under another key');
      const own = mn.ownKey;
      mn.ownKey = t.session.random.uint32() || 1;
      const answer = await t.askBent(mn, mn.request(modes.unidirectional), wrongAuthenticator(t.session));
      t.refused(answer, 'HA-05');
      mn.ownKey = own;
      expectForwardKey(t, mn, await t.passes(mn, 'HA-05'), 'HA-05');
    },
  );

  test('06', 'MUST NOT accept a request that it has accepted before', { ...gre, covers: ['HA-13'] }, (t) =>
    t.eachMode(async (mode) => {
      const mn = await t.registered(mode);
      const first = mn.request(mode);
      t.accepted(await t.ask(mn, first), 'HA-13');
      const second = mn.request(mode);
      t.accepted(await t.ask(mn, second), 'HA-13');
      const answer = await t.askBent(mn, first, { field: 'sent again' });
      t.refused(answer, 'HA-13');
    }),
  );

  test(
    '09',
    'MUST leave the tunnel where it is when a forged handover is refused',
    { ...gre, tunnel: true, careOfAddresses: 2, covers: ['HA-05'] },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode, 0);
        await t.carries(mn);
        const here = mn.station;
        mn.station = t.session.stations.at(1);
        const answer = await t.askBent(mn, mn.request(mode), wrongAuthenticator(t.session));
        mn.station = here;
        t.refused(answer, 'HA-05');
        expectForwardKey(t, mn, await t.passes(mn, 'HA-05'), 'HA-05');
      }),
  );

  for (const [number, what, id, bend, options] of [
    ['07', 'its authenticator is wrong', 'HA-05', wrongAuthenticator, {}],
    // draft-leung-mip4-proxy-mode-10 §4.3: FA-HA may stand for the MN
    ['08', 'it has no authentication extension', 'HA-03', () => without('mnHa'), { faHa: false }],
  ] as readonly (readonly [string, string, RequirementId, (session: Session) => Bend, Partial<CaseOptions>])[]) {
    test(
      number,
      `MUST NOT end a tunnel for a deregistration when ${what}`,
      { ...gre, ...options, tunnel: true, covers: [id] },
      (t) =>
        t.eachMode(async (mode) => {
          const mn = await t.registered(mode);
          await t.carries(mn);
          t.refused(await t.askBent(mn, mn.request(mn.ending), bend(t.session)), id);
          await t.passes(mn, id);
        }),
    );
  }
});
