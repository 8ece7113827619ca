import { expect } from 'chai';
import { type HomeAgentOptions, startHomeAgent } from '../../src/dut/ha.js';
import { memoryNet, type MemoryNet } from '../../src/net/memory.js';
import type { Datagram, Packet } from '../../src/net/port.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { decodeRrp, ntpTimestamp, type Rrp } from '../../src/wire/mobileip.js';
import {
  Bench,
  coa,
  echo,
  frame,
  gateway,
  gatewayMac,
  ha,
  inGre,
  inL2,
  keyOf,
  type RequestOptions,
} from '../agents/ha-bench.js';

/** A device in memory, and the ports of an MPA. */
async function setUp(options: Partial<HomeAgentOptions> = {}) {
  const net = memoryNet();
  const device = await startHomeAgent(net, { addresses: [ha], seed: 1, ...options });
  const datagrams: Datagram[] = [];
  const packets: Packet[] = [];
  const udp = await net.openUdp({ address: coa, port: 0 }, (datagram) => datagrams.push(datagram));
  const raw = await net.openRaw(coa, 47, (packet) => packets.push(packet));
  const bench = new Bench();
  const register = async (request: RequestOptions = {}): Promise<Rrp | undefined> => {
    datagrams.length = 0;
    const identification = ntpTimestamp(net.clock.now());
    udp.send({ address: ha, port: 434 }, bench.request({ identification, ...request }));
    await pause(net, 500);
    const decoded = datagrams[0] && decodeRrp(datagrams[0].payload, defaultDialect);
    return decoded?.ok ? decoded.value : undefined;
  };
  const send = async (packet: Uint8Array): Promise<number> => {
    packets.length = 0;
    raw.send(packet);
    await pause(net, 10);
    return packets.length;
  };
  return { net, device, register, send, datagrams };
}

const pause = (net: MemoryNet, ms: number): Promise<void> =>
  new Promise((resolve) => void net.clock.setTimer(ms, () => resolve()));

describe('reference home agent on a network', () => {
  it('registers, tunnels and expires', async () => {
    const { register, send, net, device } = await setUp();
    const l3 = await register({ key: 0, lifetime: 10 });
    const l2 = await register({ key: 0, a: true, lifetime: 60, nai: 'mn2@example.org' });
    const ping = inGre(echo(l3?.homeAddress ?? '', gateway), { key: keyOf(l3) });
    expect(await send(ping)).to.equal(1);
    expect(await send(inL2(frame('02:00:00:00:00:01', gatewayMac, echo('10.99.0.130', gateway)), keyOf(l2)))).to.equal(
      1,
    );
    await pause(net, 9000);
    expect(await send(ping)).to.equal(0);
    expect(device).to.deep.include({ port: 434, raw: true, addresses: [ha] });
    await device.close();
    expect(await register()).to.equal(undefined);
  });

  it('is found by a request to a broadcast address', async () => {
    const { net, device } = await setUp({ broadcastAddresses: ['192.0.2.255'] });
    expect(device.listening).to.deep.equal([ha, '192.0.2.255']);
    await device.close();
    void net;
  });

  it('delays its replies in the variant that does', async () => {
    const { register, datagrams, net, device } = await setUp({ variant: 'slow-replies' });
    const before = net.clock.now();
    expect((await register())?.code).to.equal(0);
    expect((datagrams[0]?.at ?? 0) - before).to.be.within(200, 250);
    await device.close();
  });

  it('refuses options that make no sense', async () => {
    const wrong: readonly [Partial<HomeAgentOptions>, RegExp][] = [
      [{ addresses: [] }, /addresses/],
      [{ mnHa: [{ spi: 256, key: 'xyz' }] }, /mnHa.*hexadecimal/],
      [{ homeNetwork: '10.0.0.0' }, /not an IPv4 network/],
      [{ gateway: { mac: 'no' } }, /gateway.mac/],
      [{ maxLifetime: 0 }, /maxLifetime/],
      [{ port: 70_000 }, /port/],
      [{ fault: 'no-such-fault' }, /no fault "no-such-fault"/],
    ];
    for (const [options, message] of wrong) {
      const error: unknown = await setUp(options).catch((reason: unknown) => reason);
      expect(error).to.be.an.instanceOf(TypeError).with.property('message').that.matches(message);
    }
  });

  it('does not name a key in its complaints', async () => {
    const error: unknown = await setUp({ mnHa: [{ spi: 256, key: 'secret' }] }).catch((reason: unknown) => reason);
    expect(String(error)).not.to.include('secret');
  });
});
