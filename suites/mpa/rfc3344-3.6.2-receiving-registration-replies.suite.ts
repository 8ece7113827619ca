/** RFC 3344 §3.6.2.1: which replies count. */
import { type Bend, insert, replace, set, without } from '../../src/tester/bend.js';
import { mpaSection } from '../../src/tester/case.js';
import type { ReplyOptions } from '../../src/tester/grant.js';
import { aheadBy, settingRight, tellTime } from '../../src/tester/mpa-clock.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import { emptyMnHa, forgedMnHa } from '../../src/tester/mpa-forged.js';
import type { RequirementId } from '../../src/spec/catalogue.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { knobValue } from '../../src/spec/knobs.js';
import { replyCodes, type RrpInput } from '../../src/wire/mobileip.js';
import type { Policy, ProxiedNode, SeenRequest } from '../../src/tester/proxied-node.js';

/** One that asked again may have been taken for one that the reply has crossed. */
function mayHaveAsked(t: MpaContext, node: ProxiedNode): void {
  if (node.crossed > 0) t.undecided('the tester was too busy to tell when it asked again');
}

/** The request that follows a reply which is to be ignored. Whoever repeats none at all has not shown anything. */
async function again(
  t: MpaContext,
  id: RequirementId,
  what: string,
  node: ProxiedNode,
  index = 1,
): Promise<SeenRequest> {
  const next = await t.maybeRequest(node, index, 20_000);
  if (next && next.rrq.lifetime > 0) return next;
  mayHaveAsked(t, node);
  if (!(await t.repeats(modes.l2Bidirectional, index))) return t.undecided('an unanswered request is not repeated');
  t.demand(id, false, `the agent to ignore a reply ${what} and ask again`, 'it asked no more');
  return t.undecided('it asked no more');
}

/** A reply that must be ignored answers the first request: the agent must then go on asking, and be granted. */
async function ignores(
  t: MpaContext,
  id: RequirementId,
  what: string,
  forged: (request: SeenRequest) => Bend<RrpInput>,
  answer: (request: SeenRequest) => ReplyOptions = () => ({}),
  later: Policy = () => ({}),
): Promise<readonly [SeenRequest, SeenRequest]> {
  const node = t.node(modes.l2Bidirectional);
  let first = true;
  node.policy = (request) => {
    if (!first) return later(request);
    first = false;
    return { ...answer(request), bend: forged(request) };
  };
  await t.attach(node);
  return [await t.request(node), await again(t, id, what, node)];
}

/** Seconds by which a reply that must be ignored would set the clock ahead. */
const clockAhead = 1000;

/** Demands that the second request was not made by a clock that was set between them. */
function keptTime(t: MpaContext, id: RequirementId, [one, two]: readonly [SeenRequest, SeenRequest]): void {
  const jump = aheadBy(two) - aheadBy(one);
  if (Math.abs(jump) >= clockAhead / 2) t.recorder.blame(two.message.bytes);
  t.demand(id, Math.abs(jump) < clockAhead / 2, 'the clock left alone', `it was moved by ${Math.round(jump)} s`);
}

const waits = { needs: ['greKeys'], waits: true } as const;
/** The rules about timestamps. */
const timed = { ...waits, association: { replay: 'timestamps' } } as const;
const ends = ['first', 'last'] as const;

type Forge = (t: MpaContext, request: SeenRequest) => Bend<RrpInput>;

/** What is looked at for renewals and deregistrations too: whoever takes another path for them may check less. */
const laterForgeries = ([one, two]: readonly [string, string]) =>
  [
    [one, 'whose authenticator is wrong', 'MN-11', (t) => forgedMnHa(t.session.dialect)],
    [
      two,
      'whose low half of the Identification is another',
      'MN-10',
      (_t, { rrq }) => set('identification', rrq.identification ^ 1n),
    ],
  ] as const satisfies readonly (readonly [string, string, RequirementId, Forge])[];

export const proxyReplies = mpaSection('mpa/rfc3344-3.6.2', { document: 'rfc3344', section: '3.6.2.1' }, (test) => {
  test('01', 'MUST ignore a reply without MN-HA', { ...waits, covers: ['MN-11'] }, async (t) => {
    await ignores(t, 'MN-11', 'without MN-HA', () => without('mnHa'));
  });
  test('02', 'MUST ignore a reply whose authenticator is wrong', { ...waits, covers: ['MN-11'] }, async (t) => {
    await Promise.all(
      ends.map((end) =>
        ignores(t, 'MN-11', `whose authenticator is wrong in its ${end} octet`, () =>
          forgedMnHa(t.session.dialect, end),
        ),
      ),
    );
  });
  test('03', 'MUST ignore a reply with two MN-HA extensions', { ...waits, covers: ['MN-11'] }, async (t) => {
    await ignores(t, 'MN-11', 'with two MN-HA extensions', () =>
      insert('behind', 'mnHa', { name: 'mnHa', spi: t.config.mnHa.spi }),
    );
  });
  test('04', 'MUST ignore a reply under an unknown SPI', { ...waits, covers: ['MN-11'] }, async (t) => {
    await ignores(t, 'MN-11', 'under an unknown SPI', () =>
      // signed with the agreed key, so that the SPI alone is wrong
      ({
        ...replace<RrpInput>('mnHa', { name: 'mnHa', spi: t.config.mnHa.spi ^ 0x01000000 }),
        keys: () => t.config.mnHa,
      }),
    );
  });
  test('30', 'MUST ignore a reply whose authenticator is empty', { ...waits, covers: ['MN-11'] }, async (t) => {
    await ignores(t, 'MN-11', 'with an MN-HA that has no authenticator', () => emptyMnHa(t.session));
  });
  for (const [number, code] of [
    ['05', 129],
    ['06', 133],
    ['07', 136],
  ] as const) {
    test(
      number,
      `MUST ignore a denial with code ${code} whose authenticator is wrong`,
      { ...waits, covers: ['MN-11'] },
      async (t) => {
        const what = `with code ${code} and a wrong authenticator`;
        const forged = (): Bend<RrpInput> => forgedMnHa(t.session.dialect);
        const isAboutTime = code === replyCodes.identificationMismatch && t.config.mnHa.replay === 'timestamps';
        if (!isAboutTime) return void (await ignores(t, 'MN-11', what, forged, () => ({ code })));
        await t.session.clockCases.run(async () => {
          const tells = (request: SeenRequest): ReplyOptions => tellTime(request, clockAhead);
          keptTime(t, 'MN-11', await ignores(t, 'MN-11', what, forged, tells, settingRight(clockAhead / 2)));
        });
      },
    );
  }
  test(
    '08',
    'MUST ignore a reply whose low half of the Identification is another',
    { ...waits, covers: ['MN-10'] },
    async (t) => {
      // one bit of each octet, for a part of the number might be compared
      await Promise.all(
        [1n, 1n << 15n, 1n << 16n, 1n << 31n].map((bit) =>
          ignores(t, 'MN-10', 'with another Identification', ({ rrq }) =>
            set('identification', rrq.identification ^ bit),
          ),
        ),
      );
    },
  );

  test('09', 'MUST ignore the reply to an earlier request', { ...timed, covers: ['MN-10'] }, async (t) => {
    const node = t.node(modes.l2Bidirectional);
    const seen: SeenRequest[] = [];
    node.policy = (request) => {
      seen.push(request);
      const [old] = seen;
      if (seen.length === 1) return 'withhold';
      return seen.length === 2 && old ? { bend: set('identification', old.rrq.identification) } : {};
    };
    await t.attach(node);
    await t.request(node);
    if (!(await t.maybeRequest(node, 1))) return t.undecided('an unanswered request is not repeated');
    await again(t, 'MN-10', 'to its earlier request', node, 2);
  });

  test(
    '10',
    'SHOULD ignore a denial of a foreign agent when it has none',
    { ...waits, covers: ['MN-12'] },
    async (t) => {
      const node = t.node(modes.l2Bidirectional);
      let first = true;
      node.policy = () => {
        if (!first) return {};
        first = false;
        return { code: 66, bend: without('mnHa') };
      };
      await t.attach(node);
      await t.request(node);
      if (await t.maybeRequest(node, 1)) return;
      mayHaveAsked(t, node);
      if (!(await t.repeats(modes.l2Bidirectional))) return t.undecided('an unanswered request is not repeated');
      const actual = 'obeys an unauthenticated denial with code 66';
      if (knobValue(t.config.knobs, 'fa_codes_direct') !== 'ignore') return t.note(actual);
      t.warn('MN-12', 'codes of foreign agents ignored, as knob fa_codes_direct says', actual);
    },
  );

  test(
    '14',
    'MUST NOT adjust its Identification to a code 133 that answers another request',
    { ...timed, covers: ['MN-17'] },
    (t) =>
      t.session.clockCases.run(async () => {
        const node = t.node(modes.l2Bidirectional);
        let first = true;
        node.policy = (request) => {
          if (!first) return settingRight(clockAhead / 2)(request);
          first = false;
          const answer = tellTime(request, clockAhead);
          return { ...answer, bend: set('identification', (answer.identification ?? 0n) ^ 1n) };
        };
        await t.attach(node);
        const one = await t.request(node);
        const two = await t.maybeRequest(node, 1);
        if (!two) return t.undecided('no further request came');
        keptTime(t, 'MN-17', [one, two]);
      }),
  );

  test(
    '19',
    'MUST ignore a reply whose UDP checksum is wrong',
    { ...waits, tunnel: true, covers: ['MN-09'] },
    async (t) => {
      await t.makeByHand();
      await ignores(t, 'MN-09', 'with a wrong UDP checksum', () => ({
        field: 'UDP checksum',
        checksum: (right) => right ^ 1 || 2, // 0 would say that there is none
      }));
    },
  );

  for (const [number, what, id, forge] of laterForgeries(['22', '31'])) {
    test(number, `MUST ignore a reply to a renewal ${what}`, { ...waits, tunnel: true, covers: [id] }, async (t) => {
      t.needAccess();
      const [node, witness] = [t.node(modes.bidirectional), await t.attached(modes.bidirectional)];
      const forgedKey = node.nextKey();
      let isForged = false;
      node.policy = (request) => {
        const renews = request.rrq.extensions.some((e) => e.name === 'greKey' && e.key !== 0);
        if (!renews || isForged) return { lifetime: shortLifetime };
        isForged = true;
        return { lifetime: shortLifetime, key: forgedKey, bend: forge(t, request) };
      };
      await t.attach(node);
      await t.renewed(node, 1000 * shortLifetime);
      if (!isForged) return t.undecided('the renewal does not name the agreed key');
      const { frame } = await t.carriesUp(node);
      const isTaken = frame.gre?.key === forgedKey;
      if (isTaken) t.recorder.blame(frame.bytes);
      t.demand(id, !isTaken, 'the tunnel as it was', 'a packet under the key of the forged reply');
      const send = (probe: Parameters<typeof t.sendDown>[1]): void => t.sendDown(node, probe, { key: forgedKey });
      await t.nothingDown(id, 'a packet under the key of the forged reply', send, witness);
    });
  }

  test(
    '29',
    'MUST ignore a reply that comes when it has asked for nothing',
    { needs: ['greKeys'], tunnel: true, covers: ['MN-10'] },
    async (t) => {
      t.needAccess();
      const [node, witness] = [t.node(modes.bidirectional), await t.attached(modes.bidirectional)];
      const strayKey = node.nextKey();
      node.policy = ({ rrq }) => ({ then: { key: strayKey, bend: set('identification', rrq.identification ^ 1n) } });
      await t.attach(node);
      await t.request(node);
      await t.carriesUp(witness); // meanwhile both replies arrive
      const { frame } = await t.carriesUp(node);
      const isTaken = frame.gre?.key === strayKey;
      if (isTaken) t.recorder.blame(frame.bytes);
      t.demand('MN-10', !isTaken, 'the tunnel as it was', 'a packet under the key of a reply to nothing');
      const send = (probe: Parameters<typeof t.sendDown>[1]): void => t.sendDown(node, probe, { key: strayKey });
      await t.nothingDown('MN-10', 'a packet under the key of a reply to nothing', send, witness);
    },
  );

  for (const [number, what, id, forge] of laterForgeries(['23', '32'])) {
    test(number, `MUST ignore a reply to a deregistration ${what}`, { ...waits, covers: [id] }, async (t) => {
      if (await repeatsFarewell(t, (request) => ({ bend: forge(t, request) }))) return;
      if (!(await repeatsFarewell(t, () => 'withhold'))) {
        return t.undecided('an unanswered deregistration is not repeated');
      }
      t.demand(id, false, 'the agent to ignore the forged reply and deregister again', 'it did so no more');
    });
  }

  test(
    '24',
    'MUST ignore a denial whose low half of the Identification is another',
    { ...waits, covers: ['MN-10'] },
    async (t) => {
      await Promise.all(
        [replyCodes.administrativelyProhibited, replyCodes.pmipDisallowed].map((code) =>
          ignores(
            t,
            'MN-10',
            `with code ${code} and another Identification`,
            ({ rrq }) => set('identification', rrq.identification ^ 1n),
            () => ({ code }),
          ),
        ),
      );
    },
  );
});

/** Seconds granted where a renewal is waited for. */
const shortLifetime = 6;

/** Whether the deregistration of a node is repeated when it is first answered like that. */
async function repeatsFarewell(t: MpaContext, answer: Policy): Promise<boolean> {
  const node = t.node(modes.l2Bidirectional);
  let first = true;
  node.policy = (request) => {
    if (request.rrq.lifetime > 0 || !first) return {};
    first = false;
    return answer(request);
  };
  await t.attach(node);
  await t.request(node);
  await t.detach(node);
  const farewell = await t.departed(node);
  const next = node.requests.all.indexOf(farewell) + 1;
  return (await t.maybeRequest(node, next)) !== undefined;
}
