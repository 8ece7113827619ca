/** RFC 3543 §4.2.2.2: a proxy agent whose home agent revokes a registration. Each case waits for the next second. */
import { judgeInform } from '../../src/oracle/revocation-messages.js';
import { mpaSection } from '../../src/tester/case.js';
import { flip, set } from '../../src/tester/bend.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import { agreeAgain, agreedNode, arrangeRevoked, revoke, revoked, send } from '../../src/tester/mpa-revocation.js';
import type { ProxiedNode } from '../../src/tester/proxied-node.js';
import { modes } from '../../src/tester/request.js';
import { breath, hearing, isAuthentic, type RevocationBend } from '../../src/tester/revocation-messages.js';

async function isAcknowledged(t: MpaContext): Promise<void> {
  const node = await agreedNode(t);
  const { station } = t.granted(node);
  const { ack } = await revoked(t, node);
  if (!ack) await t.attached(modes.bidirectional);
  t.demand(
    'RV-05',
    ack !== undefined,
    'an acknowledgment with HoA and identifier copied',
    'none, though the device lives',
  );
  if (!ack) return;
  const { message, datagram } = ack;
  const { address } = datagram.local;
  t.demand('RV-05', address === station.address, `it at ${station.address}, its source`, `at ${address}`);
  t.demand('RV-05', isAuthentic(t, datagram.payload, message.extensions), 'a right authenticator', 'none');
}

/** A node with which revocation is agreed, and another one, whose tunnels carry packets both ways. */
async function carrying(t: MpaContext): Promise<{ readonly node: ProxiedNode; readonly witness: ProxiedNode }> {
  t.needAccess();
  const witness = await t.attached(modes.bidirectional);
  const node = await agreedNode(t);
  for (const each of [witness, node]) {
    await t.carriesDown(each);
    await t.carriesUp(each);
  }
  return { node, witness };
}

async function endsTunnel(t: MpaContext): Promise<void> {
  const { node, witness } = await carrying(t);
  const grant = t.granted(node);
  await revoked(t, node);
  await t.forcedWait(t.expiryTolerance); // whether it ended before the acknowledgment is another case
  const what = 'of the mobile node after the revocation';
  await t.nothingDown('RV-05', `a packet ${what}`, (probe) => t.sendDown(node, probe, { grant }), witness);
  await t.nothingUp('RV-05', `a packet ${what}`, node, witness);
}

async function endsTunnelFirst(t: MpaContext): Promise<void> {
  const { node, witness } = await carrying(t);
  const grant = t.granted(node);
  await arrangeRevoked(t, node);
  const what = 'a packet that follows the acknowledgment into the tunnel';
  await t.nothingDown('LG-12', what, (probe) => t.sendDown(node, probe, { grant }), witness);
}

async function keepsInform(t: MpaContext): Promise<void> {
  const { message } = await arrangeRevoked(t, await agreedNode(t));
  const { holds, expected, actual } = judgeInform(message, { inform: false });
  t.demand('RV-10', holds, expected, actual);
}

/** A bad revocation gets no acknowledgment, and the tunnel works as before; a good one that follows ends it. */
async function discards(t: MpaContext, id: 'RV-06' | 'RV-07', node: ProxiedNode, bad: () => void): Promise<void> {
  await hearing(t, t.granted(node).homeAddress, async (_, acks) => {
    bad();
    const ack = await acks.first(breath); // as long as the next revocation has to wait
    if (ack) t.recorder.blame(ack.datagram.payload);
    t.demand(id, ack === undefined, 'no acknowledgment', 'one');
  });
  await t.up(node, id);
  await t.down(node, id);
  await arrangeRevoked(t, node); // an agent that hears no revocation at all has not shown anything
}

async function discardsBent(
  t: MpaContext,
  id: 'RV-06' | 'RV-07',
  bend: (node: ProxiedNode) => RevocationBend,
): Promise<void> {
  const { node } = await carrying(t);
  await discards(t, id, node, () => void revoke(t, node, bend(node)));
}

async function discardsReplay(t: MpaContext): Promise<void> {
  t.needAccess();
  const node = await agreedNode(t);
  const { octets } = await arrangeRevoked(t, node);
  await t.forcedWait(2 * breath); // the next registration is later than what is replayed
  await agreeAgain(t, node);
  await t.carriesDown(node);
  await t.carriesUp(node);
  await discards(t, 'RV-06', node, () => send(t, node, octets));
}

/** A second before the timestamp of the reply: as late as an earlier one can be. */
const earlier = (t: MpaContext, node: ProxiedNode): RevocationBend =>
  set('revocationId', ((t.granted(node).revocation ?? 0) - 1) >>> 0);

export const proxyRevocation = mpaSection(
  'mpa/rfc3543-4.2.2.2',
  { document: 'rfc3543', section: '4.2.2.2' },
  (test) => {
    const plain = { needs: ['revocation'], waits: true } as const;
    const tunnel = { ...plain, tunnel: true } as const;

    test(
      '01',
      'MUST acknowledge the revocation of its home agent to where it came from',
      { ...plain, covers: ['RV-05'] },
      isAcknowledged,
    );
    test(
      '02',
      'MUST end the tunnel when its home agent revokes the registration',
      { ...tunnel, covers: ['RV-05'] },
      endsTunnel,
    );
    test(
      '03',
      'MUST have ended the tunnel when it acknowledges the revocation',
      { ...tunnel, covers: ['LG-12'] },
      endsTunnelFirst,
    );
    test(
      '04',
      'MUST NOT set I in an acknowledgment when the revocation had it clear',
      { ...plain, covers: ['RV-10'] },
      keepsInform,
    );

    const bent = { ...tunnel, covers: ['RV-06'] } as const;
    test('05', 'MUST silently discard a revocation when its authenticator is wrong', bent, (t) =>
      discardsBent(t, 'RV-06', () => flip(-1, 0, 'authenticator')),
    );
    test('06', 'MUST silently discard a revocation when its A bit says that a foreign agent sent it', bent, (t) =>
      discardsBent(t, 'RV-06', () => set('byHomeAgent', false)),
    );
    test('07', 'MUST silently discard a revocation when it is the replay of an earlier one', bent, discardsReplay);
    test(
      '08',
      'MUST ignore a revocation when its identifier is earlier than the timestamp of the registration',
      { ...tunnel, covers: ['RV-07'] },
      (t) => discardsBent(t, 'RV-07', (node) => earlier(t, node)),
    );
  },
);
