/** draft-yegani-gre-key-extension-02 §5: the extension itself and the use of the keys. */
import { hexKey } from '../../src/oracle/exchange.js';
import { section } from '../../src/tester/case.js';
import { expectForwardKey, expectLayout } from '../../src/tester/checks.js';
import { draftModes as modes } from '../../src/tester/request.js';

const gre = { needs: ['greKeys'] } as const;
const layout = { ...gre, covers: ['YG-22'] } as const;
const receiver = { ...gre, tunnel: true, knobs: { key_direction: 'receiver' } } as const;

export const yeganiExtension = section('ha/yegani-5', { document: 'yegani', section: '5' }, (test) => {
  test('01', 'MUST send the extension as drawn, its reserved bits zero, in normal mode', layout, async (t) => {
    expectLayout(t, t.session.mismatch, 'YG-22');
    for (const mode of [modes.bidirectional, modes.unidirectional]) {
      const { granted } = await t.register(t.mn(), mode);
      const zero = (granted?.reserved ?? 0) === 0 && granted?.a !== true;
      t.demand(
        'YG-22',
        zero,
        'all 16 reserved bits zero',
        `A=${granted?.a ? 1 : 0}, others 0x${(granted?.reserved ?? 0).toString(16)}`,
      );
    }
  });

  test('02', 'MUST send every packet of a keyed session with a key', { ...gre, covers: ['YG-23'], tunnel: true }, (t) =>
    t.eachMode(async (mode) => {
      const mn = await t.registered(mode);
      for (let i = 0; i < 3; i++) {
        const { frame } = await t.carries(mn);
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
    'MUST take reverse packets under the key that it assigned',
    { ...gre, covers: ['YG-20'], tunnel: true, knobs: { key_direction: 'receiver' } },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      await t.passes(mn, 'YG-20');
    },
  );

  test(
    '04',
    'MUST send forward packets under the key of the request',
    { ...gre, covers: ['YG-20'], tunnel: true, knobs: { key_direction: 'receiver' } },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const { frame } = await t.carries(mn);
      t.demand('YG-20', frame.gre?.key === mn.ownKey, `key ${hexKey(mn.ownKey)}`, `key ${hexKey(frame.gre?.key ?? 0)}`);
    },
  );

  test(
    '05',
    'MUST send to each of several MNs under the key of its request',
    { ...receiver, covers: ['YG-20'] },
    async (t) => {
      const mns = [];
      for (let i = 0; i < 3; i++) mns.push(await t.registered(modes.unidirectional));
      for (const mn of mns) expectForwardKey(t, mn, await t.passes(mn, 'YG-20'), 'YG-20');
    },
  );

  test(
    '06',
    'MUST go on with the keys when a renewal names the same',
    { ...receiver, covers: ['YG-20'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      await t.carries(mn);
      for (let i = 0; i < 2; i++) {
        await t.register(mn, { ...modes.unidirectional, key: mn.agreedKey ?? 0 });
        expectForwardKey(t, mn, await t.passes(mn, 'YG-20'), 'YG-20');
      }
    },
  );

  test(
    '07',
    'MUST send under the new key when a renewal names another',
    { ...receiver, covers: ['YG-20'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      await t.carries(mn);
      mn.ownKey = t.session.random.uint32() || 1;
      await t.register(mn, modes.unidirectional);
      expectForwardKey(t, mn, await t.passes(mn, 'YG-20'), 'YG-20');
    },
  );

  test.wholeRun('08', 'MUST have sent the reserved bits as zero in every reply of the run', {
    ...gre,
    covers: ['YG-22'],
  });
});
