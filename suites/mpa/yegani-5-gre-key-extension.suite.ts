/** draft-yegani-gre-key-extension-02 §5: the extension and the keys on the wire, as a proxy agent uses them. */
import { hexKey } from '../../src/oracle/exchange.js';
import { mpaSection } from '../../src/tester/case.js';
import { expectLayout } from '../../src/tester/checks.js';
import { greKeyOf } from '../../src/tester/grant.js';
import { layoutOf } from '../../src/tester/mpa-mismatch.js';
import { draftModes as modes } from '../../src/tester/request.js';

const gre = { needs: ['greKeys'] } as const;
const layout = { ...gre, covers: ['YG-22'] } as const;

export const yeganiProxyExtension = mpaSection('mpa/yegani-5', { document: 'yegani', section: '5' }, (test) => {
  test('01', 'MUST send the extension as drawn, its reserved bits zero, in normal mode', layout, async (t) => {
    for (const mode of [modes.bidirectional, modes.unidirectional]) {
      const node = t.node(mode);
      await t.attach(node);
      const request = await t.request(node);
      const asked = greKeyOf(request.rrq);
      if (!asked) expectLayout(t, layoutOf(request, t.config, t.session.dialect), 'YG-22');
      if (!asked) return t.undecided('a request came without the extension');
      const zero = (asked.reserved ?? 0) === 0 && asked.a !== true;
      t.demand(
        'YG-22',
        zero,
        'all 16 reserved bits zero',
        `A=${asked.a ? 1 : 0}, others 0x${(asked.reserved ?? 0).toString(16)}`,
      );
    }
  });

  test('02', 'MUST send every packet of a keyed session with a key', { ...gre, covers: ['YG-23'], tunnel: true }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      for (let i = 0; i < 3; i++) {
        const { frame } = await t.carriesUp(node);
        if (frame.gre?.key === undefined) t.recorder.blame(frame.bytes);
        t.demand(
          'YG-23',
          frame.gre?.key !== undefined,
          'a GRE packet with K=1',
          frame.gre ? 'K=0' : `IP protocol ${frame.outer.protocol}`,
        );
      }
    }),
  );

  test(
    '03',
    'MUST tunnel with the key that the HA assigned',
    { ...gre, covers: ['YG-19'], tunnel: true, knobs: { key_direction: 'receiver' } },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.unidirectional);
      const { frame } = await t.up(node, 'YG-19');
      t.demand(
        'YG-19',
        frame.gre?.key === t.granted(node).reverseKey,
        'the key of the reply',
        frame.gre?.key === undefined ? 'no key' : `key ${hexKey(frame.gre.key)}`,
      );
    },
  );

  test(
    '04',
    'MUST take packets under the key that it assigned',
    { ...gre, covers: ['YG-20'], tunnel: true, knobs: { key_direction: 'receiver' } },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.unidirectional);
      await t.carriesUp(node);
      await t.down(node, 'YG-20');
    },
  );

  test.wholeRun(
    '05',
    'MUST have sent every packet of the run with a key, and every extension with zero reserved bits',
    {
      ...gre,
      covers: ['YG-22', 'YG-23'],
      tunnel: true,
    },
  );

  test.wholeRun('06', 'MUST have tunnelled every packet of the run with the key that the HA assigned', {
    ...gre,
    covers: ['YG-19'],
    tunnel: true,
    knobs: { key_direction: 'receiver' },
  });
});
