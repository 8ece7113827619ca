/** RFC 3344 §3.2 and §3.5: who may register, and how the HA proves itself. */
import {
  afterSigning,
  type Bend,
  flip,
  greKey,
  greKeyHead,
  insert,
  order,
  replace,
  set,
  without,
  wrongAuthenticator,
} from '../../src/tester/bend.js';
import type { RequirementId } from '../../src/spec/catalogue.js';
import { knobValue } from '../../src/spec/knobs.js';
import { type CaseOptions, section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { type Answer, codeText } from '../../src/tester/signalling.js';
import { authenticator } from '../../src/wire/auth.js';
import { replyCodes } from '../../src/wire/mobileip.js';
import { concat } from '../../src/wire/text.js';

const gre = { needs: ['greKeys'] } as const;
const faHa = { needs: ['greKeys'], faHa: true } as const;
const rfc3344 = { base: 'rfc3344' } as const;
const rfc5944 = { base: 'rfc5944' } as const;
const { mnFailedAuthentication, faFailedAuthentication } = replyCodes;

/** Asks for the same again, bent, on a registered MN of its own. */
async function bent(t: CaseContext, bend: Bend): Promise<Answer> {
  const mn = await t.registered(modes.unidirectional);
  return t.askBent(mn, mn.request(modes.unidirectional), bend);
}

/** The same where the device should answer. */
async function bentAnswered(t: CaseContext, bend: Bend): Promise<Answer> {
  const mn = await t.registered(modes.unidirectional);
  return t.askAnswered(mn, mn.request(modes.unidirectional), bend);
}

/** Signed with the right key, but under an SPI for which nothing is agreed. */
function underUnknownSpi({ config }: CaseContext): Bend {
  const { key, algorithm, spi } = config.mnHa;
  const faHaKey = config.faHa ?? { key, algorithm };
  return {
    ...replace('mnHa', { name: 'mnHa', spi: spi ^ 0x01000000 }),
    keys: (type) => (type === 34 ? faHaKey : { key, algorithm }),
  };
}

/** Octets of MN-HA before its authenticator, and of the authenticator: RFC 3344 §3.5.1 and 3.5.2. */
const headSize = 6;
const wholeSize = 16;

/** MN-HA, the last extension, with only the first octets of the authenticator that is right for its Length. */
function shortAuthenticator({ config }: CaseContext, octets: number): Bend {
  return {
    field: `authenticator cut to ${octets} octets`,
    octets: (message) => {
      const covered = message.slice(0, message.length - wholeSize);
      covered[covered.length - headSize + 1] = 4 + octets;
      return concat(covered, authenticator(config.mnHa, covered).subarray(0, octets));
    },
  };
}

/** Octets of the fixed part, RFC 3344 §3.3. */
const fixedFields = [
  ['the flags', 1],
  ['the lifetime', 3],
  ['the home address', 7],
  ['the home agent', 11],
  ['the care-of address', 15],
  ['the high half of the Identification', 19],
  ['the low half of the Identification', 23],
] as const;

export const authentication = section('ha/rfc3344-3.5', { document: 'rfc3344', section: '3.5' }, (test) => {
  test(
    '01',
    'MUST NOT accept a request without MN-HA',
    { ...gre, covers: ['HA-03'], faHa: false, knobs: rfc3344 },
    async (t) => {
      const answer = await bent(t, without('mnHa'));
      t.refused(answer, 'HA-03');
      if (answer.kind === 'silence') t.note('silent, where RFC 3344 asks for code 131');
    },
  );

  test(
    '02',
    'MUST silently discard a request without MN-HA',
    { ...gre, covers: ['HA-03'], faHa: false, knobs: rfc5944 },
    async (t) => {
      t.silent(await bent(t, without('mnHa')), 'HA-03');
    },
  );

  test('03', 'MUST NOT accept FA-HA in the place of MN-HA', { ...faHa, covers: ['HA-03'] }, async (t) => {
    t.refused(await bent(t, without('mnHa')), 'HA-03');
  });

  test('04', 'MUST NOT accept a request with two MN-HA', { ...gre, covers: ['HA-03'], knobs: rfc3344 }, async (t) => {
    t.refused(await bent(t, insert('behind', 'mnHa', { name: 'mnHa', spi: t.config.mnHa.spi })), 'HA-03');
  });

  test(
    '05',
    'MUST NOT accept a request under an SPI that it does not know',
    { ...gre, covers: ['HA-04'], knobs: rfc3344 },
    async (t) => {
      const answer = await bent(t, underUnknownSpi(t));
      t.refused(answer, 'HA-04');
    },
  );

  test('06', 'MUST NOT accept a request whose authenticator is wrong', { ...gre, covers: ['HA-05'] }, async (t) => {
    const answer = await bent(t, wrongAuthenticator(t.session));
    t.refused(answer, 'HA-05');
    const given = answer.kind === 'silence' ? 'silence' : codeText(answer.exchange.rrp.code);
    const isDenial = answer.kind === 'reply' && answer.exchange.rrp.code === mnFailedAuthentication;
    const wanted = knobValue(t.config.knobs, 'bad_auth');
    if (wanted === 'silent' && answer.kind === 'reply') t.warn('HA-05', 'silence (knob bad_auth)', given);
    if (wanted === '131' && !isDenial) t.warn('HA-05', 'code 131 (knob bad_auth)', given);
    if (wanted === 'any' && answer.kind === 'reply' && !isDenial)
      t.warn('HA-05', codeText(mnFailedAuthentication), given);
  });

  test('07', 'MUST NOT accept a request that is signed with another key', { ...gre, covers: ['HA-05'] }, async (t) => {
    const { algorithm } = t.config.mnHa;
    const key = Uint8Array.from(t.config.mnHa.key, (octet) => octet ^ 0xff);
    t.refused(await bent(t, { field: 'signed with another key', keys: () => ({ key, algorithm }) }), 'HA-05');
  });

  for (const [number, octets] of [
    ['08', 0],
    ['09', 12],
    ['10', 15],
  ] as const) {
    test(number, `MUST NOT accept an authenticator of ${octets} octets`, { ...gre, covers: ['HA-05'] }, async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const request = mn.request({ ...modes.unidirectional });
      if (request.extensions?.at(-1)?.name !== 'mnHa') return t.skip('MN-HA is not the last extension here');
      t.refused(await t.askBent(mn, request, shortAuthenticator(t, octets)), 'HA-05');
    });
  }

  test(
    '11',
    'MUST NOT accept a request when a bit of its fixed part was turned over',
    { ...gre, covers: ['HA-05'] },
    async (t) => {
      for (const [name, octet] of fixedFields) {
        const mn = await t.registered(modes.unidirectional);
        t.refused(await t.askBent(mn, mn.request(modes.unidirectional), flip(octet, 0, name)), 'HA-05');
      }
    },
  );

  test(
    '12',
    'MUST NOT accept a request when a bit of its extensions was turned over',
    { ...gre, covers: ['HA-05'] },
    async (t) => {
      const bends = [
        afterSigning(t.session, greKey({ key: 0x13579bdf })),
        afterSigning(t.session, greKeyHead(t.session)),
        flip(24 + 2, 0, 'the first octet of the NAI'),
      ];
      for (const bend of bends) t.refused(await bent(t, bend), 'HA-05');
    },
  );

  test(
    '13',
    'MUST check the authenticator before the Identification',
    { ...gre, covers: ['HA-17'], association: { replay: 'timestamps' } },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const stale = mn.request({
        ...modes.unidirectional,
        identification: t.session.identification(mn.nai) - (60n << 32n),
      });
      const answer = await t.askBent(mn, stale, wrongAuthenticator(t.session));
      if (answer.kind === 'silence') return;
      const { code } = answer.exchange.rrp;
      t.demand('HA-17', code !== replyCodes.identificationMismatch, 'silence or code 131', `code ${code}`);
    },
  );

  test('14', 'MUST sign a denial for bad authentication with MN-HA', { ...gre, covers: ['HA-07'] }, async (t) => {
    const answer = await bent(t, wrongAuthenticator(t.session));
    if (answer.kind === 'silence') return t.note('silent on bad authentication');
    const bad = answer.reply.findings.find((f) => !f.holds && (f.requirement === 'HA-10' || f.requirement === 'HA-11'));
    t.demand('HA-07', bad === undefined, 'one MN-HA that verifies', bad?.actual ?? '');
    if (answer.exchange.rrp.code !== mnFailedAuthentication) t.note(`denied with code ${answer.exchange.rrp.code}`);
  });

  test(
    '15',
    'MUST send code 131 when MN-HA is bad and FA-HA is right',
    { ...faHa, covers: ['HA-06'], knobs: rfc5944 },
    async (t) => {
      const { key } = t.config.mnHa;
      const { faHa: fa } = t.config;
      const other = Uint8Array.from(key, (octet) => octet ^ 0xff);
      const keys: NonNullable<Bend['keys']> = (type) =>
        type === 34 && fa ? fa : { key: other, algorithm: t.config.mnHa.algorithm };
      t.denied(await bentAnswered(t, { field: 'MN-HA signed with another key', keys }), 'HA-06', [
        mnFailedAuthentication,
      ]);
    },
  );

  test(
    '16',
    'MUST be able to use any SPI with any algorithm it implements',
    { ...gre, covers: ['HA-08'], association: { algorithm: 'prefix-suffix-md5' } },
    async (t) => {
      const mn = t.mn();
      t.accepted(await t.ask(mn, mn.request(modes.bidirectional)), 'HA-08');
    },
  );

  test(
    '17',
    'MUST accept HMAC-MD5',
    { ...gre, covers: ['HA-08'], association: { algorithm: 'hmac-md5' } },
    async (t) => {
      const mn = t.mn();
      t.accepted(await t.ask(mn, mn.request(modes.bidirectional)), 'HA-08');
    },
  );

  // --- FA-HA ---
  for (const [number, what, bend] of [
    ['18', 'without FA-HA', (): Bend => without('faHa')],
    [
      '19',
      'with two FA-HA',
      (t: CaseContext): Bend => insert('behind', 'faHa', { name: 'faHa', spi: t.config.faHa?.spi ?? 0 }),
    ],
    ['20', 'with a wrong FA-HA', (): Bend => flip(-1, 0, 'faHa authenticator')],
  ] as const) {
    test(
      number,
      `MUST NOT accept a registration ${what} when an association is shared`,
      { ...faHa, covers: ['HA-20'] },
      async (t) => {
        const answer = await bentAnswered(t, bend(t));
        t.refused(answer, 'HA-20');
        const code = answer.kind === 'reply' ? answer.exchange.rrp.code : undefined;
        if (code !== faFailedAuthentication)
          t.warn('HA-20', `code ${faFailedAuthentication}`, code === undefined ? 'silence' : `code ${code}`);
      },
    );
  }

  test(
    '21',
    'MUST NOT discard a deregistration for a missing FA-HA',
    { ...faHa, covers: ['HA-21'], knobs: rfc5944 },
    async (t) => {
      const mn = await t.registered(modes.bidirectional);
      const key = mn.agreedKey ?? 0;
      const homeAddress = mn.binding?.homeAddress ?? '0.0.0.0';
      const request = mn.request({ key, a: false, lifetime: 0, homeAddress });
      // by RFC 5944 the tester's deregistrations carry none
      t.accepted(await t.ask(mn, request), 'HA-21');
    },
  );

  test(
    '22',
    'MUST discard a request with FA-HA when no association is shared',
    { ...gre, covers: ['HA-22'], faHa: false, knobs: rfc5944 },
    async (t) => {
      const authenticator = new Uint8Array(16).fill(0x5a);
      t.silent(await bent(t, insert('behind', 'mnHa', { name: 'faHa', spi: 0x4711, authenticator })), 'HA-22');
    },
  );

  test(
    '23',
    'MUST answer with FA-HA as the last extension',
    { ...faHa, covers: ['HA-23', 'HA-56', 'LG-19'] },
    async (t) => {
      const { rrp } = await t.register(t.mn(), modes.bidirectional);
      const names = rrp.extensions.filter((e) => e.name !== 'pad').map((e) => e.name);
      t.demand('HA-23', names.at(-1) === 'faHa', 'FA-HA last', names.join(', '));
      t.demand('LG-19', names.includes('mnHa'), 'MN-HA for the mobile node too', names.join(', '));
    },
  );

  test('24', 'MUST NOT accept FA-HA before MN-HA', { ...faHa, covers: ['HA-61'] }, async (t) => {
    t.refused(await bent(t, order('nai', 'greKey', 'faHa', 'mnHa')), 'HA-61');
  });

  test.wholeRun('25', 'MUST have used SPIs of 256 and more only', { covers: ['HA-09'] });
  test.wholeRun('26', 'MUST have signed every reply of the run with one MN-HA', { covers: ['HA-10'] });
  test.wholeRun('27', 'MUST have made every authenticator of the run over all that stands before it', {
    covers: ['HA-11'],
  });
  test('29', 'MUST sign denials with MN-HA too', { ...gre, covers: ['HA-10', 'HA-11'] }, async (t) => {
    // the oracle looks at each reply; these are denied after the sender is known
    const stranger = t.mn();
    const answers = [
      await bentAnswered(t, set('homeAgent', '198.51.100.77')),
      await bentAnswered(t, set('careOfAddress', '0.0.0.0')),
      await bentAnswered(t, set('minimal', true)),
      // of an MN that was never accepted
      await t.askAnswered(stranger, stranger.request(modes.unidirectional), set('careOfAddress', '0.0.0.0')),
    ];
    const denials = answers.filter((a) => a.kind === 'reply' && !a.exchange.accepted);
    if (denials.length === 0) t.undecided('none of four requests that are to be denied was');
  });

  test(
    '30',
    'MUST silently discard a request under an SPI that it does not know',
    { ...gre, covers: ['HA-04'], knobs: rfc5944 },
    async (t) => {
      const answer = await bent(t, underUnknownSpi(t));
      t.refused(answer, 'HA-04');
      if (answer.kind === 'silence') return;
      // the MN is known, and only the SPI is not: that may also be taken for a bad authenticator
      const { code } = answer.exchange.rrp;
      if (code === mnFailedAuthentication) t.note('answers with code 131');
      else t.warn('HA-04', 'silence', codeText(code));
    },
  );

  test(
    '31',
    'MUST silently discard a request of an MN that it does not know',
    { ...gre, covers: ['HA-04'], knobs: rfc5944 },
    async (t) => {
      await t.registered(modes.bidirectional);
      const mn = t.mn(0, { nai: `nobody-${t.session.runId}@unknown.invalid` });
      const answer = await t.askBent(mn, mn.request(modes.bidirectional), { field: 'an NAI of a realm unknown' });
      if (answer.kind === 'silence') return;
      const { accepted, rrp } = answer.exchange;
      // it may have one association for all MNs: then this one is not unknown
      if (accepted) return t.note('knows MNs of any realm');
      // another code says that it was authenticated, and denied for something else
      t.demand('HA-04', rrp.code !== mnFailedAuthentication, 'silence', codeText(rrp.code));
    },
  );

  for (const [number, what, id, bend, options] of [
    ['32', 'whose authenticator is wrong', 'HA-05', (t) => wrongAuthenticator(t.session), gre],
    ['33', 'without MN-HA', 'HA-03', () => without('mnHa'), { ...gre, faHa: false }],
    ['36', 'under an SPI that it does not know', 'HA-04', underUnknownSpi, gre],
  ] as readonly (readonly [string, string, RequirementId, (t: CaseContext) => Bend, Partial<CaseOptions>])[]) {
    test(number, `MUST NOT accept a deregistration ${what}`, { ...options, covers: [id] }, (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode);
        t.refused(await t.askBent(mn, mn.request(mn.ending), bend(t)), id);
      }),
    );
  }

  test('35', 'MUST sign denials with FA-HA too', { ...faHa, covers: ['HA-23'] }, async (t) => {
    // the oracle looks at each reply; these are denied for nothing that has to do with who sent them
    const answers = [await bent(t, set('homeAgent', '198.51.100.77')), await bent(t, set('minimal', true))];
    const denials = answers.filter((a) => a.kind === 'reply' && !a.exchange.accepted);
    if (denials.length === 0) t.undecided('neither of two requests that are to be denied was');
  });

  test(
    '37',
    'MUST NOT accept a registration without a right FA-HA in any mode, be it the first or a renewal',
    { ...faHa, covers: ['HA-20'] },
    (t) =>
      t.eachMode(async (mode) => {
        const renewing = await t.registered(mode);
        for (const mn of [renewing, t.mn()]) {
          for (const bend of [without('faHa'), flip(-1, 0, 'faHa authenticator')]) {
            t.refused(await t.askBent(mn, mn.request(mode), bend), 'HA-20');
          }
        }
      }),
  );

  test.wholeRun('34', 'MUST NOT have accepted any request of the run that was not authentic, however late', {
    covers: ['HA-03', 'HA-05'],
  });
  test.wholeRun('28', 'MUST have put FA-HA last in every reply of the run', { covers: ['HA-23', 'HA-56'], faHa: true });
});
