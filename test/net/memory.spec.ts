import { expect } from 'chai';
import { memoryNet, type MemoryNet, type Transit } from '../../src/net/memory.js';
import type { Datagram, LinkFrame } from '../../src/net/port.js';
import { Inbox, pattern, rejection } from './support.js';

const [a, b] = ['10.0.0.1', '10.0.0.2'];
const frame = (mark: number): Uint8Array => Uint8Array.from({ length: 60 }, (_, i) => (i === 14 ? mark : 0));

describe('memory network: time', () => {
  it('begins where it is told, and stands still while nothing is pending', async () => {
    const net = memoryNet({ start: 5000 });
    await net.idle();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(net.clock.now()).to.equal(5000);
  });

  it('runs timers in order of time, then of setting, each at its moment', async () => {
    const net = memoryNet({ start: 0 });
    const log: string[] = [];
    for (const [ms, name] of [
      [1_000_000, 'last'],
      [5, 'b'],
      [0, 'a'],
      [5, 'c'],
      [7.25, 'd'],
    ] as const) {
      net.clock.setTimer(ms, () => log.push(`${name} ${net.clock.now()}`));
    }
    await net.idle();
    expect(log).to.deep.equal(['a 0', 'b 5', 'c 5', 'd 7.25', 'last 1000000']);
  });

  it('does not fire what was cancelled, and leaves thousands of cancelled timers behind', async () => {
    const net = memoryNet({ start: 0 });
    const fired: number[] = [];
    for (let i = 0; i < 5000; i++) {
      const timer = net.clock.setTimer(1_800_000 + i, () => fired.push(i));
      if (i % 1000 !== 0) timer.cancel();
      if (i % 2 !== 0) timer.cancel();
    }
    await net.idle();
    expect(fired).to.deep.equal([0, 1000, 2000, 3000, 4000]);
  });

  it('lets a chain of promises settle before time goes on', async () => {
    const net = memoryNet({ start: 0 });
    const seen: number[] = [];
    net.clock.setTimer(10, () => {
      void (async () => {
        for (let i = 0; i < 20; i++) await Promise.resolve();
        seen.push(net.clock.now());
        net.clock.setTimer(1, () => seen.push(net.clock.now()));
      })();
    });
    net.clock.setTimer(20, () => seen.push(net.clock.now()));
    await net.idle();
    expect(seen).to.deep.equal([10, 11, 20]);
  });

  it('spends no real time waiting', async () => {
    const net = memoryNet({ start: 0 });
    let ticks = 0;
    const tick = (): void => void (++ticks < 1000 && net.clock.setTimer(1000, tick));
    net.clock.setTimer(1000, tick);
    await net.idle();
    expect([ticks, net.clock.now()]).to.deep.equal([1000, 1_000_000]);
  });
});

describe('memory network: delivery', () => {
  it('takes the latency and gives receivers bytes of their own', async () => {
    const net = memoryNet({ start: 0, latency: 2.5 });
    const inbox = new Inbox<Datagram>();
    const port = await net.openUdp({ address: a, port: 434 }, () => undefined);
    const { local } = await net.openUdp({ address: b, port: 434 }, inbox.receive);
    const payload = pattern(4);
    port.send(local, payload);
    payload.fill(0);
    const datagram = await inbox.next();
    expect(datagram.at).to.equal(2.5);
    expect(datagram.payload).to.deep.equal(pattern(4));
  });

  it('carries frames to all other ports of the same link', async () => {
    const net = memoryNet();
    const inboxes = [new Inbox<LinkFrame>(), new Inbox<LinkFrame>(), new Inbox<LinkFrame>(), new Inbox<LinkFrame>()];
    const ports = [];
    for (const [i, inbox] of inboxes.entries()) ports.push(await net.openLink(i < 3 ? 'home' : 'other', inbox.receive));
    ports[0]?.send(frame(1));
    ports[1]?.send(frame(2));
    ports[0]?.send(new Uint8Array(13));
    await net.idle();
    const marks = inboxes.map(({ all }) => all.map(({ bytes }) => bytes[14]));
    expect(marks).to.deep.equal([[2], [1], [1, 2], []]);
    expect(ports[0]?.faults).to.include({ count: 1, last: 'EINVAL to home' });
    inboxes[1]?.all[0]?.bytes.fill(0);
    expect(inboxes[2]?.all[0]?.bytes[14]).to.equal(1);
  });

  it('delivers nothing to a port closed meanwhile', async () => {
    const net = memoryNet();
    const inbox = new Inbox<unknown>();
    const udp = await net.openUdp({ address: b, port: 434 }, inbox.receive);
    const [link, other] = [await net.openLink('home', inbox.receive), await net.openLink('home', () => undefined)];
    (await net.openUdp({ address: a, port: 0 }, () => undefined)).send(udp.local, pattern(1));
    other.send(frame(1));
    await Promise.all([udp.close(), link.close()]);
    await net.idle();
    expect(inbox.all).to.deep.equal([]);
    link.send(frame(1));
    expect(link.faults?.last).to.equal('closed to home');
  });

  it('has no wildcard addresses', async () => {
    const open = memoryNet().openUdp({ address: '0.0.0.0', port: 1 }, () => undefined);
    expect(await rejection(open)).to.include({ issue: 'unsupported' });
  });

  it('takes another free port each time', async () => {
    const net = memoryNet();
    const first = await net.openUdp({ address: a, port: 0 }, () => undefined);
    await first.close();
    const second = await net.openUdp({ address: a, port: 0 }, () => undefined);
    expect(second.local.port).to.not.equal(first.local.port);
  });
});

describe('memory network: hooks', () => {
  const setUp = async (net: MemoryNet): Promise<{ send: (mark: number) => void; marks: () => unknown[] }> => {
    const inbox = new Inbox<Datagram>();
    const port = await net.openUdp({ address: a, port: 434 }, () => undefined);
    const { local } = await net.openUdp({ address: b, port: 434 }, inbox.receive);
    const send = (mark: number): void => port.send(local, Uint8Array.of(mark));
    return { send, marks: () => inbox.all.map(({ payload }) => payload[0]) };
  };

  it('shows every packet to a tap until it is taken off', async () => {
    const net = memoryNet({ start: 0 });
    const { send } = await setUp(net);
    const seen: Transit[] = [];
    const off = net.tap((transit) => seen.push(transit));
    net.intercept(() => 'drop');
    send(1);
    (await net.openLink('home', () => undefined)).send(frame(9));
    off();
    send(2);
    await net.idle();
    expect(seen.map(({ at, link, bytes }) => [at, link, bytes.length])).to.deep.equal([
      [0, undefined, 29],
      [0, 'home', 60],
    ]);
  });

  it('loses, delays and reorders on request', async () => {
    const net = memoryNet();
    const { send, marks } = await setUp(net);
    const off = net.intercept(({ bytes }) => (bytes[28] === 2 ? 'drop' : bytes[28] === 1 ? { delay: 50 } : undefined));
    for (const mark of [1, 2, 3]) send(mark);
    await net.idle();
    expect(marks()).to.deep.equal([3, 1]);
    off();
    send(2);
    await net.idle();
    expect(marks()).to.deep.equal([3, 1, 2]);
  });

  it('plays the same scene twice to the octet', async () => {
    const scene = async (): Promise<string[]> => {
      const net = memoryNet();
      const log: string[] = [];
      net.tap(({ at, bytes }) => log.push(`${at} ${Buffer.from(bytes).toString('hex')}`));
      const [left, right] = [
        await net.openUdp({ address: a, port: 0 }, ({ remote, payload }) => {
          const count = payload[0] ?? 0;
          if (count < 50) net.clock.setTimer(count * 1.7, () => left.send(remote, Uint8Array.of(count + 1)));
        }),
        await net.openUdp({ address: b, port: 434 }, ({ remote, payload }) => right.send(remote, payload)),
      ];
      left.send(right.local, Uint8Array.of(0));
      await net.idle();
      return log;
    };
    const first = await scene();
    expect(first).to.have.length(102);
    expect(await scene()).to.deep.equal(first);
  });
});
