/** draft-tsirtsis-l2gre-pmipv4-00 §5.5.1: the registration table of the HA. */
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import { draftModes as modes, type Mode } from '../../src/tester/request.js';

const l2 = { needs: ['greKeys', 'l2'], tunnel: true } as const;

/** Three MNs, each renewed with its own key, still use the keys they had. */
async function keysOutliveRenewals(t: CaseContext, mode: Mode): Promise<void> {
  const mns: { mn: MobileNode; forward: number | undefined }[] = [];
  for (let i = 0; i < 3; i++) {
    const mn = await t.registered(mode);
    mns.push({ mn, forward: mn.binding?.forwardKey });
  }
  for (const { mn } of mns) await t.register(mn, { ...mode, key: mn.binding?.reverseKey ?? 0 });
  for (const { mn } of mns) expectForwardKey(t, mn, await t.passes(mn, 'TS-25'), 'TS-25');
}

export const homeAgentTable = section('ha/5.5.1', { document: 'tsirtsis', section: '5.5.1' }, (test) => {
  test(
    '01',
    'MUST retain both keys of every MN over renewals in normal mode',
    { needs: ['greKeys'], tunnel: true, covers: ['TS-25'] },
    (t) => keysOutliveRenewals(t, modes.unidirectional),
  );

  test('02', 'MUST retain both keys of every MN over renewals in L2 mode', { ...l2, covers: ['TS-25'] }, (t) =>
    keysOutliveRenewals(t, modes.l2Unidirectional),
  );

  test('03', 'MUST keep two L2 MNs without HoA as two entries', { ...l2, covers: ['TS-26'] }, async (t) => {
    const mns = [await t.registered(modes.l2Bidirectional), await t.registered(modes.l2Bidirectional)];
    for (const mn of mns) expectForwardKey(t, mn, await t.passes(mn, 'TS-26'), 'TS-26');
  });

  test(
    '04',
    'MUST keep L2 MNs without HoA behind two care-of addresses as two entries',
    { ...l2, covers: ['TS-26'], careOfAddresses: 2 },
    async (t) => {
      const mns = [await t.registered(modes.l2Unidirectional, 0), await t.registered(modes.l2Unidirectional, 1)];
      for (const mn of mns) expectForwardKey(t, mn, await t.passes(mn, 'TS-26'), 'TS-26');
    },
  );

  test('05', 'MUST keep an L2 MN without HoA when another one deregisters', { ...l2, covers: ['TS-26'] }, async (t) => {
    const [stays, goes] = [await t.registered(modes.l2Bidirectional), await t.registered(modes.l2Bidirectional)];
    for (const mn of [stays, goes]) await t.carries(mn);
    await t.register(goes, { key: goes.binding?.forwardKey ?? 0, a: true, lifetime: 0 });
    expectForwardKey(t, stays, await t.passes(stays, 'TS-26'), 'TS-26');
  });

  test('06', 'MUST NOT mix up the tunnels of two L2 MNs without HoA', { ...l2, covers: ['TS-26'] }, async (t) => {
    const [one, two] = [await t.registered(modes.l2Bidirectional), await t.registered(modes.l2Bidirectional)];
    await t.carries(one);
    await t.carries(two);
    for (const mn of [one, two, one, two]) expectForwardKey(t, mn, await t.passes(mn, 'TS-26'), 'TS-26');
  });
});
