/** RFC 3344 §5.7: replay protection. Future timestamps are sent for mobile nodes that are not used again. */
import { type Bend, set, wrongAuthenticator } from '../../src/tester/bend.js';
import { type CaseOptions, section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import { draftModes as modes } from '../../src/tester/request.js';
import type { Answer } from '../../src/tester/signalling.js';
import { high32, low32, ntpTimestamp, replyCodes } from '../../src/wire/mobileip.js';

const timestamps = { needs: ['greKeys'], association: { replay: 'timestamps' } } as const;
const nonces = { needs: ['greKeys'], association: { replay: 'nonces' } } as const;
const mismatch = [replyCodes.identificationMismatch];

const seconds = (n: number): bigint => BigInt(n) << 32n;
const asIs = (field: string): Bend => ({ field });

/** The time, in seconds since 1900, that an MN is told in answer to a stale request; undefined without code 133. */
async function toldTime(t: CaseContext, mn: MobileNode): Promise<{ seconds: number; at: number } | undefined> {
  const stale = mn.request({
    ...modes.unidirectional,
    identification: t.session.identification(mn.nai) - seconds(60),
  });
  const answer = await t.askAnswered(mn, stale, asIs('Identification -60 s'));
  if (answer.kind === 'silence' || answer.exchange.rrp.code !== replyCodes.identificationMismatch) return undefined;
  return { seconds: high32(answer.exchange.rrp.identification), at: answer.reply.message.at };
}

/**
 * Milliseconds by which the device's clock is ahead of ours, from the time in a code 133; to half a second, as that has
 * whole seconds only. A device whose clock is off a little, and says so, is right.
 */
async function clockOfHomeAgent(t: CaseContext): Promise<number> {
  await t.registered(modes.unidirectional);
  const told = await toldTime(t, t.mn());
  if (!told) return 0;
  const theirs = seconds(told.seconds) + 0x80000000n;
  const ahead = Number(BigInt.asIntN(64, theirs - ntpTimestamp(told.at))) / 2 ** 32;
  // more than it may be off: that is no clock, and the case of HA-15 says so
  return Math.abs(ahead) > 10 ? 0 : ahead * 1000;
}

export const identification = section('ha/rfc3344-5.7', { document: 'rfc3344', section: '5.7' }, (test) => {
  for (const [number, name, offset] of [
    ['01', 'a minute old', -60],
    ['02', 'a minute ahead', 60],
  ] as const) {
    test(
      number,
      `MUST NOT accept a timestamp that is ${name}`,
      { ...timestamps, covers: ['HA-12', 'HA-16'] },
      async (t) => {
        await t.registered(modes.unidirectional);
        const mn = t.mn();
        const request = mn.request({
          ...modes.unidirectional,
          identification: t.session.identification(mn.nai) + seconds(offset),
        });
        const answer = await t.askAnswered(mn, request, asIs(`Identification ${offset} s`));
        t.refused(answer, 'HA-12');
        t.demand('HA-16', answer.kind === 'reply', 'code 133', 'silence');
        if (answer.kind === 'reply') t.denied(answer, 'HA-12', mismatch);
      },
    );
  }

  for (const [number, offset] of [
    ['03', -2],
    ['04', 2],
  ] as const) {
    test(
      number,
      `MUST accept a timestamp that is off by ${offset} s`,
      { ...timestamps, covers: ['HA-12'] },
      async (t) => {
        const { clock } = t.session;
        const skew = await clockOfHomeAgent(t);
        const mn = t.mn();
        // its mark may be ahead of the clock, so that it has to take its leave by itself
        const identification = ntpTimestamp(clock.now() + skew + offset * 1000);
        const request = mn.request({ ...modes.unidirectional, identification, lifetime: 5 });
        t.accepted(await t.askAnswered(mn, request, asIs(`Identification ${offset} s`)), 'HA-12');
        mn.send(mn.request({ ...modes.unidirectional, identification: identification + 1n, lifetime: 0 }));
      },
    );
  }

  for (const [number, name, change] of [
    ['05', 'the same', (id: bigint): bigint => id],
    ['06', 'smaller by the least', (id: bigint): bigint => id - 1n],
    [
      '07',
      'of the same second and a smaller fraction',
      (id: bigint): bigint => id - BigInt(Math.floor(low32(id) / 2)) - 1n,
    ],
    ['08', 'a second older', (id: bigint): bigint => id - seconds(1)],
  ] as const) {
    test(
      number,
      `MUST NOT accept an Identification that is ${name} than one accepted before`.replace(
        'the same than',
        'the same as',
      ),
      { ...timestamps, covers: ['HA-13'] },
      async (t) => {
        const mn = t.mn();
        const first = mn.request(modes.unidirectional);
        t.accepted(await t.askAnswered(mn, first, asIs('nothing')), 'HA-12');
        const again = mn.request({
          ...modes.unidirectional,
          lifetime: 300,
          identification: change(first.identification ?? 0n),
        });
        t.refused(await t.askBent(mn, again, asIs('Identification')), 'HA-13');
      },
    );
  }

  test(
    '09',
    'MUST NOT remember the Identification of a request that it denied',
    { ...timestamps, covers: ['HA-13'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const ahead = mn.request({
        ...modes.unidirectional,
        identification: t.session.identification(mn.nai) + seconds(60),
      });
      t.refused(await t.askBent(mn, ahead, asIs('Identification 60 s')), 'HA-12');
      t.accepted(await t.ask(mn, mn.request(modes.unidirectional)), 'HA-13');
      // the same for a request whose Identification is right and that is denied for something else
      const later = mn.request({
        ...modes.unidirectional,
        identification: t.session.identification(mn.nai) + seconds(2),
      });
      const denied = await t.askBent(mn, later, set('homeAgent', '198.51.100.77'));
      if (denied.kind === 'reply' && denied.exchange.accepted) return t.note('accepts another home agent address');
      t.accepted(await t.ask(mn, mn.request(modes.unidirectional)), 'HA-13');
    },
  );

  test(
    '10',
    'MUST answer a bad timestamp with its low half and the time of the HA',
    { ...timestamps, covers: ['HA-15'] },
    async (t) => {
      await t.registered(modes.unidirectional);
      const mn = t.mn();
      const sent = t.session.identification(mn.nai) - seconds(60);
      const answer = await t.askAnswered(
        mn,
        mn.request({ ...modes.unidirectional, identification: sent }),
        asIs('Identification -60 s'),
      );
      if (answer.kind === 'silence' || answer.exchange.rrp.code !== replyCodes.identificationMismatch) {
        return t.undecided('a stale timestamp was not answered with code 133');
      }
      const got = answer.exchange.rrp.identification;
      t.demand('HA-15', low32(got) === low32(sent), 'the low half copied', `0x${low32(got).toString(16)}`);
      const off = high32(got) - high32(ntpTimestamp(t.session.clock.now()));
      t.demand('HA-15', Math.abs(off) <= 9, 'the time of the HA in the high half', `off by ${off} s`);
    },
  );

  test(
    '11',
    'MUST do nothing else when it answers with code 133',
    { ...timestamps, covers: ['HA-12', 'HA-16'], tunnel: true },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      await t.carries(mn);
      const own = mn.ownKey;
      mn.ownKey = t.session.random.uint32() || 1;
      const stale = mn.request({
        ...modes.unidirectional,
        identification: t.session.identification(mn.nai) - seconds(60),
      });
      t.refused(await t.askBent(mn, stale, asIs('Identification -60 s')), 'HA-12');
      mn.ownKey = own;
      // obeyed in part, a request that has to be refused was accepted
      expectForwardKey(t, mn, await t.passes(mn, 'HA-12'), 'HA-12');
    },
  );

  test.wholeRun('12', 'MUST have copied the Identification of every accepted request of the run', {
    ...timestamps,
    covers: ['HA-14'],
  });
  test.wholeRun('13', 'MUST have copied the low half into every code 133 of the run', {
    ...timestamps,
    covers: ['HA-15'],
  });

  test(
    '14',
    'MUST send a new nonce in every reply and copy the low half',
    { ...nonces, covers: ['HA-18'] },
    async (t) => {
      const mn = t.mn();
      const highs: number[] = [];
      for (let i = 0; i < 3; i++) {
        const { rrq, rrp } = await t.register(mn, { ...modes.unidirectional });
        t.demand(
          'HA-18',
          low32(rrp.identification) === low32(rrq.identification),
          'the low half copied',
          `0x${low32(rrp.identification).toString(16)}`,
        );
        highs.push(high32(rrp.identification));
      }
      t.demand(
        'HA-18',
        new Set(highs).size === highs.length,
        'three different nonces',
        highs.map((h) => `0x${h.toString(16)}`).join(', '),
      );
    },
  );

  test(
    '15',
    'MUST answer a wrong nonce with code 133 and a nonce that it then accepts',
    { ...nonces, covers: ['HA-19'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const request = mn.request(modes.unidirectional);
      const wrong = { ...request, identification: (request.identification ?? 0n) ^ seconds(0x1234567) };
      t.denied(await t.askAnswered(mn, wrong, asIs('nonce')), 'HA-19', mismatch);
      t.accepted(await t.ask(mn, mn.request(modes.unidirectional)), 'HA-19');
    },
  );

  test(
    '16',
    'MUST order the requests of two proxy agents by their timestamps',
    { ...timestamps, covers: ['LG-20', 'LG-30'], careOfAddresses: 2 },
    async (t) => {
      const mn = await t.registered(modes.bidirectional, 0);
      mn.station = t.session.stations.at(1);
      const older = mn.request({
        ...modes.bidirectional,
        identification: t.session.identification(mn.nai) - seconds(3),
      });
      t.refused(await t.askBent(mn, older, asIs('an older Identification from another care-of address')), 'LG-20');
    },
  );

  test(
    '17',
    'MUST NOT remember the Identification of a forged request',
    { ...timestamps, covers: ['HA-13'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const ahead = t.session.identification(mn.nai) + seconds(2);
      const forged = mn.request({ ...modes.unidirectional, identification: ahead });
      const answer = await t.askBent(mn, forged, wrongAuthenticator(t.session));
      if (answer.kind === 'reply' && answer.exchange.accepted) return t.undecided('accepts a forged request');
      t.accepted(await t.ask(mn, mn.request(modes.unidirectional)), 'HA-13');
    },
  );

  test.wholeRun('18', 'MUST NOT have accepted any timestamp of the run that was off or not greater, however late', {
    ...timestamps,
    covers: ['HA-12', 'HA-13'],
  });

  test(
    '19',
    'MUST NOT accept a registration again that the MN made before it deregistered',
    { ...timestamps, covers: ['HA-13'] },
    async (t) => {
      const mn = t.mn();
      const first = mn.request(modes.unidirectional);
      t.accepted(await t.askBent(mn, first, asIs('nothing')), 'HA-12');
      await t.deregister(mn);
      t.refused(await t.askBent(mn, first, asIs('sent again')), 'HA-13');
    },
  );

  test(
    '20',
    'MUST NOT accept a registration again whose lifetime is over',
    { ...timestamps, covers: ['HA-13'], waits: true },
    async (t) => {
      const mn = t.mn();
      const first = mn.request({ ...modes.unidirectional, lifetime: 2 });
      const answer = await t.askBent(mn, first, asIs('nothing'));
      const { binding } = mn;
      if (answer.kind === 'silence' || !binding) return t.undecided('a lifetime of 2 s was not accepted');
      await t.forcedWait(binding.until - t.session.clock.now() + t.expiryTolerance);
      t.refused(await t.askBent(mn, first, asIs('sent again')), 'HA-13');
    },
  );

  test('21', 'MUST send a new nonce in denials too', { ...nonces, covers: ['HA-18'] }, async (t) => {
    const answers: Answer[] = [];
    for (const bend of [set('homeAgent', '198.51.100.77'), set('minimal', true)]) {
      const mn = await t.registered(modes.unidirectional);
      // the oracle looks at each reply
      answers.push(await t.askBent(mn, mn.request(modes.unidirectional), bend));
    }
    const denials = answers.filter((a) => a.kind === 'reply' && !a.exchange.accepted);
    if (denials.length === 0) t.undecided('neither of two requests that are to be denied was');
  });

  test(
    '22',
    'MUST answer with its own time, not with that of the request that it accepted last',
    { ...timestamps, covers: ['HA-15'] },
    async (t) => {
      const mn = t.mn();
      const ahead = t.session.identification(mn.nai) + seconds(3); // RFC 3344 §5.7.1: more than 3 s should be allowed
      await t.ask(mn, mn.request({ ...modes.unidirectional, identification: ahead, lifetime: 5 }));
      if (!mn.binding) return t.undecided('a timestamp 3 s ahead was not accepted');
      // between two looks at a clock it is no earlier than the one and no later than the other; two cards of one device
      // may differ by a second
      const [first, own, last] = [await toldTime(t, t.mn()), await toldTime(t, mn), await toldTime(t, t.mn())];
      // its mark is ahead of the clock, so that it has to take its leave by itself
      mn.send(mn.request({ ...modes.unidirectional, identification: ahead + 1n, lifetime: 0 }));
      if (!first || !own || !last) return t.undecided('a stale timestamp was not answered with code 133');
      const isBetween = ((own.seconds - first.seconds) | 0) >= -1 && ((last.seconds - own.seconds) | 0) >= -1;
      const expected = `a time from ${first.seconds} to ${last.seconds} or nearly so, as other MNs are told`;
      t.demand('HA-15', isBetween, expected, String(own.seconds));
    },
  );

  for (const [number, what, options, act] of [
    ['23', 'a deregistration', {}, (t, mn) => t.deregister(mn)],
    [
      '24',
      'a handover',
      { careOfAddresses: 2 },
      (t, mn) => {
        mn.station = t.session.stations.at(1);
        return t.register(mn, modes.unidirectional);
      },
    ],
  ] as readonly (readonly [
    string,
    string,
    Partial<CaseOptions>,
    (t: CaseContext, mn: MobileNode) => Promise<unknown>,
  ])[]) {
    test(
      number,
      `MUST NOT accept a request that was made before ${what} and comes after it`,
      { ...timestamps, ...options, covers: ['HA-13'] },
      async (t) => {
        const mn = await t.registered(modes.unidirectional, 0);
        const { station } = mn;
        const late = mn.request(modes.unidirectional);
        await act(t, mn);
        mn.station = station;
        t.refused(await t.askBent(mn, late, asIs('an Identification of before')), 'HA-13');
      },
    );
  }

  test(
    '26',
    'MUST NOT end a tunnel for a deregistration whose timestamp is a minute old',
    { ...timestamps, covers: ['HA-12', 'HA-16'], tunnel: true },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode);
        await t.carries(mn);
        const ending = mn.request(mn.ending);
        const stale = { ...ending, identification: (ending.identification ?? 0n) - seconds(60) };
        t.refused(await t.askBent(mn, stale, asIs('Identification -60 s')), 'HA-12');
        await t.passes(mn, 'HA-12');
      }),
  );

  test(
    '25',
    'MUST NOT accept a deregistration that was made before a renewal and comes after it',
    { ...timestamps, covers: ['HA-13'] },
    async (t) => {
      const mn = await t.registered(modes.unidirectional);
      const late = mn.request(mn.ending);
      await t.register(mn, modes.unidirectional);
      t.refused(await t.askBent(mn, late, asIs('an Identification of before')), 'HA-13');
    },
  );
});
