/** draft-tsirtsis-l2gre-pmipv4-00 §5.5.2: the registration table of the mobility proxy agent. */
import { mpaSection } from '../../src/tester/case.js';
import type { TunnelFrame } from '../../src/oracle/frame.js';
import type { DownOptions, MpaContext } from '../../src/tester/mpa-context.js';
import type { Policy, ProxiedNode, SeenRequest } from '../../src/tester/proxied-node.js';
import { hexKey } from '../../src/oracle/exchange.js';
import { draftModes as modes } from '../../src/tester/request.js';

const keyIn = ({ gre }: TunnelFrame): string => (gre?.key === undefined ? 'no key' : `key ${hexKey(gre.key)}`);

/** Demands that packets of a node go up with its own key. */
async function hasItsKey(t: MpaContext, node: ProxiedNode): Promise<void> {
  const { frame } = await t.up(node, 'TS-27');
  const right = t.granted(node).reverseKey;
  if (frame.gre?.key !== right) t.recorder.blame(frame.bytes);
  t.demand('TS-27', frame.gre?.key === right, `key ${hexKey(right ?? 0)}`, keyIn(frame));
}

/** Has a node leave, and attach once more: its first request from then on. */
async function comesBack(t: MpaContext, node: ProxiedNode): Promise<SeenRequest> {
  await t.detach(node);
  await t.isOver(node);
  const seen = node.requests.all.length;
  await t.attach(node);
  return t.request(node, seen);
}

const tunnel = { needs: ['greKeys', 'l2'], tunnel: true } as const;

export const mpaTable = mpaSection('mpa/5.5.2', { document: 'tsirtsis', section: '5.5.2' }, (test) => {
  test(
    '01',
    'MUST keep the keys of several nodes apart while others come and go',
    { ...tunnel, covers: ['TS-27'], waits: true },
    async (t) => {
      t.needAccess();
      const first = await t.attached(modes.l2Unidirectional);
      const second = await t.attached(modes.l2Bidirectional);
      const third = await t.attached(modes.l2Unidirectional);
      await t.detach(second);
      await t.departure(second);
      for (const node of [first, third]) {
        await t.down(node, 'TS-27');
        const { frame } = await t.up(node, 'TS-27');
        t.demand('TS-27', frame.gre?.key === t.granted(node).reverseKey, 'the key of the node', keyIn(frame));
      }
    },
  );

  test(
    '02',
    'MUST serve two L2 nodes that use the same IP address',
    { ...tunnel, covers: ['LG-16', 'LG-17', 'TS-27'] },
    async (t) => {
      t.needAccess();
      const first = await t.attached(modes.l2Bidirectional);
      const second = await t.attached(modes.l2Bidirectional, { homeAddress: first.homeAddress });
      for (const node of [first, second]) {
        const { frame } = await t.up(node, 'LG-17');
        t.demand('LG-17', frame.gre?.key === t.granted(node).reverseKey, 'the key of the node', keyIn(frame));
        await t.down(node, 'LG-16');
      }
    },
  );

  const normal = { needs: ['greKeys'], tunnel: true } as const;

  test(
    '03',
    'MUST NOT deliver a packet that comes under the key of another node',
    { ...normal, covers: ['LG-16'] },
    async (t) => {
      t.needAccess();
      const [one, two] = [await t.attached(modes.bidirectional), await t.attached(modes.unidirectional)];
      for (const node of [one, two]) await t.carriesDown(node);
      for (const [node, other] of [
        [one, two],
        [two, one],
      ] as const) {
        const key = t.granted(other).forwardKey;
        await t.nothingDown(
          'LG-16',
          `a packet for ${node.homeAddress} under the key of ${other.homeAddress}`,
          (probe) => t.sendDown(node, probe, { key }),
          node,
        );
      }
    },
  );

  test(
    '04',
    'MUST serve two nodes in normal mode that have the same home address',
    { ...normal, covers: ['LG-16', 'LG-17'] },
    async (t) => {
      t.needAccess();
      const first = await t.attached(modes.bidirectional);
      const second = await t.attached(modes.bidirectional, { homeAddress: first.homeAddress });
      for (const node of [first, second]) {
        const { frame } = await t.up(node, 'LG-17');
        const right = t.granted(node).reverseKey;
        if (frame.gre?.key !== right) t.recorder.blame(frame.bytes);
        t.demand('LG-17', frame.gre?.key === right, 'the key of the node', keyIn(frame));
        await t.down(node, 'LG-16');
      }
    },
  );

  test(
    '05',
    'MUST keep the keys of a node when its registration is renewed, and renewed again',
    { ...normal, covers: ['TS-05', 'TS-23', 'TS-24', 'TS-27'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const node = t.node(mode, { policy: () => ({ lifetime: 6 }) });
        await t.attach(node);
        await t.request(node);
        await t.carriesUp(node);
        for (const number of [1, 2]) {
          await t.renewed(node, 6000, number);
          await t.down(node, 'TS-27');
          await hasItsKey(t, node);
        }
      }),
  );

  test(
    '06',
    'MUST serve nodes in normal mode that have got the same key, also when one of them leaves',
    { ...normal, covers: ['TS-23', 'TS-24', 'LG-16'], waits: true },
    (t) =>
      t.eachMode(
        async (mode) => {
          t.needAccess();
          // draft §5.2: a key without A need not be unique; the home addresses tell the nodes apart
          const key = t.session.random.uint32() || 1;
          const policy: Policy = () => ({ key });
          const [first, second] = [await t.attached(mode, { policy }), await t.attached(mode, { policy })];
          for (const node of [first, second]) {
            await t.down(node, 'LG-16');
            await hasItsKey(t, node);
          }
          await t.detach(second);
          await t.isOver(second);
          await t.down(first, 'LG-16');
          await hasItsKey(t, first);
        },
        ({ a }) => a !== true,
      ),
  );

  test(
    '07',
    'MUST tell L2 nodes apart that have the same key at different home agents',
    { ...tunnel, covers: ['LG-16'], careOfAddresses: 2 },
    async (t) => {
      t.needAccess();
      const here = await t.attached(modes.l2Bidirectional);
      const { forwardKey: key = 1, station } = t.granted(here);
      const there = t.session.stations.otherThan(station.address);
      const other = there === undefined ? undefined : t.session.stations.of(there);
      if (there === undefined || !other) return t.skip('needs a second address');
      const fromThere = (node: ProxiedNode): DownOptions => ({ grant: { ...t.granted(node), station: other } });
      const third = await t.attached(modes.l2Bidirectional, { policy: () => ({ homeAgent: there }) });
      await t.carriesDown(third, fromThere(third)); // the home agent of the reply is the end of the tunnel
      const second = await t.attached(modes.l2Bidirectional, { policy: () => ({ homeAgent: there, key }) });
      await t.down(second, 'LG-16', fromThere(second)); // a key is unique at its home agent
      await t.down(here, 'LG-16');
    },
  );

  test(
    '08',
    'MUST use the keys of the new registration when a node comes back',
    { ...normal, covers: ['TS-05', 'TS-23', 'TS-24', 'TS-27', 'TN-14'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const node = await t.attached(mode);
        await t.carriesDown(node);
        const before = t.granted(node);
        const next = await comesBack(t, node);
        if (next.rrq.lifetime === 0) return t.undecided('the deregistration was repeated');
        await t.down(node, 'TS-27');
        await hasItsKey(t, node);
        if (t.granted(node).forwardKey === before.forwardKey) return t.note('it has the same key again');
        await t.nothingDown(
          'TN-14',
          'a packet under the key of the registration before',
          (probe) => t.sendDown(node, probe, { key: before.forwardKey }),
          node,
        );
      }),
  );

  test(
    '09',
    'MUST serve another node at the MAC address of one that has left',
    { ...normal, covers: ['TS-05', 'TS-23', 'TS-27', 'LG-17'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const first = await t.attached(mode);
        await t.carriesUp(first);
        await t.detach(first);
        await t.isOver(first);
        const second = await t.attached(mode, { mac: first.mac });
        await t.down(second, 'TS-27');
        await hasItsKey(t, second);
      }),
  );

  test(
    '10',
    'MUST serve a node that comes back with another MAC address',
    { ...normal, covers: ['TS-05', 'TS-23', 'TS-27', 'LG-17'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const first = await t.attached(mode);
        await t.carriesDown(first);
        await t.detach(first);
        await t.isOver(first);
        const { nai, homeAddress } = first;
        const second = await t.attached(mode, { nai, homeAddress });
        await t.down(second, 'TS-27');
        await hasItsKey(t, second);
      }),
  );

  test(
    '11',
    'MUST serve a node that comes back and gets another home address',
    { ...normal, covers: ['MN-27', 'LG-16', 'TN-10'], waits: true },
    (t) =>
      t.eachMode(
        async (mode) => {
          t.needAccess();
          const first = await t.attached(mode);
          await t.carriesDown(first);
          await t.detach(first);
          await t.isOver(first);
          const { nai, mac } = first;
          const second = await t.attached(mode, { nai, mac });
          if (t.granted(second).homeAddress === first.homeAddress) return t.note('it asks for the address of before');
          await t.down(second, 'MN-27');
          await hasItsKey(t, second);
          await t.nothingDown(
            'TN-10',
            'a packet for the home address that the node had before',
            (probe) => t.sendDown(second, probe, { to: { ip: first.homeAddress } }),
            second,
          );
        },
        ({ a }) => a !== true,
      ),
  );
});
