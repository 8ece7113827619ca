/** draft-tsirtsis-l2gre-pmipv4-00 §5.1: what a mobility proxy agent asks for. */
import { hexKey } from '../../src/oracle/exchange.js';
import { mpaSection } from '../../src/tester/case.js';
import { greKeyOf } from '../../src/tester/grant.js';
import type { ProxiedNode } from '../../src/tester/proxied-node.js';
import { draftModes as modes } from '../../src/tester/request.js';

const gre = { needs: ['greKeys'] } as const;
const l2 = { needs: ['greKeys', 'l2'] } as const;

/** Live nodes whose keys must differ. */
const many = 50;
/** Attachments under way at once. */
const window = 10;

export const sendingTheRequest = mpaSection('mpa/5.1', { document: 'tsirtsis', section: '5.1' }, (test) => {
  for (const [number, a, name] of [
    ['01', true, 'A=1 for a node that is to have an L2 tunnel'],
    ['02', false, 'A=0 for a node that is to have a normal tunnel'],
  ] as const) {
    test(number, `MUST send ${name}`, { ...(a ? l2 : gre), covers: ['TS-02'] }, (t) =>
      t.eachMode(
        async (mode) => {
          const node = t.node(mode);
          await t.attach(node);
          const asked = greKeyOf((await t.request(node)).rrq);
          t.demand('TS-02', asked !== undefined, 'a GRE Key extension', 'none');
          t.demand('TS-02', asked?.a === a, `A=${a ? 1 : 0}`, `A=${asked?.a ? 1 : 0}`);
        },
        (mode) => mode.a === a,
      ),
    );
  }

  for (const [number, mode] of [
    ['03', modes.bidirectional],
    ['04', modes.l2Bidirectional],
  ] as const) {
    test(
      number,
      `MUST ask with key 0 for a key of the HA in ${mode.a ? 'L2' : 'normal'} mode`,
      { ...(mode.a ? l2 : gre), covers: ['TS-04'] },
      async (t) => {
        const node = t.node(mode);
        await t.attach(node);
        const asked = greKeyOf((await t.request(node)).rrq);
        t.demand('TS-04', asked?.key === 0, 'key 0', asked ? `key ${hexKey(asked.key)}` : 'no extension');
      },
    );
  }

  for (const [number, mode] of [
    ['05', modes.unidirectional],
    ['06', modes.l2Unidirectional],
  ] as const) {
    const options = { ...(mode.a ? l2 : gre), covers: ['TS-05'] } as const;
    test(
      number,
      `MUST announce a key of its own other than 0 in ${mode.a ? 'L2' : 'normal'} mode`,
      options,
      async (t) => {
        const node = t.node(mode);
        await t.attach(node);
        const asked = greKeyOf((await t.request(node)).rrq);
        t.demand(
          'TS-05',
          asked !== undefined && asked.key !== 0,
          'a key other than 0',
          asked ? 'key 0' : 'no extension',
        );
      },
    );
  }

  for (const [number, mode] of [
    ['07', modes.unidirectional],
    ['08', modes.l2Unidirectional],
  ] as const) {
    const options = { ...(mode.a ? l2 : gre), covers: ['TS-05'], tunnel: true } as const;
    test(
      number,
      `MUST tunnel with the key that it announced in ${mode.a ? 'L2' : 'normal'} mode`,
      options,
      async (t) => {
        t.needAccess();
        const node = await t.attached(mode);
        const { frame } = await t.up(node, 'TS-05');
        const right = t.granted(node).reverseKey ?? 0;
        if (frame.gre?.key !== right) t.recorder.blame(frame.bytes);
        t.demand(
          'TS-05',
          frame.gre?.key === right,
          `key ${hexKey(right)}`,
          frame.gre?.key === undefined ? 'no key' : hexKey(frame.gre.key),
        );
      },
    );
  }

  test('09', `MUST announce different keys for ${many} live L2 nodes`, { ...l2, covers: ['TS-03'] }, async (t) => {
    const owners = new Map<number, string>();
    for (let done = 0; done < many; done += window) {
      const nodes = Array.from({ length: window }, (): ProxiedNode => t.node(modes.l2Unidirectional));
      await Promise.all(nodes.map((node) => t.attach(node)));
      for (const node of nodes) {
        const { rrq, message } = await t.request(node);
        const key = greKeyOf(rrq)?.key;
        if (key === undefined) return t.undecided('a request came without the extension');
        const owner = owners.get(key);
        if (owner !== undefined) t.recorder.blame(message.bytes);
        t.demand(
          'TS-03',
          owner === undefined,
          'a key that no other live node has',
          `${hexKey(key)} for ${node.nai} and ${owner ?? ''}`,
        );
        owners.set(key, node.nai);
      }
    }
  });

  test(
    '10',
    'MUST NOT announce a key that another live L2 node has after some came and went',
    { ...l2, covers: ['TS-03'], waits: true },
    async (t) => {
      const nodes: ProxiedNode[] = [];
      for (let i = 0; i < 4; i++) nodes.push(await t.attached(modes.l2Unidirectional));
      const gone = nodes.splice(1, 1);
      for (const node of gone) {
        await t.detach(node);
        await t.departure(node);
      }
      for (let i = 0; i < 3; i++) nodes.push(await t.attached(modes.l2Unidirectional));
      const keys = nodes.map((node) => t.granted(node).reverseKey);
      t.demand(
        'TS-03',
        new Set(keys).size === keys.length,
        `${keys.length} different keys`,
        keys.map((k) => hexKey(k ?? 0)).join(', '),
      );
    },
  );

  test(
    '13',
    'SHOULD name the mode of the registration when it ends it, too',
    { ...gre, covers: ['TS-02'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        const node = await t.attached(mode);
        await t.detach(node);
        const { rrq, message } = await t.departed(node);
        const named = greKeyOf(rrq);
        if (!named) return t.undecided('the deregistration has no extension');
        const [wanted, a] = [mode.a === true, named.a === true];
        if (wanted === a) return;
        t.recorder.blame(message.bytes);
        // draft §5.1 tells what A means in a request; none of its words is about one that ends a registration
        t.warn('TS-02', `A=${wanted ? 1 : 0}, as in the registration`, `A=${a ? 1 : 0}`);
      }),
  );

  test(
    '14',
    'MUST tunnel with the key of the request that was granted, when it names another in each',
    { ...gre, covers: ['TS-05'], tunnel: true, waits: true },
    (t) =>
      t.eachMode(
        async (mode) => {
          t.needAccess();
          let asked = 0;
          const node = t.node(mode, { policy: () => (asked++ === 0 ? 'withhold' : {}) });
          await t.attach(node);
          await t.request(node);
          if (!(await t.maybeRequest(node, 1))) return t.undecided('an unanswered request was not repeated');
          const { frame } = await t.up(node, 'TS-05');
          const right = t.granted(node).reverseKey ?? 0;
          if (frame.gre?.key !== right) t.recorder.blame(frame.bytes);
          const actual = frame.gre?.key === undefined ? 'no key' : hexKey(frame.gre.key);
          t.demand('TS-05', frame.gre?.key === right, `key ${hexKey(right)}`, actual);
        },
        (mode) => mode.key === 'own',
      ),
  );

  test.wholeRun('11', 'MUST NOT have announced a live L2 key twice in the run', { ...l2, covers: ['TS-03'] });

  test.wholeRun('12', 'MUST have tunnelled every packet of the run with the announced key', {
    ...gre,
    covers: ['TS-05'],
    tunnel: true,
  });
});
