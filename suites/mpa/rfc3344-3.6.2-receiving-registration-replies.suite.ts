/** RFC 3344 §3.6.2: which replies count, and what follows from their codes. */
import { type Bend, flip, insert, replace, set, without } from '../../src/tester/bend.js';
import { mpaSection } from '../../src/tester/case.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import type { RequirementId } from '../../src/spec/catalogue.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { knobValue } from '../../src/spec/knobs.js';
import { replyCodes, type RrpInput } from '../../src/wire/mobileip.js';
import { low32, ntpTimestamp } from '../../src/wire/mobileip.js';
import type { SeenRequest } from '../../src/tester/proxied-node.js';

/** A reply that must be ignored answers the first request: the agent must then go on asking, and be granted. */
async function ignores(
  t: MpaContext,
  id: RequirementId,
  what: string,
  forged: (request: SeenRequest) => Bend<RrpInput>,
  code = 0,
): Promise<void> {
  const node = t.node(modes.l2Bidirectional);
  let first = true;
  node.policy = (request) => {
    if (!first) return {};
    first = false;
    return { code, bend: forged(request) };
  };
  await t.attach(node);
  await t.request(node);
  const again = await t.maybeRequest(node, 1);
  t.demand(
    id,
    again !== undefined && again.rrq.lifetime > 0,
    `the agent to ignore a reply ${what} and ask again`,
    'it asked no more',
  );
}

const waits = { needs: ['greKeys'], waits: true } as const;
/** RFC 3344 §3.4: a code of foreign agents. */
const lifetimeTooLong = 69;
/** The rules about timestamps. */
const timed = { ...waits, association: { replay: 'timestamps' } } as const;
const flipAuthenticator = flip<RrpInput>(-1, 0, 'mnHa authenticator');

export const proxyReplies = mpaSection('mpa/rfc3344-3.6.2', { document: 'rfc3344', section: '3.6.2.1' }, (test) => {
  test('01', 'MUST ignore a reply without MN-HA', { ...waits, covers: ['MN-11'] }, (t) =>
    ignores(t, 'MN-11', 'without MN-HA', () => without('mnHa')),
  );
  test('02', 'MUST ignore a reply whose authenticator is wrong', { ...waits, covers: ['MN-11'] }, (t) =>
    ignores(t, 'MN-11', 'with a wrong authenticator', () => flipAuthenticator),
  );
  test('03', 'MUST ignore a reply with two MN-HA extensions', { ...waits, covers: ['MN-11'] }, (t) =>
    ignores(t, 'MN-11', 'with two MN-HA extensions', () =>
      insert('behind', 'mnHa', { name: 'mnHa', spi: t.config.mnHa.spi }),
    ),
  );
  test('04', 'MUST ignore a reply under an unknown SPI', { ...waits, covers: ['MN-11'] }, (t) =>
    ignores(t, 'MN-11', 'under an unknown SPI', () =>
      // signed with the agreed key, so that the SPI alone is wrong
      ({
        ...replace<RrpInput>('mnHa', { name: 'mnHa', spi: t.config.mnHa.spi ^ 0x01000000 }),
        keys: () => t.config.mnHa,
      }),
    ),
  );
  for (const [number, code] of [
    ['05', 129],
    ['06', 133],
    ['07', 136],
  ] as const) {
    test(
      number,
      `MUST ignore a denial with code ${code} whose authenticator is wrong`,
      { ...waits, covers: ['MN-11'] },
      (t) => ignores(t, 'MN-11', `with code ${code} and a wrong authenticator`, () => flipAuthenticator, code),
    );
  }
  test(
    '08',
    'MUST ignore a reply whose low half of the Identification is another',
    { ...waits, covers: ['MN-10'] },
    (t) =>
      // one bit of each octet, for a part of the number might be compared
      Promise.all(
        [1n, 1n << 15n, 1n << 16n, 1n << 31n].map((bit) =>
          ignores(t, 'MN-10', 'with another Identification', ({ rrq }) =>
            set('identification', rrq.identification ^ bit),
          ),
        ),
      ).then(() => undefined),
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
    const third = await t.request(node).then(() => t.maybeRequest(node, 2, 20_000));
    t.demand(
      'MN-10',
      third !== undefined && third.rrq.lifetime > 0,
      'the agent to ignore the reply to its earlier request',
      'it asked no more',
    );
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
      const again = await t.maybeRequest(node, 1);
      if (again) return;
      const actual = 'obeys an unauthenticated denial with code 66';
      if (knobValue(t.config.knobs, 'fa_codes_direct') !== 'ignore') return t.note(actual);
      t.warn('MN-12', 'codes of foreign agents ignored, as knob fa_codes_direct says', actual);
    },
  );

  // --- lifetimes ---
  test(
    '11',
    'MUST count the lifetime from when it sent the request',
    { ...waits, covers: ['MN-13', 'MN-14'] },
    async (t) => {
      const node = t.node(modes.l2Bidirectional, { policy: () => ({ lifetime: 6, delay: 700 }) });
      await t.attach(node);
      const first = await t.request(node);
      const renewal = await t.maybeRequest(node, 1, 9000);
      const after = renewal ? (renewal.at - first.at) / 1000 : Infinity;
      t.demand('MN-14', renewal !== undefined, 'a renewal', 'none');
      t.demand(
        'MN-13',
        after <= 6.05 + t.uncertainty(first.at) / 1000,
        'a renewal within 6 s of the request',
        renewal ? `after ${after.toFixed(1)} s` : 'none within 9 s',
      );
    },
  );

  test(
    '12',
    'MUST use the granted lifetime when it is shorter than the one asked',
    { ...waits, covers: ['MN-13'] },
    async (t) => {
      const node = t.node(modes.l2Unidirectional, { policy: () => ({ lifetime: 4 }) });
      await t.attach(node);
      const first = await t.request(node);
      const renewal = await t.maybeRequest(node, 1, 8000);
      const after = renewal ? (renewal.at - first.at) / 1000 : Infinity;
      t.demand(
        'MN-13',
        after <= 4.05 + t.uncertainty(first.at) / 1000,
        'a renewal within the granted 4 s',
        renewal ? `after ${after.toFixed(1)} s` : 'none within 8 s',
      );
    },
  );

  // --- codes ---
  test(
    '13',
    'MUST adjust its Identification after a valid code 133',
    { ...timed, covers: ['MN-16', 'LG-20'] },
    async (t) => {
      const ahead = 1000;
      const node = t.node(modes.l2Bidirectional);
      let denied: SeenRequest | undefined;
      node.policy = (request) => {
        if (denied) return {};
        denied = request;
        const theirs = ntpTimestamp(request.at + 1000 * ahead);
        const identification = (theirs & ~0xffffffffn) | BigInt(low32(request.rrq.identification));
        return { code: replyCodes.identificationMismatch, identification };
      };
      await t.attach(node);
      const first = await t.request(node);
      const second = await t.maybeRequest(node, 1);
      if (!second) return t.demand('MN-16', false, 'another request after code 133', 'none');
      const told = Number(ntpTimestamp(first.at + 1000 * ahead) >> 32n);
      const used = Number(second.rrq.identification >> 32n);
      const elapsed = (second.at - first.at) / 1000;
      const right = Math.abs(used - told - elapsed) <= 3;
      t.demand('MN-16', right, `seconds of about ${Math.round(told + elapsed)}`, String(used));
    },
  );

  test(
    '14',
    'MUST NOT adjust its Identification to a code 133 that answers another request',
    { ...timed, covers: ['MN-17'] },
    async (t) => {
      const ahead = 1000;
      const node = t.node(modes.l2Bidirectional);
      let first = true;
      node.policy = (request) => {
        if (!first) return {};
        first = false;
        const theirs = ntpTimestamp(request.at + 1000 * ahead);
        const identification = (theirs & ~0xffffffffn) | BigInt(low32(request.rrq.identification) ^ 1);
        return { code: replyCodes.identificationMismatch, bend: set('identification', identification) };
      };
      await t.attach(node);
      const one = await t.request(node);
      const two = await t.maybeRequest(node, 1);
      if (!two) return t.undecided('no further request came');
      const jump =
        Number(two.rrq.identification >> 32n) - Number(one.rrq.identification >> 32n) - (two.at - one.at) / 1000;
      t.demand('MN-17', Math.abs(jump) < ahead / 2, 'the clock left alone', `it was moved by ${Math.round(jump)} s`);
    },
  );

  test(
    '15',
    'SHOULD NOT go on asking in quick succession after a denial',
    { ...waits, covers: ['MN-20', 'MN-01'] },
    async (t) => {
      const node = t.node(modes.l2Bidirectional, { policy: () => ({ code: replyCodes.insufficientResources }) });
      await t.calm();
      await t.attach(node);
      await t.request(node);
      await t.maybeRequest(node, 2, 2500);
      for (const pair of t.gaps(node)) t.atLeast('MN-20', pair, 980, 'a gap after a denial');
    },
  );

  test(
    '16',
    'MUST NOT tunnel for a node that was denied',
    { needs: ['greKeys'], tunnel: true, covers: ['TN-14', 'LG-13'] },
    async (t) => {
      t.needAccess();
      const witness = await t.attached(modes.l2Bidirectional);
      await t.carriesUp(witness);
      const node = t.node(modes.l2Bidirectional, { policy: () => ({ code: replyCodes.administrativelyProhibited }) });
      await t.attach(node);
      await t.request(node);
      await t.nothingUp('TN-14', 'a packet of a denied node', node, witness);
    },
  );

  test(
    '17',
    'SHOULD NOT ask an HA again that does not serve proxy agents',
    { ...waits, covers: ['LG-35'] },
    async (t) => {
      const again = async (code: number): Promise<boolean> => {
        const node = t.node(modes.l2Bidirectional, { policy: () => ({ code }) });
        await t.attach(node);
        await t.request(node);
        return (await t.maybeRequest(node, 1, 4000)) !== undefined;
      };
      const codes = [replyCodes.pmipUnsupported, replyCodes.pmipDisallowed];
      const asked = await Promise.all(codes.map(again));
      for (const [i, code] of codes.entries()) {
        t.demand('LG-35', !asked[i], `no further request after code ${code}`, 'another one');
      }
    },
  );

  test(
    '18',
    'SHOULD turn to the home agent that code 136 names, or stop',
    { ...waits, careOfAddresses: 2, covers: ['MN-19'] },
    async (t) => {
      const other = t.session.stations.at(1).address;
      const node = t.node(modes.l2Bidirectional);
      let first = true;
      node.policy = () => {
        if (!first) return {};
        first = false;
        return { code: replyCodes.unknownHomeAgent, homeAgent: other };
      };
      await t.attach(node);
      await t.request(node);
      const again = await t.maybeRequest(node, 1, 5000);
      if (!again) return t.note('stops after code 136');
      t.demand('MN-19', again.rrq.homeAgent === other, `a request to ${other}`, `one for ${again.rrq.homeAgent}`);
    },
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

  test(
    '20',
    'MUST ask for no more than the Lifetime of a reply with code 69',
    { ...waits, covers: ['MN-15'] },
    async (t) => {
      const most = 100;
      const node = t.node(modes.l2Bidirectional);
      let first = true;
      node.policy = () => {
        if (!first) return {};
        first = false;
        return { code: lifetimeTooLong, lifetime: most };
      };
      await t.attach(node);
      const { rrq: before } = await t.request(node);
      if (before.lifetime <= most) return t.note(`asks for no more than ${most} s anyway`);
      const again = await t.maybeRequest(node, 1);
      if (!again) return t.note('does not ask again after code 69');
      const { lifetime } = again.rrq;
      // it is a code of foreign agents, which who has none may ignore; then it repeats what it asked
      if (lifetime === before.lifetime && t.config.knobs['fa_codes_direct'] !== 'obey')
        return t.note('ignores code 69 of a home agent');
      t.demand('MN-15', lifetime <= most, `a Lifetime of at most ${most} s`, `${lifetime} s`);
    },
  );

  test(
    '21',
    'MUST count no more than it asked for when more is granted',
    { ...waits, covers: ['MN-13'] },
    async (t) => {
      const little = 6;
      const node = t.node(modes.l2Bidirectional);
      let first = true;
      node.policy = () => {
        if (!first) return { bend: set('lifetime', 100 * little) };
        first = false;
        return { code: lifetimeTooLong, lifetime: little }; // or it would ask for more than a case can wait for
      };
      await t.attach(node);
      await t.request(node);
      const granted = await t.maybeRequest(node, 1);
      if (!granted || granted.rrq.lifetime > little) return t.note('does not ask for less after code 69');
      const renewal = await t.maybeRequest(node, 2, 1000 * little + 2000);
      const after = renewal ? (renewal.at - granted.at) / 1000 : Infinity;
      t.demand(
        'MN-13',
        after <= granted.rrq.lifetime + 0.05 + t.uncertainty(granted.at) / 1000,
        `a renewal within the ${granted.rrq.lifetime} s that it asked for`,
        renewal ? `after ${after.toFixed(1)} s` : 'none',
      );
    },
  );
});
