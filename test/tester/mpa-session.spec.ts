import { expect } from 'chai';
import { startMpa } from '../../src/dut/mpa.js';
import { memoryNet } from '../../src/net/memory.js';
import type { Net } from '../../src/net/port.js';
import { dialectOf } from '../../src/tester/dialect.js';
import type { MpaControl } from '../../src/tester/mpa-control.js';
import { MpaContext } from '../../src/tester/mpa-context.js';
import { MpaSession } from '../../src/tester/mpa-session.js';
import { Inconclusive, Violation } from '../../src/tester/outcome.js';
import type { ProxiedNode } from '../../src/tester/proxied-node.js';
import { draftModes, type Mode } from '../../src/tester/request.js';
import { haConfig } from './in-memory.js';

interface Rig {
  readonly t: MpaContext;
  readonly node: ProxiedNode;
}

describe('session with a mobility proxy agent', () => {
  /** An agent is answered after `delay`, and watched for 8 s; `lag` is how late the tester may notice things. Milliseconds. */
  async function answered(delay: number, lag: number, mode: Mode = draftModes.l2Bidirectional): Promise<Rig> {
    const net = memoryNet();
    const config = { ...haConfig, as: 'ha', local: ['192.0.2.1'] } as const;
    const busy: Net = {
      clock: { now: () => net.clock.now(), setTimer: (ms, fire) => net.clock.setTimer(ms, fire), lag: () => lag },
      openUdp: (local, receive) => net.openUdp(local, receive),
      openRaw: (address, protocol, receive) => net.openRaw(address, protocol, receive),
      openLink: (name, receive) => net.openLink(name, receive),
    };
    const mpa = await startMpa(net.device, { address: '198.51.100.7', homeAgent: { address: '192.0.2.1' }, seed: 7 });
    const control: MpaControl = {
      advice: '',
      attach: ({ nai, mac }, wish) => {
        const { ok } = mpa.command({ kind: 'attach', nai, mac, ...wish });
        return Promise.resolve(ok ? 'begun' : 'unsupported');
      },
      detach: () => Promise.resolve('begun'),
    };
    const session = new MpaSession(config, busy, dialectOf(config), { control });
    await session.open(busy);
    const t = new MpaContext(session, { id: 'mpa/test', covers: [] });
    const node = t.node(mode, { policy: () => ({ delay, lifetime: 10 }) });
    await t.attach(node);
    await new Promise<void>((resolve) => void net.clock.setTimer(8000, resolve));
    await session.close();
    await mpa.close();
    return { t, node };
  }

  it('takes a retransmission that its own late answer has crossed for the request before, and grants it', async () => {
    const { node } = await answered(2500, 0);
    const [first, ...others] = node.requests.all;
    expect(others.every(({ at }) => at - (first?.at ?? 0) > 4000)).to.equal(true);
    expect(node.grant?.lifetime).to.equal(10);
    expect(node.crossed).to.be.greaterThan(0);
  });

  it('counts a renewal, even where it may have noticed that late', async () => {
    for (const lag of [0, 1500]) expect((await answered(0, lag)).node.requests.all).to.have.length(2);
  });

  it('counts no second request of one that it cannot have answered before, for it was too busy', async () => {
    expect((await answered(0, 9000, draftModes.l2Unidirectional)).node.requests.all).to.have.length(1);
  });

  it('counts a second request that names what only the answer can have told', async () => {
    expect((await answered(0, 9000)).node.requests.all).to.have.length(2);
  });

  it('accuses nobody where a registration of 10 s may have ended before a late answer', async () => {
    for (const [lag, outcome] of [
      [0, Violation],
      [900, Violation],
      [1500, Inconclusive],
    ] as const) {
      const { t } = await answered(0, lag);
      expect(() => t.demand('TS-05', false, 'one key', 'another')).to.throw(outcome);
    }
  });
});
