import { expect } from 'chai';
import type { Context } from 'mocha';
import { readFileSync } from 'node:fs';
import { readIpv4 } from '../../src/net/ipv4-fields.js';
import { newCapDevice } from '../../src/net/cap-module.js';
import { NetError } from '../../src/net/net-error.js';
import type { LinkFrame } from '../../src/net/port.js';
import { Reassembler } from '../../src/net/reassemble.js';
import { systemNet } from '../../src/net/system.js';
import { Inbox, ipv4Packet, pattern, rejection, run, skip } from './support.js';

/** For local experiments (IEEE 802): the machine's own stack sends none. */
const experimental = [0x88, 0xb5];
const frame = (length: number, mark: number): Uint8Array => {
  const bytes = pattern(length);
  bytes.set([2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, ...experimental, mark]);
  return bytes;
};
const isOurs = ({ bytes }: LinkFrame): boolean => bytes[12] === experimental[0] && bytes[13] === experimental[1];

function needsLink(context: Context): void {
  if (process.getuid?.() !== 0) skip(context, 'root is needed for a veth pair');
  try {
    newCapDevice();
  } catch (error) {
    if (error instanceof NetError) skip(context, error.message);
    throw error;
  }
}

describe('Ethernet links of this machine', () => {
  const net = systemNet();
  const [left, right] = [`gs${process.pid}a`, `gs${process.pid}b`];
  /** In the range for benchmarks (RFC 2544); each side has a network of its own, the peer of `left` is nobody. */
  const block = `198.19.${process.pid % 256}`;
  const [here, there, elsewhere] = [`${block}.1`, `${block}.2`, `${block}.5`];
  const ports: { close(): Promise<void> }[] = [];
  const open = async (name: string): Promise<{ inbox: Inbox<LinkFrame>; send: (bytes: Uint8Array) => void }> => {
    const inbox = new Inbox<LinkFrame>();
    const port = await net.openLink(name, (arrived) => isOurs(arrived) && inbox.receive(arrived));
    ports.push(port);
    return { inbox, send: (bytes) => port.send(bytes) };
  };

  before(function () {
    needsLink(this);
    try {
      run('ip', 'link', 'add', left, 'type', 'veth', 'peer', 'name', right);
    } catch (error) {
      skip(this, `no veth pair: ${String(error)}`);
    }
    for (const name of [left, right]) run('ip', 'link', 'set', name, 'up');
    // Without an address libpcap's binding prints a warning each time.
    run('ip', 'address', 'add', `${here}/30`, 'dev', left);
    run('ip', 'address', 'add', `${elsewhere}/30`, 'dev', right);
  });
  // Before the links go: the package cap aborts the process when an open one does.
  afterEach(async () => {
    for (const port of ports.splice(0)) await port.close();
  });
  after(() => {
    try {
      run('ip', 'link', 'del', left);
    } catch {
      // It was never made.
    }
  });

  it('carry frames both ways, each with bytes of its own', async () => {
    const [a, b] = [await open(left), await open(right)];
    for (const mark of [1, 2, 3]) a.send(frame(60 + mark, mark));
    for (const mark of [1, 2, 3]) expect((await b.inbox.next()).bytes).to.deep.equal(frame(60 + mark, mark));
    expect(b.inbox.all.map(({ bytes }) => bytes[14])).to.deep.equal([1, 2, 3]);
    b.send(frame(1514, 4));
    expect((await a.inbox.next()).bytes).to.deep.equal(frame(1514, 4));
    expect(a.inbox.all).to.have.length(1);
  });

  it('show a frame that the peer sends back', async () => {
    const [a, b] = [await open(left), await open(right)];
    a.send(frame(60, 1));
    b.send((await b.inbox.next()).bytes);
    expect((await a.inbox.next()).bytes).to.deep.equal(frame(60, 1));
  });

  it('do not give back own frames on loopback', async () => {
    const a = await open('lo');
    for (const mark of [1, 2, 2, 3]) a.send(frame(60, mark));
    const b = await open('lo');
    b.send(frame(60, 9));
    expect((await a.inbox.next()).bytes[14]).to.equal(9);
    expect(b.inbox.all.filter(({ bytes }) => bytes[14] === 9)).to.deep.equal([]);
  });

  it('count what cannot be sent, and throw nothing', async () => {
    const port = await net.openLink(left, () => undefined);
    ports.push(port);
    port.send(frame(9000, 1));
    expect(port.faults?.count).to.equal(1);
    await port.close();
    port.send(frame(60, 1));
    expect(port.faults?.last).to.equal(`closed to ${left}`);
  });

  it('say what is wrong with a link that cannot be opened', async () => {
    for (const name of ['nosuchlink0', '', '../lo']) {
      expect(await rejection(net.openLink(name, () => undefined))).to.include({ issue: 'no-such-link' });
    }
    run('ip', 'link', 'set', left, 'down');
    const error = await rejection(net.openLink(left, () => undefined));
    run('ip', 'link', 'set', left, 'up');
    expect(error).to.include({ issue: 'no-such-link' });
    expect(String(error)).to.contain(`ip link set ${left} up`);
  });

  it('open and close a hundred times', async () => {
    const b = await open(right);
    for (let i = 0; i < 100; i++) {
      const port = await net.openLink(left, () => undefined);
      port.send(frame(60, i));
      expect((await b.inbox.next()).bytes[14]).to.equal(i);
      await port.close();
    }
  });

  it('get raw packets above the MTU in fragments', async () => {
    const hardware = readFileSync(`/sys/class/net/${right}/address`, 'latin1').trim();
    run('ip', 'neighbour', 'replace', there, 'lladdr', hardware, 'dev', left);
    const arrived = new Inbox<Uint8Array>();
    const reassembler = new Reassembler();
    let parts = 0;
    ports.push(
      await net.openLink(right, ({ bytes, at }) => {
        const fields = bytes[12] === 8 && bytes[13] === 0 ? readIpv4(bytes.subarray(14)) : undefined;
        if (fields?.destination !== there) return;
        parts += 1;
        const whole = reassembler.take(bytes.slice(14, 14 + fields.totalLength), fields, at);
        if (whole !== undefined) arrived.receive(whole);
      }),
    );
    const port = await net.openRaw(here, 253, () => undefined);
    ports.push(port);
    port.send(ipv4Packet(here, there, 253, pattern(1480)));
    expect((await arrived.next()).subarray(20)).to.deep.equal(pattern(1480));
    expect(parts).to.equal(1);
    port.send(ipv4Packet(here, there, 253, pattern(20_000)));
    expect((await arrived.next()).subarray(20)).to.deep.equal(pattern(20_000));
    expect(parts).to.equal(15);
    const unbreakable = ipv4Packet(here, there, 253, pattern(1481));
    unbreakable[6] = 0x40;
    port.send(unbreakable);
    expect(port.faults).to.include({ count: 1, last: `EMSGSIZE to ${there}` });
  });
});
