/** RFC 3344 §3.6.3 and §5.7: retransmission and Identification. */
import { mpaSection } from '../../src/tester/case.js';
import { aheadBy, settingAhead, settingRight } from '../../src/tester/mpa-clock.js';
import type { Policy, SeenRequest } from '../../src/tester/proxied-node.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { high32, low32 } from '../../src/wire/mobileip.js';

const waits = { needs: ['greKeys'], waits: true } as const;
/** The rules about timestamps, and those about nonces. */
const timestamps = { association: { replay: 'timestamps' } } as const;
const nonces = { association: { replay: 'nonces' } } as const;
/** Milliseconds by which a timer may run ahead. */
const tolerance = 20;

/** RFC 3344 §5.7.1: seconds by which the clocks of both sides may differ. */
const skew = 7;

/** Answers like that the first time, and grants what is asked for afterwards. */
function once(policy: Policy): Policy {
  let isFirst = true;
  return (request) => {
    const answer = isFirst ? policy(request) : {};
    isFirst = false;
    return answer;
  };
}

/**
 * The octets of a request, but for the time of sending in an offer of revocation (RFC 3543 §3.2) and the authenticators
 * that cover it: what is the mobile node's stays, what its agent adds may be new each time.
 */
function withoutTimeOfSending({ message, rrq }: SeenRequest): Uint8Array {
  const octets = message.bytes.slice();
  const offer = rrq.extensions.findIndex((e) => e.name === 'revocationSupport');
  if (offer < 0) return octets;
  for (const { name, at = 0, size = 0 } of rrq.extensions.slice(offer)) {
    if (name === 'revocationSupport') octets.fill(0, at + 4, at + 8);
    if (name === 'mnHa' || name === 'faHa') octets.fill(0, at + 6, at + size);
  }
  return octets;
}

export const proxyRetransmission = mpaSection(
  'mpa/rfc3344-3.6.3',
  { document: 'rfc3344', section: '3.6.3' },
  (test) => {
    test(
      '01',
      'MUST leave a second between requests, and SHOULD double the time-out',
      { ...waits, covers: ['MN-01', 'MN-02', 'MN-03', 'RV-09'] },
      async (t) => {
        const node = t.node(modes.l2Bidirectional, { policy: () => 'withhold' });
        await t.calm();
        await t.attach(node);
        await t.request(node);
        if (!(await t.maybeRequest(node, 1))) return t.undecided('an unanswered request was not repeated');
        await t.maybeRequest(node, 4, 11_000);
        const gaps = t.gaps(node).map(([from, to]) => to.at - from.at);
        const text = gaps.map((gap) => `${(gap / 1000).toFixed(2)} s`).join(', ');
        for (const pair of t.gaps(node)) t.atLeast('MN-01', pair, 1000 - tolerance, 'a gap between requests');
        const [one, two] = gaps;
        const doubt = t.uncertainty(node.requests.all[0]?.at ?? 0);
        if (one !== undefined && two !== undefined)
          t.demand('MN-02', two + doubt >= 1.9 * (one - doubt), 'the second gap twice the first', text);
        // a gap that grows too little is right only where none is longer: it is the maximum
        const slow = gaps.some(
          (gap, i) => i > 1 && gap + doubt < 1.9 * ((gaps[i - 1] ?? 0) - doubt) && gap + 500 < (gaps[i + 1] ?? 0),
        );
        t.demand('MN-02', !slow, 'each gap twice the one before', text);
        const [first] = node.requests.all;
        t.demand(
          'MN-03',
          gaps.every((gap) => gap <= 1000 * (first?.rrq.lifetime ?? 0xffff) + tolerance + doubt),
          'gaps no longer than the Lifetime asked',
          text,
        );
      },
    );

    test(
      '02',
      'MUST repeat with a new, greater Identification',
      { ...waits, ...timestamps, covers: ['MN-05', 'MN-07'] },
      async (t) => {
        const node = t.node(modes.l2Unidirectional, { policy: () => 'withhold' });
        await t.calm();
        await t.attach(node);
        await t.request(node);
        if (!(await t.maybeRequest(node, 1))) return t.undecided('an unanswered request was not repeated');
        const ids = node.requests.all.map((r) => r.rrq.identification);
        const grows = ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? 0n));
        t.demand('MN-05', grows, 'an Identification that grows', ids.map((id) => `0x${id.toString(16)}`).join(', '));
      },
    );

    test(
      '03',
      'MUST give each renewal and deregistration a greater Identification',
      { ...waits, ...timestamps, covers: ['MN-05', 'MN-07'] },
      async (t) => {
        const node = await t.attached(modes.l2Bidirectional);
        await t.detach(node);
        const gone = await t.departed(node);
        const [one, two] = [node.requests.all[node.requests.all.indexOf(gone) - 1], gone].map(
          (request) => request?.rrq.identification ?? 0n,
        );
        t.demand(
          'MN-05',
          (two ?? 0n) > (one ?? 0n),
          'a greater Identification',
          `0x${(one ?? 0n).toString(16)}, then 0x${(two ?? 0n).toString(16)}`,
        );
      },
    );

    test(
      '04',
      'MUST use NTP timestamps, and SHOULD fill their low bits at random',
      { needs: ['greKeys'], ...timestamps, covers: ['MN-08'], waits: true }, // for its turn
      (t) =>
        t.session.clockCases.run(async () => {
          const lows: number[] = [];
          for (let i = 0; i < 3; i++) {
            // RFC 3344 §5.7.1: an agent whose clock is wrong is told the time, and has it from then on
            const node = t.node(modes.l2Bidirectional, { policy: once(settingRight(skew)) });
            await t.attach(node);
            let request = await t.request(node);
            if (Math.abs(aheadBy(request)) > skew) {
              request = (await t.maybeRequest(node, 1)) ?? t.undecided('no further request came after code 133');
            }
            const off = aheadBy(request);
            if (Math.abs(off) > skew) t.recorder.blame(request.message.bytes);
            t.demand(
              'MN-08',
              Math.abs(off) <= skew,
              `seconds since 1900 within ${skew} s of the clock`,
              `off by ${off} s`,
            );
            lows.push(low32(request.rrq.identification));
          }
          t.demand('MN-08', new Set(lows).size > 1, 'low halves that differ', lows.join(', '));
        }),
    );

    test(
      '10',
      'MUST leave a second between renewals, however short the lifetime that is granted',
      { ...waits, covers: ['MN-01', 'RV-09'] },
      async (t) => {
        const node = t.node(modes.l2Bidirectional, { policy: () => ({ lifetime: 1 }) });
        await t.calm();
        await t.attach(node);
        await t.request(node);
        await t.maybeRequest(node, 4, 6000);
        for (const pair of t.gaps(node)) t.atLeast('MN-01', pair, 1000 - tolerance, 'a gap between requests');
      },
    );

    test(
      '11',
      'MUST leave a second between repeated deregistrations, and SHOULD double the time-out',
      { ...waits, covers: ['MN-01', 'MN-02', 'RV-09'] },
      async (t) => {
        const node = t.node(modes.l2Bidirectional);
        node.policy = ({ rrq }) => (rrq.lifetime === 0 ? 'withhold' : {});
        await t.calm();
        await t.attach(node);
        await t.request(node);
        await t.detach(node);
        const first = node.requests.all.indexOf(await t.departed(node));
        await t.maybeRequest(node, first + 3, 8000);
        const repeated = t.gaps(node).slice(first);
        for (const pair of repeated) t.atLeast('MN-01', pair, 1000 - tolerance, 'a gap between deregistrations');
        const [one, two] = repeated.map(([from, to]) => to.at - from.at);
        if (one === undefined || two === undefined) return t.note('repeats an unanswered deregistration once at most');
        const doubt = t.uncertainty(node.requests.all[first]?.at ?? 0);
        const text = `${(one / 1000).toFixed(2)} s, then ${(two / 1000).toFixed(2)} s`;
        t.demand('MN-02', two + doubt >= 1.9 * (one - doubt), 'the second gap twice the first', text);
      },
    );

    test('05', 'MAY wait for a slow reply before it repeats', { ...waits, covers: ['MN-04'] }, async (t) => {
      const node = t.node(modes.l2Bidirectional, { policy: () => ({ delay: 900 }) });
      await t.calm();
      await t.attach(node);
      const first = await t.request(node);
      const again = await t.maybeRequest(node, 1, 950);
      // RFC 3344 §3.6.3: the first wait covers two round trips; a second request within 1 s would break MN-01
      if (again) t.atLeast('MN-04', [first, again], 1000 - tolerance, 'a wait');
    });

    test.wholeRun('06', 'MUST have given every request of the run a greater Identification', {
      ...timestamps,
      covers: ['MN-05', 'MN-07'],
    });

    test(
      '07',
      'MUST repeat an unanswered request unchanged under nonces',
      { ...waits, ...nonces, covers: ['MN-06'] },
      async (t) => {
        const node = t.node(modes.l2Unidirectional, { policy: () => 'withhold' });
        await t.attach(node);
        const first = await t.request(node);
        const again = await t.maybeRequest(node, 1);
        if (!again) return t.undecided('an unanswered request was not repeated');
        const same = Buffer.compare(withoutTimeOfSending(first), withoutTimeOfSending(again)) === 0;
        if (!same) t.recorder.blame(again.message.bytes);
        t.demand('MN-06', same, 'the same octets', 'other ones');
      },
    );

    test(
      '08',
      'MUST use the nonce of the last reply in the next request, with a new number of its own',
      { ...waits, ...nonces, covers: ['MN-18'] },
      async (t) => {
        const given: number[] = [];
        const node = t.node(modes.l2Bidirectional);
        node.policy = ({ rrq }) => {
          const nonce = t.session.random.uint32();
          given.push(nonce);
          return { lifetime: 6, identification: (BigInt(nonce) << 32n) | BigInt(low32(rrq.identification)) };
        };
        await t.attach(node);
        await t.request(node);
        for (const number of [1, 2]) {
          const renewal = await t.renewed(node, 6000, number);
          const { rrq, message } = renewal;
          const last = node.requests.all.indexOf(renewal) - 1;
          const [before, nonce] = [node.requests.all[last], given[last] ?? 0];
          const used = high32(rrq.identification);
          if (used !== nonce) t.recorder.blame(message.bytes);
          t.demand('MN-18', used === nonce, `the nonce ${hexNumber(nonce)} in the high half`, hexNumber(used));
          const [low, lowBefore] = [low32(rrq.identification), low32(before?.rrq.identification ?? 0n)];
          t.demand('MN-18', low !== lowBefore, 'another low half than before', hexNumber(low));
        }
      },
    );

    test(
      '09',
      'MUST leave a second between requests when it is told to adjust its clock',
      { ...waits, ...timestamps, covers: ['MN-01'] },
      (t) =>
        t.session.clockCases.run(async () => {
          const node = t.node(modes.l2Bidirectional, { policy: settingAhead(1000) });
          await t.calm();
          await t.attach(node);
          const first = await t.request(node);
          const again = await t.maybeRequest(node, 1);
          if (!again) return t.undecided('no further request came');
          // its clock is set right again, for it may use it for all its nodes: what is asked next shows that
          await t.maybeRequest(node, 2);
          t.atLeast('MN-01', [first, again], 1000 - tolerance, 'a gap after code 133');
        }),
    );
  },
);

const hexNumber = (value: number): string => `0x${value.toString(16)}`;
