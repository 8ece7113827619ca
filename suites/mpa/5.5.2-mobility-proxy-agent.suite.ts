/** draft-tsirtsis-l2gre-pmipv4-00 §5.5.2: the registration table of the mobility proxy agent. */
import { mpaSection } from '../../src/tester/case.js';
import type { TunnelFrame } from '../../src/oracle/frame.js';
import { hexKey } from '../../src/oracle/exchange.js';
import { draftModes as modes } from '../../src/tester/request.js';

const keyIn = ({ gre }: TunnelFrame): string => (gre?.key === undefined ? 'no key' : `key ${hexKey(gre.key)}`);

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
    'MUST keep the keys of a node when its registration is renewed',
    { ...normal, covers: ['TS-05', 'TS-23', 'TS-24', 'TS-27'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const node = t.node(mode, { policy: () => ({ lifetime: 6 }) });
        await t.attach(node);
        await t.request(node);
        await t.carriesUp(node);
        await t.renewed(node, 6000);
        await t.down(node, 'TS-27');
        const { frame } = await t.up(node, 'TS-27');
        const isRight = frame.gre?.key === t.granted(node).reverseKey;
        if (!isRight) t.recorder.blame(frame.bytes);
        t.demand('TS-27', isRight, `key ${hexKey(t.granted(node).reverseKey ?? 0)}, as before`, keyIn(frame));
      }),
  );
});
