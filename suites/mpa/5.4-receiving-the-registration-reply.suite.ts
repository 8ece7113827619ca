/** draft-tsirtsis-l2gre-pmipv4-00 §5.4: what a mobility proxy agent does with the key of the reply. */
import { hexKey } from '../../src/oracle/exchange.js';
import { type Bend, greKey, insert, replace, without } from '../../src/tester/bend.js';
import { type CaseOptions, mpaSection } from '../../src/tester/case.js';
import { greKeyOf } from '../../src/tester/grant.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import type { ProxiedNode } from '../../src/tester/proxied-node.js';
import { draftModes as modes, type Mode } from '../../src/tester/request.js';
import type { RequirementId } from '../../src/spec/catalogue.js';
import type { RrpInput } from '../../src/wire/mobileip.js';

const options = (mode: Mode, covers: readonly RequirementId[]): CaseOptions => ({
  needs: mode.a ? ['greKeys', 'l2'] : ['greKeys'],
  covers,
  tunnel: true,
});

/** Demands that the node's packets come with the key of that direction; an agent may have registered it once more. */
async function goesUpWith(
  t: MpaContext,
  node: ProxiedNode,
  direction: 'reverseKey' | 'forwardKey',
  id: RequirementId,
): Promise<void> {
  const { frame } = await t.up(node, id);
  const key = t.granted(node)[direction];
  if (frame.gre?.key !== key) t.recorder.blame(frame.bytes);
  t.demand(
    id,
    frame.gre?.key === key,
    `key ${hexKey(key ?? 0)}`,
    frame.gre?.key === undefined ? 'no key' : `key ${hexKey(frame.gre.key)}`,
  );
}

/**
 * A node whose home agent has forgotten it when it renews, so that this looks like a first request with a reverse key
 * . False where the renewal does not name the agreed key.
 */
async function isForgotten(t: MpaContext, node: ProxiedNode): Promise<boolean> {
  node.policy = ({ standing }) => {
    if (standing) node.grant = undefined;
    return { lifetime: 6 };
  };
  await t.attach(node);
  const { rrq, standing } = await t.renewed(node, 6000);
  return greKeyOf(rrq)?.key === standing?.agreedKey;
}

const short = { name: 'raw', type: 48, data: Uint8Array.of(0, 0, 0, 1) } as const;
const badExtensions: readonly (readonly [number: string, what: string, bend: (mode: Mode) => Bend<RrpInput>])[] = [
  ['11', 'without the extension', () => without('greKey')],
  ['12', 'with key 0', () => greKey({ key: 0 })],
  ['13', 'with an extension of length 4', () => replace('greKey', short)],
  ['14', 'with two extensions', () => insert('behind', 'greKey', { name: 'greKey', key: 0x0badbeef })],
  ['17', 'with the other value of A', ({ a }) => greKey({ a: a !== true })],
];

/** Keys at both ends of the range, and where a signed number would turn negative; others in each round. */
const extremes = (round: number): readonly number[] => [
  1 + round,
  0x80000000 + round,
  0x7fffffff - round,
  0xffffffff - round,
];

export const receivingTheReply = mpaSection('mpa/5.4', { document: 'tsirtsis', section: '5.4' }, (test) => {
  for (const [i, mode] of [modes.bidirectional, modes.l2Bidirectional].entries()) {
    const name = mode.a ? 'L2' : 'normal';
    test(
      `0${1 + 2 * i}`,
      `MUST tunnel with the key of the reply when it asked with 0 in ${name} mode`,
      options(mode, ['TS-23']),
      async (t) => {
        t.needAccess();
        const node = await t.attached(mode);
        await goesUpWith(t, node, 'forwardKey', 'TS-23');
      },
    );
    test(
      `0${2 + 2 * i}`,
      `MUST take packets with the key of the reply when it asked with 0 in ${name} mode`,
      options(mode, ['TS-23']),
      async (t) => {
        t.needAccess();
        await t.down(await t.attached(mode), 'TS-23');
      },
    );
  }

  for (const [i, mode] of [modes.unidirectional, modes.l2Unidirectional].entries()) {
    const name = mode.a ? 'L2' : 'normal';
    test(
      `0${5 + 2 * i}`,
      `MUST take the key of the reply as the forward key in ${name} mode`,
      options(mode, ['TS-24']),
      async (t) => {
        t.needAccess();
        await t.down(await t.attached(mode), 'TS-24');
      },
    );
    test(
      `0${6 + 2 * i}`,
      `MUST go on sending with its own key after the reply in ${name} mode`,
      options(mode, ['TS-05', 'TS-24']),
      async (t) => {
        t.needAccess();
        const node = await t.attached(mode);
        await t.carriesDown(node);
        await goesUpWith(t, node, 'reverseKey', 'TS-05');
      },
    );
  }

  test(
    '09',
    'MUST NOT deliver packets with a wrong key',
    { needs: ['greKeys'], covers: ['TN-10', 'GR-11'], tunnel: true },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const node = await t.attached(mode);
        await t.carriesDown(node);
        const right = t.granted(node).forwardKey ?? 0;
        for (const key of [(right ^ 1) >>> 0, (right ^ 0x80000000) >>> 0, 0]) {
          await t.nothingDown(
            'TN-10',
            `a packet with key ${hexKey(key)}`,
            (probe) => t.sendDown(node, probe, { key }),
            node,
          );
        }
        await t.nothingDown(
          'GR-11',
          'a packet without a key',
          (probe) => t.sendDown(node, probe, { gre: { key: undefined } }),
          node,
        );
      }),
  );

  test(
    '10',
    'MUST use the keys of each node for that node',
    { needs: ['greKeys'], covers: ['TS-23', 'TS-24', 'TS-27'], tunnel: true },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const nodes = [await t.attached(mode), await t.attached(mode), await t.attached(mode)];
        const id = mode.key === 0 ? 'TS-23' : 'TS-24';
        for (const node of nodes) await t.down(node, id);
        for (const node of nodes) await goesUpWith(t, node, 'reverseKey', id);
      }),
  );

  for (const [number, what, bend] of badExtensions) {
    test(
      number,
      `MUST NOT invent a key when it is accepted ${what}`,
      { needs: ['greKeys'], covers: ['TS-22'], tunnel: true },
      (t) =>
        t.eachMode(
          async (mode) => {
            t.needAccess();
            const witness = await t.attached(mode);
            await t.carriesUp(witness);
            const node = t.node(mode, { policy: () => ({ bend: bend(mode) }) });
            await t.attach(node);
            await t.request(node);
            await t.nothingUp('TS-22', 'a packet of the node', node, witness);
          },
          (mode) => mode.key === 0,
        ),
    );
  }

  test(
    '15',
    'MUST follow a new key of a HA that lost its state',
    { needs: ['greKeys', 'l2'], covers: ['TS-24'], tunnel: true, waits: true },
    async (t) => {
      t.needAccess();
      if (t.config.knobs['ha_state_loss_test'] === 'off') return t.skip('knob ha_state_loss_test=off');
      const node = t.node(modes.l2Bidirectional);
      if (!(await isForgotten(t, node))) return t.note('the renewal does not name the agreed key');
      await t.down(node, 'TS-24');
      await goesUpWith(t, node, 'reverseKey', 'TS-05');
    },
  );

  test(
    '18',
    'MUST follow a new forward key of a HA that lost its state, and keep its own',
    { needs: ['greKeys'], covers: ['TS-24', 'TS-05'], tunnel: true, waits: true },
    (t) =>
      t.eachMode(
        async (mode) => {
          t.needAccess();
          if (t.config.knobs['ha_state_loss_test'] === 'off') return t.skip('knob ha_state_loss_test=off');
          const node = t.node(mode);
          if (!(await isForgotten(t, node))) return t.note('the renewal does not name the agreed key');
          await t.down(node, 'TS-24');
          await goesUpWith(t, node, 'reverseKey', 'TS-05');
        },
        (mode) => mode.key === 'own',
      ),
  );

  test(
    '19',
    'MUST use a key of any value but 0',
    { needs: ['greKeys'], covers: ['TS-23', 'TS-24'], tunnel: true },
    async (t) => {
      t.needAccess();
      let round = 0;
      await t.eachMode(async (mode) => {
        const id = mode.key === 0 ? 'TS-23' : 'TS-24';
        // others in each round: those of L2 nodes are unique, draft §5.2
        for (const key of extremes(round++)) {
          const node = await t.attached(mode, { policy: () => ({ key }) });
          const what = `a packet with key ${hexKey(key)}`;
          if (t.granted(node).forwardKey !== key) return t.undecided('the registration was granted with another key');
          await t.down(node, id, { what });
          await goesUpWith(t, node, 'reverseKey', id);
        }
      });
    },
  );

  test(
    '20',
    'MUST take a forward key that is equal to its own',
    { needs: ['greKeys'], covers: ['TS-24', 'TS-05'], tunnel: true },
    (t) =>
      t.eachMode(
        async (mode) => {
          t.needAccess();
          // nothing forbids a home agent to give out the number that the agent has chosen for its direction
          const node = await t.attached(mode, { policy: ({ rrq }) => ({ key: greKeyOf(rrq)?.key ?? 1 }) });
          await t.down(node, 'TS-24');
          await goesUpWith(t, node, 'reverseKey', 'TS-05');
        },
        (mode) => mode.key === 'own',
      ),
  );

  test.wholeRun('16', 'MUST have tunnelled every packet of the run with the allocated key', {
    needs: ['greKeys'],
    covers: ['TS-23'],
    tunnel: true,
  });
});
