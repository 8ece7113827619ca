import { expect } from 'chai';
import { type HomeAgentOptions, startHomeAgent } from '../../src/dut/ha.js';
import { memoryNet } from '../../src/net/memory.js';
import { replay, type ReplayOptions, type ReplayOutcome } from '../../src/replay/replay.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { decodeRrp, decodeRrq, encodeRrq } from '../../src/wire/mobileip.js';
import { haConfig } from '../tester/in-memory.js';
import { planOf, spread } from './plans.js';

/** Replays a sample against a reference home agent at another address and in another year. */
async function replayed(
  name: string,
  device: Partial<HomeAgentOptions> = {},
  options: Partial<ReplayOptions> = {},
): Promise<ReplayOutcome> {
  const net = memoryNet({ start: Date.UTC(2030, 5, 1) });
  const host = await startHomeAgent(net.device, { addresses: ['203.0.113.5'], seed: 99, ...device });
  try {
    return await replay({
      plan: await planOf(name),
      net,
      target: { address: '203.0.113.5', port: 434 },
      local: ['203.0.113.7', '203.0.113.8'],
      mnHa: haConfig.mnHa,
      timeout: 2000,
      keepsTime: false,
      tunnels: true,
      signal: new AbortController().signal,
      ...options,
    });
  } finally {
    await host.close();
  }
}

const differencesOf = ({ comparisons }: ReplayOutcome): string[] => [
  ...new Set(comparisons.flatMap(({ differences }) => differences.map(({ what }) => what))),
];
const violatedIn = ({ tallies }: ReplayOutcome): string[] =>
  [...tallies.all()].filter(({ violations }) => violations > 0).map(({ requirement }) => requirement);

const keyIn = (decoded: ReturnType<typeof decodeRrq> | ReturnType<typeof decodeRrp>): number[] =>
  decoded.ok ? decoded.value.extensions.flatMap((e) => (e.name === 'greKey' ? [e.key] : [])) : [];

describe('replay', () => {
  it('hears an interrupt while it waits for the time of the capture', async () => {
    const net = memoryNet();
    const interrupt = new AbortController();
    net.clock.setTimer(5000, () => interrupt.abort());
    const outcome = await replay({
      ...{ plan: spread(await planOf('l2-key-zero.pcapng')), net, target: { address: '203.0.113.5', port: 434 } },
      ...{ local: ['203.0.113.7'], timeout: 100, keepsTime: true, tunnels: false, signal: interrupt.signal },
    });
    expect(outcome.durationMs).to.be.within(5000, 5001);
    expect(outcome.comparisons).to.have.length(1);
  });

  for (const name of ['normal-key-zero', 'normal-own-key', 'l2-key-zero', 'l2-own-key', 'ip-in-ip', 'handover']) {
    for (const keepsTime of [false, true]) {
      it(`${name} is answered as in the capture, ${keepsTime ? 'in its time' : 'at once'}`, async () => {
        const outcome = await replayed(`${name}.pcapng`, {}, { keepsTime });
        expect(differencesOf(outcome)).to.deep.equal([]);
        expect(violatedIn(outcome)).to.deep.equal([]);
        const [told] = outcome.notes.filter((note) => note.includes('tunnel packets sent'));
        const [, sent, received] = /^(\d+) .*, (\d+) received/.exec(told ?? '') ?? [];
        expect(Number(sent)).to.be.greaterThan(3);
        expect(received).to.equal(sent);
      });
    }
  }

  it('names the key of now where a handover names the known one', async () => {
    const plan = await planOf('handover.pcapng');
    const known = plan.steps.flatMap((s) =>
      s.kind === 'request' && s.reply ? keyIn(decodeRrp(s.reply.bytes, defaultDialect)) : [],
    )[0];
    const steps = plan.steps.map((step) => {
      const rrq = step.kind === 'request' ? decodeRrq(step.message.bytes, defaultDialect) : undefined;
      if (step.kind !== 'request' || !rrq?.ok || step.message.from.address === plan.senders[0]) return step;
      const extensions = rrq.value.extensions.map((e) =>
        e.name === 'greKey' && known !== undefined
          ? { ...e, key: known }
          : e.name === 'mnHa'
            ? { name: e.name, spi: e.spi }
            : e,
      );
      const bytes = encodeRrq({ ...rrq.value, extensions }, { dialect: defaultDialect, keys: () => haConfig.mnHa });
      return { ...step, message: { ...step.message, bytes } };
    });
    const outcome = await replayed('handover.pcapng', {}, { plan: { ...plan, steps } });
    const [first, moved] = outcome.comparisons;
    expect(keyIn(decodeRrq(moved?.request ?? new Uint8Array(0), defaultDialect))).to.deep.equal(
      keyIn(decodeRrp(first?.reply ?? new Uint8Array(0), defaultDialect)),
    );
  });

  it('shows an answer of another kind, and judges it', async () => {
    const outcome = await replayed('l2-key-zero.pcapng', { fault: 'a-not-echoed' });
    expect(differencesOf(outcome)).to.include('A flag');
    expect(violatedIn(outcome)).to.include('TS-20');
  });

  it('shows a device that denies', async () => {
    const outcome = await replayed('l2-key-zero.pcapng', { features: { l2: false } });
    expect(outcome.comparisons[0]?.differences[0]).to.deep.equal({
      what: 'code',
      captured: '0 (accepted)',
      now: '129 (HA: administratively prohibited)',
    });
  });

  it('shows silence', async () => {
    const outcome = await replayed('l2-key-zero.pcapng', {}, { target: { address: '203.0.113.99', port: 434 } });
    expect(differencesOf(outcome)).to.deep.equal(['answer']);
  });

  it('sends requests as they are without the key, and says so', async () => {
    const plan = await planOf('l2-key-zero.pcapng', { knobs: {} });
    const net = memoryNet({ start: Date.UTC(2030, 5, 1) });
    const host = await startHomeAgent(net.device, { addresses: ['192.0.2.1'], seed: 99 });
    const outcome = await replay({
      ...{ plan, net, target: { address: '192.0.2.1', port: 434 }, local: ['203.0.113.7'], timeout: 500 },
      ...{ keepsTime: false, tunnels: true, signal: new AbortController().signal },
    });
    await host.close();
    const requests = plan.steps.flatMap((s) => (s.kind === 'request' ? [s.message.bytes] : []));
    expect(outcome.comparisons.map(({ request }) => request)).to.deep.equal(requests);
    expect(outcome.notes.join()).to.contain('there is no key');
    expect(
      outcome.comparisons.every(({ differences }) => differences.some(({ now }) => now.startsWith('133'))),
    ).to.equal(true);
  });

  it('keeps wrong what was wrong in the capture', async () => {
    // another association than the device's: each request of the capture is wrong for it, and is not made right
    const plan = await planOf('l2-key-zero.pcapng');
    const [first] = plan.steps;
    if (first?.kind !== 'request') throw new Error('the sample begins with a request');
    const bent = first.message.bytes.slice();
    bent[bent.length - 1] = (bent[bent.length - 1] ?? 0) ^ 1;
    const steps = [{ ...first, message: { ...first.message, bytes: bent } }];
    const outcome = await replayed('l2-key-zero.pcapng', {}, { plan: { ...plan, steps } });
    expect(outcome.comparisons[0]?.differences[0]?.now).to.match(/^131/);
  });
});
