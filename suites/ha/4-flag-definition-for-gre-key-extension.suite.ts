/** draft-tsirtsis-l2gre-pmipv4-00 §4: the GRE Key extension keeps its layout; one reserved bit becomes the A flag. */
import { greKey, replace } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import { expectLayout } from '../../src/tester/checks.js';

export const flagDefinition = section('ha/4', { document: 'tsirtsis', section: '4' }, (test) => {
  test(
    '01',
    'MUST reply with the extension in the layout of the draft, in every mode',
    { covers: ['TS-01'], needs: ['greKeys'] },
    async (t) => {
      expectLayout(t, t.session.mismatch, 'TS-01');
      await t.eachMode(async (mode) => {
        const { granted } = await t.register(t.mn(), mode);
        t.demand(
          'TS-01',
          (granted?.reserved ?? 0) === 0,
          'all reserved bits but A zero',
          `reserved bits 0x${(granted?.reserved ?? 0).toString(16)}`,
        );
      });
    },
  );

  test(
    '02',
    'MUST NOT reply with reserved bits that the request had set',
    { covers: ['TS-01'], needs: ['greKeys'] },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = t.mn();
        const answer = await t.askBent(mn, mn.request(mode), greKey({ reserved: 0x0001 }));
        // what a receiver does with reserved bits is not said: to refuse them is as good as to ignore them
        if (answer.kind === 'silence' || !answer.exchange.accepted) return t.note('refuses reserved bits');
        const reserved = answer.exchange.granted?.reserved ?? 0;
        t.demand('TS-01', reserved === 0, 'all reserved bits but A zero', `reserved bits 0x${reserved.toString(16)}`);
      }),
  );

  for (const [number, length] of [
    ['03', 2],
    ['04', 4],
    ['05', 5],
    ['07', 7],
    ['08', 8],
  ] as const) {
    test(
      number,
      `MUST NOT accept an extension of length ${length}`,
      { covers: ['TS-01'], needs: ['greKeys'] },
      async (t) => {
        await t.registered({ key: 0, a: false });
        const mn = t.mn();
        const short = {
          name: 'raw',
          type: t.session.dialect.greKeyType,
          data: new Uint8Array(length).fill(1),
        } as const;
        const answer = await t.askBent(mn, mn.request({ key: 'own', a: false }), replace('greKey', short));
        t.refused(answer, 'TS-01');
      },
    );
  }

  test.wholeRun('06', 'MUST keep the layout in every reply of the run', { covers: ['TS-01'], needs: ['greKeys'] });
});
