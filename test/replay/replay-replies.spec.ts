import { expect } from 'chai';
import { startMpa, type MpaOptions } from '../../src/dut/mpa.js';
import { memoryNet } from '../../src/net/memory.js';
import type { MpaControl } from '../../src/tester/mpa-control.js';
import { replayReplies, type RepliesOptions, type RepliesOutcome } from '../../src/replay/replay-replies.js';
import { haConfig } from '../tester/in-memory.js';
import { planOf, spread } from './plans.js';

/** Replays a sample to a reference proxy agent at another address and in another year. */
async function replayed(
  name: string,
  device: Partial<MpaOptions> = {},
  options: Partial<RepliesOptions> = {},
): Promise<RepliesOutcome> {
  const net = memoryNet({ start: Date.UTC(2030, 5, 1) });
  const address = '203.0.113.5';
  const host = await startMpa(net.device, {
    address,
    homeAgent: { address: '203.0.113.1' },
    accessLink: 'access',
    lifetime: 20,
    seed: 99,
    ...device,
  });
  const begun = (answer: { readonly ok: boolean }): 'begun' | 'unsupported' => (answer.ok ? 'begun' : 'unsupported');
  const plan = await planOf(`${name}.pcapng`, undefined, 'ha');
  const plain = name === 'ip-in-ip' ? ({ l2: false, key: 'none' } as const) : {};
  const control: MpaControl = {
    advice: '',
    attach: async ({ nai, mac }, wish) => begun(host.command({ kind: 'attach', nai, mac, ...wish, ...plain })),
    detach: async ({ nai, mac }) => begun(host.command({ kind: 'detach', nai, mac })),
  };
  try {
    return await replayReplies({
      ...{ plan, net, control, local: ['203.0.113.1'], mnHa: haConfig.mnHa, timeout: 5000 },
      ...{ keepsTime: false, tunnels: true, signal: new AbortController().signal },
      ...options,
    });
  } finally {
    await host.close();
  }
}

const differencesOf = ({ comparisons }: RepliesOutcome): string[] =>
  comparisons.flatMap(({ differences }) => differences.map(({ what, now }) => `${what}: ${now}`));
const violatedIn = ({ tallies }: RepliesOutcome): string[] =>
  [...tallies.all()].filter(({ violations }) => violations > 0).map(({ requirement }) => requirement);

describe('replay to a proxy agent', () => {
  it('hears an interrupt while it waits for the time of the capture', async () => {
    const net = memoryNet();
    const interrupt = new AbortController();
    net.clock.setTimer(5000, () => interrupt.abort());
    const plan = spread(await planOf('l2-key-zero.pcapng', undefined, 'ha'));
    const control: MpaControl = {
      advice: '',
      attach: () => Promise.resolve('unsupported'),
      detach: () => Promise.resolve('unsupported'),
    };
    const outcome = await replayReplies({
      ...{ plan, net, control, local: ['203.0.113.1'], timeout: 100, keepsTime: true, tunnels: false },
      signal: interrupt.signal,
    });
    expect(outcome.durationMs).to.be.within(5000, 5001);
  });

  for (const name of ['normal-key-zero', 'normal-own-key', 'l2-key-zero', 'l2-own-key', 'ip-in-ip']) {
    for (const keepsTime of [false, true]) {
      it(`${name} makes it ask as in the capture, ${keepsTime ? 'in its time' : 'at once'}`, async () => {
        const outcome = await replayed(name, {}, { keepsTime });
        expect(differencesOf(outcome)).to.deep.equal([]);
        expect(violatedIn(outcome)).to.deep.equal([]);
        expect(outcome.comparisons).to.have.length(3);
        expect(outcome.agent).to.equal('203.0.113.5');
        expect(outcome.notes.join('; ')).to.match(/[1-9]\d* tunnel packets sent/);
      });
    }
  }

  it('a denial is denied again, and a faulty home agent is as faulty as it was', async () => {
    expect(differencesOf(await replayed('denial', { lifetime: 1800 }))).to.deep.equal([]);
    for (const name of ['fault-extension-missing', 'fault-a-not-echoed', 'fault-authenticator-misses-spi']) {
      expect(differencesOf(await replayed(name)), name).to.deep.equal([]);
    }
  });

  it('plays to the first of two proxy agents, and says so', async () => {
    const outcome = await replayed('handover', { lifetime: 1800 });
    expect(outcome.comparisons).to.have.length(1);
    expect(outcome.notes.join('; ')).to.contain('1 more proxy agents than 198.51.100.7');
  });

  it('shows a request of another kind, and judges it', async () => {
    const outcome = await replayed('l2-key-zero', { fault: 'reserved-bits-set' });
    expect(violatedIn(outcome)).to.include('TS-01');
    expect(differencesOf(await replayed('l2-key-zero', { fault: 'g-missing' })).join()).to.contain('flags');
    expect(differencesOf(await replayed('l2-key-zero', { fault: 'mn-ha-missing' })).join()).to.contain(
      'authentication',
    );
  });

  it('shows silence', async () => {
    const outcome = await replayed('l2-key-zero', { homeAgent: { address: '203.0.113.99' } });
    expect(differencesOf(outcome)).to.deep.equal(['request: none', 'request: none', 'request: none']);
    expect(outcome.agent).to.equal(undefined);
  });

  it('does not compare a renewal that is not due', async () => {
    const plan = await planOf('l2-key-zero.pcapng', undefined, 'ha');
    const [first] = plan.steps;
    const start = first?.kind === 'request' ? first.message.at : 0;
    let count = 0;
    // the captured agent renewed after a second of a longer lifetime
    const steps = plan.steps.flatMap((step) => {
      if (step.kind !== 'request') return [];
      return [{ ...step, message: { ...step.message, at: start + 1000 * count++ } }];
    });
    const never = { fault: 'renewal-never' } as const;
    const outcome = await replayed('l2-key-zero', never, { timeout: 500, plan: { ...plan, steps } });
    expect(differencesOf(outcome)).to.deep.equal([]);
    expect(outcome.notes.join('; ')).to.contain('1 renewals are not compared');
  });

  it('says which wish the trigger does not support', async () => {
    const control: MpaControl = {
      advice: '',
      attach: () => Promise.resolve('unsupported'),
      detach: () => Promise.resolve('begun'),
    };
    const outcome = await replayed('l2-key-zero', {}, { control });
    expect(outcome.comparisons).to.deep.equal([]);
    expect(outcome.notes.join('; ')).to.contain('the trigger does not support');
  });

  it('sends replies as they are without the key, and says so', async () => {
    const plan = await planOf('l2-key-zero.pcapng', { knobs: {} }, 'ha');
    const { notes } = await replayed('l2-key-zero', {}, { plan, mnHa: undefined } as unknown as RepliesOptions);
    expect(notes.join('; ')).to.contain('there is no key');
  });
});
