/** draft-tsirtsis-l2gre-pmipv4-00 §6.1: renewals of a mobility proxy agent. */
import { hexKey } from '../../src/oracle/exchange.js';
import { mpaSection } from '../../src/tester/case.js';
import { greKeyOf } from '../../src/tester/grant.js';
import { draftModes as modes } from '../../src/tester/request.js';

/** Seconds granted where a renewal is waited for. */
const shortLifetime = 6;
const patience = 1000 * shortLifetime;

export const mpaReregistration = mpaSection('mpa/6.1', { document: 'tsirtsis', section: '6.1' }, (test) => {
  for (const [number, name, mode] of [
    ['01', 'an allocated key in normal mode', modes.bidirectional],
    ['02', 'its own key in normal mode', modes.unidirectional],
    ['03', 'an allocated key in L2 mode', modes.l2Bidirectional],
    ['04', 'its own key in L2 mode', modes.l2Unidirectional],
  ] as const) {
    const needs = mode.a ? (['greKeys', 'l2'] as const) : (['greKeys'] as const);
    test(
      number,
      `SHOULD renew with the extension, naming ${name}`,
      { needs, covers: ['TS-02', 'TS-28', 'TS-29'], waits: true },
      async (t) => {
        const node = t.node(mode, { policy: () => ({ lifetime: shortLifetime }) });
        await t.attach(node);
        await t.request(node);
        const { rrq, message, standing } = await t.renewed(node, patience);
        const agreed = standing?.agreedKey;
        const named = greKeyOf(rrq);
        if (named?.key !== agreed) t.recorder.blame(message.bytes);
        t.demand('TS-28', named !== undefined, 'the extension in a renewal', 'none');
        if (!named) return;
        t.demand('TS-29', named.key === agreed, `key ${hexKey(agreed ?? 0)}, as agreed`, `key ${hexKey(named.key)}`);
        const [wanted, a] = [mode.a === true, named.a === true];
        t.demand('TS-02', a === wanted, `A=${wanted ? 1 : 0}, as before`, `A=${a ? 1 : 0}`);
      },
    );
  }

  test(
    '05',
    'SHOULD name the same key in the second renewal too',
    { needs: ['greKeys', 'l2'], covers: ['TS-28', 'TS-29'], waits: true },
    async (t) => {
      const node = t.node(modes.l2Bidirectional, { policy: () => ({ lifetime: shortLifetime }) });
      await t.attach(node);
      await t.request(node);
      for (const number of [1, 2]) {
        const { rrq, standing } = await t.renewed(node, patience, number);
        const [named, agreed] = [greKeyOf(rrq), standing?.agreedKey];
        t.demand('TS-28', named !== undefined, `the extension in renewal ${number}`, 'none');
        if (named) t.demand('TS-29', named.key === agreed, `key ${hexKey(agreed ?? 0)}`, `key ${hexKey(named.key)}`);
      }
    },
  );

  test(
    '06',
    'MUST ask as for an initial registration when it has no key from before',
    { needs: ['greKeys', 'l2'], covers: ['TS-30'], waits: true },
    async (t) => {
      const node = t.node(modes.l2Bidirectional, { policy: () => ({ lifetime: shortLifetime }) });
      await t.attach(node);
      await t.renewed(node, patience + 1000); // the reply has arrived, and there was a key to forget
      await t.detach(node);
      const next = node.requests.all.indexOf(await t.departed(node)) + 1;
      await t.attach(node);
      const again = await t.request(node, next);
      if (again.rrq.lifetime === 0) return t.undecided('the deregistration was repeated');
      const asked = greKeyOf(again.rrq);
      t.demand('TS-30', asked !== undefined, 'the extension', 'none');
      t.demand('TS-30', asked?.key === 0, 'key 0, as in an initial request', `key ${hexKey(asked?.key ?? 0)}`);
    },
  );

  test.wholeRun('07', 'SHOULD have sent the extension in every renewal of the run', {
    needs: ['greKeys'],
    covers: ['TS-28'],
  });
});
