/** RFC 3344 §3.1 and §3.8.2.1: the UDP checksum of a request. The tester makes these datagrams itself. */
import type { Bend } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import { draftModes as modes } from '../../src/tester/request.js';

const zero: Bend = { field: 'no UDP checksum', checksum: () => 0 };
const wrong: Bend = { field: 'UDP checksum, one bit', checksum: (right) => right ^ 1 || 2 };
const untouched: Bend = { field: 'nothing, made by hand', checksum: (right) => right };

/** An MN whose hand-made datagram is accepted as long as nothing is bent. */
async function handMade(t: CaseContext): Promise<MobileNode> {
  const mn = t.mn();
  await t.makeByHand(mn);
  const twin = await t.askAnswered(mn, mn.request(modes.bidirectional), untouched);
  if (twin.kind === 'silence' || !twin.exchange.accepted)
    return t.undecided('a hand-made valid datagram was not accepted');
  return mn;
}

export const udpChecksums = section('ha/rfc3344-3.1', { document: 'rfc3344', section: '3.1' }, (test) => {
  test(
    '01',
    'MUST silently discard a request whose UDP checksum is wrong',
    { covers: ['HA-01'], needs: ['greKeys'], tunnel: true },
    async (t) => {
      const mn = await handMade(t);
      t.silent(await t.askBent(mn, mn.request(modes.bidirectional), wrong), 'HA-01');
    },
  );

  test(
    '02',
    'SHOULD accept a request without a UDP checksum',
    { covers: ['HA-02'], needs: ['greKeys'], tunnel: true },
    async (t) => {
      const mn = await handMade(t);
      t.accepted(await t.askAnswered(mn, mn.request(modes.bidirectional), zero), 'HA-02');
    },
  );
});
