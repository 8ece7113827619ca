/** RFC 3344 §1.8 and §1.9: extensions that the HA does not know, pads, and malformed ones. */
import { type Bend, cut, insert, replace } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import { draftModes as modes } from '../../src/tester/request.js';
import type { Extension } from '../../src/wire/extensions.js';

const gre = { needs: ['greKeys'] } as const;

/** Types that no document assigns, as far as we know. */
const unknown = { name: 'raw', type: 120, data: Uint8Array.of(1, 2, 3, 4) } as const;
/** More of them, odd and even. */
const unassigned = [101, 105, 110, 113, 119, 123, 126] as const;
const skippable = { name: 'raw', type: 200, data: Uint8Array.of(1, 2, 3, 4, 5) } as const;
const empty = { name: 'raw', type: 201, data: new Uint8Array(0) } as const;
const pad: Extension = { name: 'pad' };

export const extensionRules = section('ha/rfc3344-1.8', { document: 'rfc3344', section: '1.8' }, (test) => {
  test(
    '01',
    'MUST silently discard a request with an unknown extension of type 0 to 127',
    { ...gre, covers: ['HA-28'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const answer = await t.askBent(mn, mn.request(modes.unidirectional), insert('before', 'mnHa', unknown));
      t.refused(answer, 'HA-28');
      // yegani-02 §4.2 wants a denial, with a code that nobody has defined
      const wanted = t.config.knobs['unknown_ext'];
      if (answer.kind === 'reply' && wanted === 'silent')
        t.warn('HA-28', 'silence', `code ${answer.exchange.rrp.code}`);
      if (answer.kind === 'silence' && wanted === 'reply') t.warn('HA-28', 'a denial (knob unknown_ext)', 'silence');
      const code = t.knobNumber('unknown_ext_code');
      if (answer.kind === 'reply' && wanted !== 'silent' && code !== 0 && answer.exchange.rrp.code !== code)
        t.warn('HA-28', `code ${code} (knob unknown_ext_code)`, `code ${answer.exchange.rrp.code}`);
    },
  );

  for (const [number, what, bend] of [
    ['02', 'before the GRE Key extension', insert('before', 'greKey', skippable)],
    ['03', 'behind MN-HA', insert('behind', 'mnHa', skippable)],
    ['04', 'of length 0', insert('before', 'greKey', empty)],
    ['05', 'of length 255', insert('before', 'greKey', { ...skippable, data: new Uint8Array(255).fill(7) })],
  ] as readonly (readonly [string, string, Bend])[]) {
    test(
      number,
      `MUST skip an unknown extension of type 128 to 255 ${what} and go on`,
      { ...gre, covers: ['HA-29'] },
      async (t) => {
        await t.registered(modes.bidirectional);
        const mn = t.mn();
        const { granted } = t.accepted(await t.ask(mn, mn.request(modes.bidirectional), { bend }), 'HA-29');
        t.demand(
          'HA-29',
          granted !== undefined,
          'the GRE Key extension behind it honoured',
          'no extension in the reply',
        );
      },
    );
  }

  for (const [number, count] of [
    ['06', 1],
    ['07', 3],
  ] as const) {
    test(
      number,
      `MUST take ${count} pad octet${count === 1 ? '' : 's'} between extensions for nothing`,
      { ...gre, covers: ['HA-30'] },
      async (t) => {
        await t.registered(modes.bidirectional);
        const mn = t.mn();
        const pads = insert('before', 'greKey', ...Array.from({ length: count }, () => pad));
        const { granted } = t.accepted(await t.ask(mn, mn.request(modes.bidirectional), { bend: pads }), 'HA-30');
        t.demand(
          'HA-30',
          granted !== undefined,
          'the GRE Key extension behind them honoured',
          'no extension in the reply',
        );
      },
    );
  }

  for (const [number, what, bend] of [
    ['08', 'cut to 12 octets', cut(12)],
    ['09', 'cut to 1 octet', cut(1)],
    ['10', 'cut to 23 octets, one short of its fixed part', cut(23)],
    ['11', 'whose last extension points past its end', cut(-1)],
    [
      '12',
      'with an authentication extension of length 2',
      replace('mnHa', { name: 'raw', type: 32, data: Uint8Array.of(0, 0) }),
    ],
    [
      '13',
      'with an extension whose length points past its end',
      insert('before', 'mnHa', { ...skippable, length: 255 }),
    ],
  ] as readonly (readonly [string, string, Bend])[]) {
    test(
      number,
      `MUST NOT accept a request ${what}, nor fall silent after it`,
      { ...gre, covers: number === '12' ? ['HA-31', 'HA-03'] : ['HA-31'] },
      async (t) => {
        const mn = await t.registered(modes.unidirectional);
        t.refused(await t.askBent(mn, mn.request(modes.unidirectional), bend), number === '12' ? 'HA-03' : 'HA-31');
        const next = t.mn();
        t.accepted(await t.ask(next, next.request(modes.unidirectional)), 'HA-31');
      },
    );
  }

  test(
    '14',
    'MUST silently discard a request with an unknown extension of type 0 to 127 behind MN-HA',
    { ...gre, covers: ['HA-28'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const answer = await t.askBent(mn, mn.request(modes.unidirectional), insert('behind', 'mnHa', unknown));
      t.refused(answer, 'HA-28');
    },
  );

  test.wholeRun('15', 'MUST NOT have accepted any unknown extension of type 0 to 127 in the run, however late', {
    covers: ['HA-28'],
  });

  test(
    '16',
    'MUST NOT accept any of several unknown extensions of type 0 to 127',
    { ...gre, covers: ['HA-28'] },
    async (t) => {
      for (const type of unassigned) {
        const mn = t.mn();
        const bend = insert('before', 'mnHa', { ...unknown, type });
        t.refused(await t.askBent(mn, mn.request(modes.unidirectional), bend), 'HA-28');
      }
    },
  );

  test.wholeRun('17', 'SHOULD have put no extension into any reply of the run that nobody can know or may skip', {
    covers: ['HA-62'],
  });
});
