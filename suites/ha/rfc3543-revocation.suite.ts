/**
 * RFC 3543: a home agent that revokes, and one that is told. Who must not send two messages of a binding within a second
 * has to wait for it, so these cases wait together. A revocation on handover is left to the home agent: one that
 * sends none cannot be judged here.
 */
import { judgeHomeAgentBits, judgeInform } from '../../src/oracle/revocation-messages.js';
import type { Arrivals } from '../../src/tester/arrivals.js';
import { flip, set } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import { connected, packetMode, takesNothing } from '../../src/tester/reach.js';
import { acknowledge, agreeRevocation, listening, offer, replay, revoke } from '../../src/tester/revocation.js';
import { type Heard, isAuthentic, type RevocationBend, revocationTime } from '../../src/tester/revocation-messages.js';
import { mobileIpPort, type Revocation, type RevocationAck } from '../../src/wire/mobileip.js';

const needs = ['revocation'] as const;

/** Milliseconds within which an unacknowledged revocation is expected again. */
const repetition = 15_000;
/** Clocks and timers of two machines: milliseconds by which two messages may seem closer than they were sent. */
const jitter = 50;

type Revocations = Arrivals<Heard<Revocation>>;

/** An MN goes from the first address to the second; gives the revocation that follows, if the device sends one. */
async function handsOver(t: CaseContext, mn: MobileNode, heard: Revocations): Promise<Heard<Revocation>> {
  mn.station = t.session.stations.at(1);
  await t.register(mn, packetMode(t));
  const first = await heard.first(repetition);
  return first ?? t.undecided('the device sends no revocation on a handover (A-32)');
}

async function form(t: CaseContext): Promise<void> {
  const mn = t.mn();
  const { address, wellKnown } = mn.station;
  if (!wellKnown) t.skip(`UDP port ${mobileIpPort} of the tester cannot be had`);
  // from another port than 434, which the revocation must not follow
  await offer(t, mn);
  await listening(t, mn, async (revocations) => {
    const first = await handsOver(t, mn, revocations);
    const { message, datagram } = first;
    acknowledge(t, first);
    t.recorder.blame(datagram.payload);
    // the tester's offer has I=0
    for (const { holds, expected, actual } of judgeHomeAgentBits(message, false)) {
      t.demand('RV-03', holds, expected, actual);
    }
    const { local } = datagram;
    const place = `${address}:${mobileIpPort}`;
    t.demand(
      'RV-03',
      `${local.address}:${local.port}` === place,
      `it at ${place}`,
      `at ${local.address}:${local.port}`,
    );
    const authentic = isAuthentic(t, datagram.payload, message.extensions);
    t.demand('RV-03', authentic, 'a right authenticator of an agreed association', 'none');
  });
}

/** The revocations of a handover while no acknowledgment comes: `count` of them, or fewer when no more come. */
async function unacknowledged(t: CaseContext, count: number): Promise<readonly Heard<Revocation>[]> {
  const mn = t.mn();
  await agreeRevocation(t, mn);
  const seen: Heard<Revocation>[] = [];
  await listening(t, mn, async (revocations) => {
    seen.push(await handsOver(t, mn, revocations));
    while (seen.length < count) {
      const next = await revocations.first(repetition, (heard) => !seen.includes(heard));
      if (!next) break;
      seen.push(next);
    }
    const last = seen.at(-1);
    if (last) acknowledge(t, last);
  });
  return seen;
}

const gaps = (seen: readonly Heard<Revocation>[]): readonly number[] =>
  seen.slice(1).map(({ datagram }, i) => datagram.at - (seen[i]?.datagram.at ?? 0));

async function repeats(t: CaseContext): Promise<void> {
  const seen = await unacknowledged(t, 3);
  t.demand('RV-04', seen.length > 1, `the revocation again within ${repetition / 1000} s`, 'it came once');
  const ids = seen.map(({ message }) => message.revocationId);
  const rising = ids.every((id, i) => i === 0 || ((id - (ids[i - 1] ?? 0)) | 0) > 0);
  t.demand('RV-04', rising, 'a later identifier in every repetition', ids.join(', '));
  const [first = 0, second] = gaps(seen);
  if (second === undefined) return t.note('repeats it once only, so nothing is known of its back-off');
  const slower = `a longer wait before the second repetition than before the first (${Math.round(first)} ms)`;
  t.demand('RV-04', second > first + jitter, slower, `${Math.round(second)} ms`);
}

async function pace(t: CaseContext): Promise<void> {
  const seen = await unacknowledged(t, 3);
  if (seen.length < 2) return t.undecided('the device does not repeat a revocation');
  const least = Math.min(...gaps(seen));
  t.demand('RV-09', least >= 1000 - jitter, 'a second between two revocations of a binding', `${Math.round(least)} ms`);
}

/** A new MN with whose registration revocation is agreed. */
async function agreed(t: CaseContext): Promise<MobileNode> {
  const mn = t.mn();
  await agreeRevocation(t, mn);
  return mn;
}

/** Revokes an MN's binding as its foreign agent would; the acknowledgment, if one comes, and what was sent. */
async function revoked(
  t: CaseContext,
  mn: MobileNode,
): Promise<{ readonly ack: Heard<RevocationAck> | undefined; readonly octets: Uint8Array }> {
  const found = await listening(t, mn, async (_, acks) => {
    const { octets, id } = revoke(t, mn);
    const ack = await acks.first(t.config.timeout, ({ message }) => message.revocationId === id);
    if (!ack) await t.fence(mn.station);
    return { ack, octets };
  });
  // whatever the device made of it, what it grants from now on must not be judged by this binding
  t.session.oracle.bindings.forget(mn.nai);
  if (found.ack) t.recorder.blame(found.ack.datagram.payload);
  return found;
}

/** The same where it is no more than a step on the way. */
async function arrangeRevoked(t: CaseContext, mn: MobileNode): Promise<Heard<RevocationAck> & { octets: Uint8Array }> {
  const { ack, octets } = await revoked(t, mn);
  if (!ack) return t.undecided('a valid revocation was not acknowledged');
  return { ...ack, octets };
}

async function isAcknowledged(t: CaseContext): Promise<void> {
  const mn = await agreed(t);
  const { address } = mn.station;
  const { ack } = await revoked(t, mn);
  const wanted = 'an acknowledgment with HoA and identifier copied';
  t.demand('RV-08', ack !== undefined, wanted, 'none, though the device lives');
  if (!ack) return;
  const { message, datagram } = ack;
  t.demand('RV-08', datagram.local.address === address, `it at ${address}`, `at ${datagram.local.address}`);
  t.demand('RV-08', isAuthentic(t, datagram.payload, message.extensions), 'a right authenticator', 'none');
}

async function keepsInform(t: CaseContext): Promise<void> {
  const { message } = await arrangeRevoked(t, await agreed(t));
  const { holds, expected, actual } = judgeInform(message, { inform: false });
  t.demand('RV-10', holds, expected, actual);
}

async function endsTunnel(t: CaseContext): Promise<void> {
  const witness = await t.registered(packetMode(t));
  const mn = await agreed(t);
  await t.carries(mn);
  await connected(t, witness, mn);
  await connected(t, mn, witness);
  const { binding } = mn;
  if (!binding) return t.undecided('the binding ended before it could be revoked');
  await arrangeRevoked(t, mn);
  await t.unreachable('RV-08', 'a packet to the HoA after the revocation', mn, binding, witness);
  await takesNothing(t, 'RV-08', 'a packet of the MN after the revocation', mn, binding, witness);
}

const wrongAuthenticator = (): RevocationBend => flip(-1, 0, 'authenticator');

/** A bad revocation gets no acknowledgment, and the tunnel works as before. */
async function discards(t: CaseContext, mn: MobileNode, send: () => void): Promise<void> {
  await listening(t, mn, async (_, acks) => {
    send();
    await t.fence(mn.station);
    const ack = await acks.first(t.session.patience);
    if (ack) t.recorder.blame(ack.datagram.payload);
    t.demand('RV-06', ack === undefined, 'no acknowledgment', 'one');
  });
  await t.passes(mn, 'RV-06');
}

async function discardsBent(t: CaseContext, bend: () => RevocationBend): Promise<void> {
  const mn = await agreed(t);
  await t.carries(mn);
  await discards(t, mn, () => void revoke(t, mn, bend()));
}

async function discardsReplay(t: CaseContext): Promise<void> {
  const mn = await agreed(t);
  await t.carries(mn);
  const { octets } = await arrangeRevoked(t, mn);
  await t.forcedWait(2000);
  await offer(t, mn);
  await t.carries(mn);
  await discards(t, mn, () => replay(t, mn, octets));
}

export const revocation = section('ha/rfc3543-3', { document: 'rfc3543', section: '3' }, (test) => {
  test.wholeRun('01', 'SHOULD NOT have offered revocation in a reply whose request did not', { covers: ['RV-02'] });

  test(
    '02',
    'MUST send a revocation with A=1 and I=0, authenticated, to port 434 of the earlier place on a handover',
    { needs, covers: ['RV-03'], careOfAddresses: 2, waits: true },
    form,
  );
  test(
    '03',
    'MUST repeat a revocation with a later identifier and ever slower when it is not acknowledged',
    { needs, covers: ['RV-04'], careOfAddresses: 2, waits: true },
    repeats,
  );
  test(
    '04',
    'MUST NOT send two revocations of a binding within a second',
    { needs, covers: ['RV-09'], careOfAddresses: 2, waits: true },
    pace,
  );

  const bent = { needs, covers: ['RV-06'], tunnel: true, waits: true } as const;
  test('05', 'MUST silently discard a revocation when its authenticator is wrong', bent, (t) =>
    discardsBent(t, wrongAuthenticator),
  );
  test('06', 'MUST silently discard a revocation when its A bit says that a home agent sent it', bent, (t) =>
    discardsBent(t, () => set('byHomeAgent', true)),
  );
  test('07', 'MUST silently discard a revocation when its identifier is older than the registration', bent, (t) =>
    discardsBent(t, () => set('revocationId', revocationTime(t) - 60)),
  );
  test('08', 'MUST silently discard a revocation when it is the replay of an earlier one', bent, discardsReplay);

  test(
    '09',
    'MUST acknowledge the revocation of a foreign agent to where it came from',
    { needs, covers: ['RV-08'], waits: true },
    isAcknowledged,
  );
  test(
    '10',
    'MUST remove the binding when its foreign agent revokes it',
    { needs, covers: ['RV-08'], tunnel: true, waits: true },
    endsTunnel,
  );
  test(
    '11',
    'MUST NOT set I in an acknowledgment when the revocation had it clear',
    { needs, covers: ['RV-10'], waits: true },
    keepsInform,
  );
});
