/** draft-tsirtsis-l2gre-pmipv4-00 §4: the extension as a mobility proxy agent sends it. */
import { mpaSection } from '../../src/tester/case.js';
import { greKeyOf } from '../../src/tester/grant.js';

export const mpaFlagDefinition = mpaSection('mpa/4', { document: 'tsirtsis', section: '4' }, (test) => {
  test(
    '01',
    'MUST send the extension in the layout of the draft, reserved bits zero',
    { needs: ['greKeys'], covers: ['TS-01'] },
    (t) =>
      t.eachMode(async (mode) => {
        const node = t.node(mode);
        await t.attach(node);
        const { rrq, message } = await t.request(node);
        const asked = greKeyOf(rrq);
        if (!asked) t.recorder.blame(message.bytes);
        t.demand('TS-01', asked !== undefined, 'a GRE Key extension of length 6', 'none that fits the layout');
        t.demand(
          'TS-01',
          (asked?.reserved ?? 0) === 0,
          'all reserved bits but A zero',
          `0x${(asked?.reserved ?? 0).toString(16)}`,
        );
      }),
  );

  test.wholeRun('02', 'MUST keep the layout in every request of the run', { needs: ['greKeys'], covers: ['TS-01'] });
});
