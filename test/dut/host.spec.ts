import { expect } from 'chai';
import type { Agent, AgentInput, AgentOutput } from '../../src/agents/agent.js';
import { hostAgent } from '../../src/dut/host.js';
import { memoryNet } from '../../src/net/memory.js';
import { NetError } from '../../src/net/net-error.js';
import type { Net } from '../../src/net/port.js';

const here = '192.0.2.1';

/** An agent that writes down what it is told. */
function recorder(outputs: (input: AgentInput) => readonly AgentOutput[] = () => []) {
  const heard: { readonly kind: string; readonly at: number }[] = [];
  let due: number | undefined;
  const agent: Agent = {
    step(input, now) {
      heard.push({ kind: input.kind, at: now });
      if (input.kind === 'timer') due = undefined;
      return outputs(input);
    },
    deadline: () => due,
  };
  return { agent, heard, setDue: (at: number | undefined) => (due = at) };
}

describe('host of an agent', () => {
  it('feeds datagrams, packets and frames, and sends what comes out', async () => {
    const net = memoryNet();
    const { agent, heard } = recorder((input) =>
      input.kind === 'udp' ? [{ ...input, payload: Uint8Array.of(2) }] : input.kind === 'frame' ? [input] : [],
    );
    const host = await hostAgent(net, agent, { addresses: [here], port: 434, link: 'veth0' });
    const echoes: unknown[] = [];
    const udp = await net.openUdp({ address: '192.0.2.9', port: 0 }, ({ payload }) => echoes.push(payload));
    udp.send({ address: here, port: 434 }, Uint8Array.of(1));
    const link = await net.openLink('veth0', ({ bytes }) => echoes.push(bytes));
    link.send(new Uint8Array(60));
    await net.idle();
    expect(heard.map(({ kind }) => kind)).to.deep.equal(['udp', 'frame']);
    expect(echoes).to.deep.equal([Uint8Array.of(2), new Uint8Array(60)]);
    await host.close();
  });

  it('hears a further port, answers from the one that was asked, and does without where it is taken', async () => {
    const net = memoryNet();
    const { agent } = recorder((input) => (input.kind === 'udp' ? [input] : []));
    const taken = await net.openUdp({ address: '192.0.2.2', port: 434 }, () => undefined);
    const addresses = [here, '192.0.2.2'];
    const host = await hostAgent(net, agent, { addresses, port: 5434, alsoPort: 434 });
    const answers: string[] = [];
    const udp = await net.openUdp({ address: '192.0.2.9', port: 0 }, ({ remote }) =>
      answers.push(`${remote.address}:${remote.port}`),
    );
    for (const address of addresses) {
      for (const port of [434, 5434]) udp.send({ address, port }, Uint8Array.of(1));
    }
    await net.idle();
    expect(answers).to.deep.equal([`${here}:434`, `${here}:5434`, '192.0.2.2:5434']);
    await host.close();
    await taken.close();
    const again = await net.openUdp({ address: here, port: 434 }, () => undefined);
    await again.close();
  });

  it('wakes the agent at its deadline, also when that moves', async () => {
    const net = memoryNet({ latency: 0 });
    const { agent, heard, setDue } = recorder();
    const host = await hostAgent(net, agent, { addresses: [here], port: 434 });
    const udp = await net.openUdp({ address: '192.0.2.9', port: 0 }, () => undefined);
    const start = net.clock.now();
    const poke = (at: number | undefined): void => {
      setDue(at);
      udp.send({ address: here, port: 434 }, Uint8Array.of(1));
    };
    poke(start + 5000);
    net.clock.setTimer(100, () => poke(start + 1000));
    await net.idle();
    expect(heard.filter(({ kind }) => kind === 'timer').map(({ at }) => at - start)).to.deep.equal([1000]);
    await host.close();
  });

  describe('when a raw socket cannot be had', () => {
    const failing = (issue: 'no-privilege' | 'no-route'): Net => {
      const net = memoryNet();
      const openRaw: Net['openRaw'] = async (address, protocol, receive) => {
        if (protocol === 4) throw new NetError(issue, 'no');
        return net.openRaw(address, protocol, receive);
      };
      return { ...net, openRaw };
    };

    it('has a control plane only, if privilege is what is missing', async () => {
      const host = await hostAgent(failing('no-privilege'), recorder().agent, { addresses: [here], port: 434 });
      expect(host.raw).to.equal(false);
      await host.close();
    });

    it('fails otherwise, and leaves no port open', async () => {
      const net = failing('no-route');
      const options = { addresses: [here], port: 434 };
      const error: unknown = await hostAgent(net, recorder().agent, options).catch((reason: unknown) => reason);
      expect(error).to.be.an.instanceOf(NetError);
      const again = await net.openUdp({ address: here, port: 434 }, () => undefined);
      await again.close();
    });
  });
});
