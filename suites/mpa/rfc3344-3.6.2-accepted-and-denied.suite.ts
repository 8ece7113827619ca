/** RFC 3344 §3.6.2.2 and §3.6.2.3: what follows from the lifetime of a reply, and from its code. */
import { set } from '../../src/tester/bend.js';
import { mpaSection } from '../../src/tester/case.js';
import { aheadBy, settingAhead, tellTime } from '../../src/tester/mpa-clock.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import type { ProxiedNode, SeenRequest } from '../../src/tester/proxied-node.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { replyCodes } from '../../src/wire/mobileip.js';

const waits = { needs: ['greKeys'], waits: true } as const;
/** RFC 3344 §3.4: a code of foreign agents. */
const lifetimeTooLong = 69;
const unset: ReadonlySet<string> = new Set(['0.0.0.0', '255.255.255.255']);
/** Seconds granted where a renewal is waited for. */
const lifetime = 4;
/** Milliseconds by which a timer may be late. */
const tolerance = 50;
/** Gaps between requests that are looked at after denials, and how long they are together at least, in milliseconds. */
const gapsSeen = 4;
const slowEnough = 6000;

/** How long the first gaps are together where the agent asks on and on in quick succession; else undefined. */
async function hotLoop(t: MpaContext, node: ProxiedNode): Promise<number | undefined> {
  const last = await t.maybeRequest(node, gapsSeen, slowEnough + 1000);
  const [first] = node.requests.all;
  if (!last || !first) return undefined;
  const took = last.at - first.at;
  return took + t.uncertainty(first.at) < slowEnough ? took : undefined;
}

/** Whether the tester may have answered so late that a registration of a few seconds has ended meanwhile. */
const isBusy = (t: MpaContext, { requests }: ProxiedNode): boolean => t.uncertainty(requests.all[0]?.at ?? 0) > 500;

const inSuccession = (took: number): string => `${gapsSeen + 1} requests within ${(took / 1000).toFixed(1)} s`;

/** Codes after which the same request may succeed later, and some after which it hardly will. */
const repeatable: readonly number[] = [
  replyCodes.insufficientResources,
  replyCodes.unspecified,
  replyCodes.mnFailedAuthentication,
  replyCodes.poorlyFormedRequest,
];
/** Codes of home agents other than 129, which each denies: RFC 3344 §3.4, RFC 3024 §3.4. */
const otherDenials: readonly number[] = [128, 130, 131, 132, 134, 135, 137, 138, 139];

const keyOf = ({ rrq }: SeenRequest): number => rrq.extensions.find((e) => e.name === 'greKey')?.key ?? 0;

export const proxyLifetimes = mpaSection('mpa/rfc3344-3.6.2', { document: 'rfc3344', section: '3.6.2.2' }, (test) => {
  test(
    '11',
    'MUST count the lifetime from when it sent the request',
    { ...waits, covers: ['MN-13', 'MN-14'] },
    async (t) => {
      const [lifetime, delay, unanswered] = [6, 3000, 2];
      const node = t.node(modes.l2Bidirectional);
      let asked = 0;
      // an answer takes its time only where the agent has learned to wait longer than that
      node.policy = () => (asked++ < unanswered ? 'withhold' : { lifetime, delay: asked > unanswered + 1 ? 0 : delay });
      await t.attach(node);
      await t.request(node);
      const slow = await t.maybeRequest(node, unanswered);
      if (!slow) return t.undecided('an unanswered request is not repeated that often');
      const renewal = await t.renewal(node, delay + 1000 * lifetime + 5000);
      if (!renewal && isBusy(t, node)) return t.undecided('the tester was busy: an answer may have come too late');
      if (!renewal?.standing) return t.demand('MN-14', false, 'a renewal', 'none');
      const { at } = renewal.standing;
      const after = (renewal.at - at) / 1000;
      if (at !== slow.at && after <= lifetime) return t.undecided('the agent did not wait for a slow answer');
      if (at !== slow.at) return t.demand('MN-14', false, 'a renewal before the end', `after ${after.toFixed(1)} s`);
      t.atMost('MN-13', [slow, renewal], 1000 * lifetime + tolerance, 'a renewal after the request');
    },
  );

  test(
    '12',
    'MUST use the granted lifetime when it is shorter than the one asked',
    { ...waits, covers: ['MN-13'] },
    async (t) => {
      const node = t.node(modes.l2Bidirectional, { policy: () => ({ lifetime: 4 }) });
      await t.attach(node);
      await t.request(node);
      const renewal = await t.renewal(node, 8000);
      if (!renewal && isBusy(t, node)) return t.undecided('the tester was busy: an answer may have come too late');
      if (!renewal?.standing) return t.demand('MN-13', false, 'a renewal within the granted 4 s', 'none within 8 s');
      t.atMost('MN-13', [renewal.standing, renewal], 4000 + tolerance, 'a renewal after the request');
    },
  );

  test(
    '26',
    'MUST use the lifetime that a renewal was granted when it is shorter than that of before',
    { ...waits, covers: ['MN-13'] },
    async (t) => {
      const [long, short] = [6, 3];
      const node = t.node(modes.l2Bidirectional, { policy: ({ standing }) => ({ lifetime: standing ? short : long }) });
      await t.attach(node);
      await t.request(node);
      await t.renewed(node, 1000 * long + t.expiryTolerance);
      const next = await t.renewal(node, 1000 * long, 2);
      if (!next && isBusy(t, node)) return t.undecided('the tester was busy: an answer may have come too late');
      if (!next?.standing) return t.demand('MN-13', false, `a renewal within the ${short} s granted`, 'none');
      t.atMost('MN-13', [next.standing, next], 1000 * short + tolerance, 'a renewal after the one before');
    },
  );

  test(
    '21',
    'MUST count no more than it asked for when more is granted',
    { ...waits, covers: ['MN-13'] },
    async (t) => {
      const little = 6;
      const node = t.node(modes.l2Bidirectional);
      let told = 0;
      node.policy = ({ rrq }) => {
        const isLong = rrq.lifetime > little; // more than a case can wait for
        return isLong && told++ < 2 ? { code: lifetimeTooLong, lifetime: little } : { bend: set('lifetime', 600) };
      };
      await t.attach(node);
      await t.request(node);
      const granted = await node.requests.first(15_000, ({ rrq }) => rrq.lifetime <= little);
      if (!granted) return t.undecided('it does not ask for less after code 69, and the case cannot wait for the end');
      const renews = (request: SeenRequest): boolean => request.at > granted.at && keyOf(request) !== 0;
      const renewal = await node.requests.first(2000 * little, renews);
      const before = renewal && node.requests.all[node.requests.all.indexOf(renewal) - 1];
      const most = granted.rrq.lifetime;
      if (!before) return t.demand('MN-13', false, `a renewal within the ${most} s that it asked for`, 'none');
      t.atMost('MN-13', [before, renewal], 1000 * most + tolerance, 'a renewal after the request');
    },
  );

  test(
    '33',
    'MUST NOT tunnel for a node whose registration is granted for 0 seconds',
    { ...waits, tunnel: true, covers: ['MN-13', 'TN-14'] },
    (t) =>
      t.eachMode(
        async (mode) => {
          t.needAccess();
          const witness = await t.attached(mode);
          await t.carriesUp(witness);
          const node = t.node(mode);
          let told = false;
          // once: whoever asks again at once could not be told from one that has a registration
          node.policy = () => {
            if (told) return 'withhold';
            told = true;
            return { lifetime: 0 };
          };
          await t.attach(node);
          await t.request(node);
          await t.forcedWait(t.expiryTolerance);
          await t.nothingUp('TN-14', 'a packet of a node that was granted no time', node, witness);
        },
        ({ a, key }) => (a ? key === 0 : key === 'own'),
      ),
  );
});

export const proxyDenials = mpaSection('mpa/rfc3344-3.6.2', { document: 'rfc3344', section: '3.6.2.3' }, (test) => {
  test(
    '13',
    'MUST adjust its Identification after a valid code 133',
    { ...waits, association: { replay: 'timestamps' }, covers: ['MN-16', 'LG-20'] },
    (t) =>
      t.session.clockCases.run(async () => {
        const ahead = 1000;
        const node = t.node(modes.l2Bidirectional, { policy: settingAhead(ahead) });
        await t.attach(node);
        const first = await t.request(node);
        const second = await t.maybeRequest(node, 1);
        if (!second) return t.undecided('no further request came'); // MN-16 is about the next request, should one come
        const isAhead = (request: SeenRequest): boolean => aheadBy(request) > ahead / 2;
        // the answer may have got lost: it was given once more
        const judged = isAhead(second) ? second : ((await t.maybeRequest(node, 2)) ?? second);
        const off = aheadBy(judged);
        // its clock is set right again, for it may use it for all its nodes: what is asked next shows that
        if (isAhead(judged)) await t.maybeRequest(node, node.requests.all.indexOf(judged) + 1);
        const right = Math.abs(off - ahead) <= 3 + t.uncertainty(first.at) / 1000;
        if (!right) t.recorder.blame(judged.message.bytes);
        t.demand('MN-16', right, `seconds of about ${ahead} after the true time`, `${off} after it`);
      }),
  );

  test(
    '15',
    'SHOULD NOT go on asking in quick succession after a denial',
    { ...waits, covers: ['MN-20', 'MN-01'] },
    async (t) => {
      const denied = repeatable.map((code) => t.node(modes.l2Bidirectional, { policy: () => ({ code }) }));
      await t.calm();
      for (const node of denied) await t.attach(node);
      const all = await Promise.all(
        denied.map(async (node) => {
          await t.request(node);
          return hotLoop(t, node);
        }),
      );
      for (const node of denied) for (const pair of t.gaps(node)) t.atLeast('MN-20', pair, 980, 'a gap after a denial');
      for (const [i, took] of all.entries()) {
        const expected = `a pause that grows after denials with code ${repeatable[i] ?? 0}`;
        t.demand('MN-20', took === undefined, expected, inSuccession(took ?? 0));
      }
    },
  );

  test(
    '16',
    'MUST NOT tunnel for a node that was denied',
    { needs: ['greKeys'], tunnel: true, covers: ['TN-14', 'LG-13'] },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const witness = await t.attached(mode);
        await t.carriesUp(witness);
        const node = t.node(mode, { policy: () => ({ code: replyCodes.administrativelyProhibited }) });
        await t.attach(node);
        await t.request(node);
        await t.nothingUp('TN-14', 'a packet of a denied node', node, witness);
      }),
  );

  test(
    '25',
    'MUST NOT tunnel for a node that was denied, whatever the code',
    { needs: ['greKeys'], tunnel: true, covers: ['TN-14', 'LG-13'] },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const witness = await t.attached(mode);
        for (const code of otherDenials) {
          const node = t.node(mode, { policy: () => ({ code }) });
          await t.attach(node);
          await t.request(node);
          await t.carriesUp(witness); // meanwhile the denial arrives
          await t.nothingUp('TN-14', `a packet of a node denied with code ${code}`, node, witness);
        }
      }),
  );

  test(
    '27',
    'MUST renew where the registration was granted after code 136',
    { ...waits, careOfAddresses: 2, covers: ['LG-08'] },
    async (t) => {
      const node = t.node(modes.l2Bidirectional);
      let wrong: string | undefined;
      node.policy = ({ station: { address } }) => {
        wrong ??= address;
        const other = t.session.stations.otherThan(address) ?? '';
        return address === wrong ? { code: replyCodes.unknownHomeAgent, homeAgent: other } : { lifetime };
      };
      await t.attach(node);
      await t.request(node);
      const turned = await node.requests.first(10_000, ({ station }) => station.address !== wrong);
      if (!turned) return t.note('does not turn to the home agent that code 136 names');
      const next = await t.maybeRequest(node, node.requests.all.indexOf(turned) + 1, 1000 * lifetime + 1000);
      if (!next) return t.undecided('it does not renew');
      // whoever begins anew, as its registration has ended, may ask the first home agent again
      const past = next.at - turned.at + t.uncertainty(turned.at);
      const { address } = next.station;
      const right = turned.station.address;
      if (address !== right && past >= 1000 * lifetime) return t.undecided('it does not renew in time');
      if (address !== right) t.recorder.blame(next.message.bytes);
      t.demand('LG-08', address === right, `a renewal sent to ${right}`, `a request to ${address}`);
    },
  );

  test(
    '28',
    'MUST adjust its Identification after code 133 in a renewal too, and keep to it',
    { ...waits, association: { replay: 'timestamps' }, covers: ['MN-16', 'MN-05'] },
    (t) =>
      t.session.clockCases.run(async () => {
        const ahead = 1000;
        const node = t.node(modes.l2Bidirectional);
        const isAhead = (request: SeenRequest): boolean => aheadBy(request) > ahead / 2;
        let [told, right] = [0, 0];
        let kept: SeenRequest | undefined;
        node.policy = (request) => {
          if (isAhead(request)) {
            if (kept) return right++ < 2 ? tellTime(request) : { lifetime }; // one clock may serve all nodes
            kept = request;
            return { lifetime };
          }
          const renews = request.standing !== undefined && keyOf(request) !== 0; // or else it repeats the first
          return renews && !kept && told++ < 2 ? tellTime(request, ahead) : { lifetime };
        };
        await t.attach(node);
        const renewal = await t.renewed(node, 1000 * lifetime);
        if (told === 0) return t.undecided('its renewal does not name the agreed key');
        const index = node.requests.all.indexOf(renewal);
        const second = await t.maybeRequest(node, index + 1);
        if (!second) return t.undecided('no further request came');
        const set = isAhead(second) ? second : await t.maybeRequest(node, index + 2);
        const isSet = set !== undefined && isAhead(set);
        if (!isSet) t.recorder.blame(second.message.bytes);
        t.demand('MN-16', isSet, `a request about ${ahead} s after the true time`, `${aheadBy(second)} s after it`);
        // the answer may have got lost; or the agent has lost the registration, and heeds the code from then on
        if (!set || set !== second) return t.undecided('it set its clock after the second code 133 only');
        const place = node.requests.all.indexOf(set);
        const later = await t.maybeRequest(node, place + 1, 1000 * lifetime + 1000);
        if (!later) return t.undecided('it does not renew again');
        const [one, two] = [set.rrq.identification, later.rrq.identification];
        if (two <= one) t.recorder.blame(later.message.bytes);
        t.demand('MN-05', two > one, `an Identification greater than 0x${one.toString(16)}`, `0x${two.toString(16)}`);
        await t.maybeRequest(node, place + 2, 3000);
      }),
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
        // the first answer may have got lost
        return (await t.maybeRequest(node, 1, 4000)) !== undefined && (await t.maybeRequest(node, 2)) !== undefined;
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
    'SHOULD turn to the home agent that code 136 names, or not ask again so soon',
    { ...waits, careOfAddresses: 2, covers: ['MN-19'] },
    async (t) => {
      const node = t.node(modes.l2Bidirectional);
      const other = ({ station }: SeenRequest): string => t.session.stations.otherThan(station.address) ?? '';
      let wrong: string | undefined;
      node.policy = (request) => {
        wrong ??= request.station.address;
        if (request.station.address !== wrong) return {};
        return { code: replyCodes.unknownHomeAgent, homeAgent: other(request) };
      };
      await t.attach(node);
      await t.request(node);
      const took = await hotLoop(t, node);
      const turned = node.requests.all.find(({ station }) => station.address !== wrong);
      if (turned) {
        const { address } = turned.station;
        const named = turned.rrq.homeAgent; // it may be left open
        return t.demand('MN-19', named === address || unset.has(named), `Home Agent ${address}`, named);
      }
      if (took === undefined) return t.note('does not turn to the home agent that code 136 names');
      t.demand('MN-19', false, 'a request to the home agent named, or none so soon', inSuccession(took));
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
});
