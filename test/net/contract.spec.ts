import { expect } from 'chai';
import { freshLoopback } from '../../src/net/local-address.js';
import { memoryNet } from '../../src/net/memory.js';
import type { Datagram, Net, Packet } from '../../src/net/port.js';
import { systemNet } from '../../src/net/system.js';
import { openDgram } from '../../src/net/udp-dgram.js';
import { udpPacket } from '../../src/net/udp-packet.js';
import { grePacket, Inbox, ipv4Packet, needsRaw, pattern, rejection } from './support.js';

/** What suites rely on, whichever network they run over. */
const networks: readonly (readonly [string, () => Net, 'real' | 'made up' | 'none'])[] = [
  ['real sockets', systemNet, 'real'],
  ['sockets of Node', dgramNet, 'none'],
  ['memory', memoryNet, 'made up'],
];

/** What is used where the system calls cannot be made; raw sockets there are none. */
function dgramNet(): Net {
  return { ...systemNet(), openUdp: (local, receive) => openDgram(local, 'UDP', receive) };
}

for (const [name, make, raws] of networks) {
  describe(`net contract over ${name}`, () => {
    const net = make();
    let [a, b, c] = ['', '', ''];
    const ports: { close(): Promise<void> }[] = [];
    const keep = <T extends { close(): Promise<void> }>(port: T): T => {
      ports.push(port);
      return port;
    };
    beforeEach(() => {
      [a = '', b = '', c = ''] = freshLoopback(3);
    });
    afterEach(async () => {
      for (const port of ports.splice(0)) await port.close();
    });

    describe('UDP', () => {
      it('carries datagrams both ways, from and to the addresses said', async () => {
        const [atA, atB] = [new Inbox<Datagram>(), new Inbox<Datagram>()];
        const portA = keep(await net.openUdp({ address: a, port: 0 }, atA.receive));
        const portB = keep(await net.openUdp({ address: b, port: 20434 }, atB.receive));
        expect(portA.local.port).to.be.greaterThan(0);
        const before = net.clock.now();
        portA.send(portB.local, pattern(100));
        const first = await atB.next();
        expect(first.payload).to.deep.equal(pattern(100));
        expect(first.remote).to.deep.equal(portA.local);
        expect(first.local).to.deep.equal({ address: b, port: 20434 });
        expect(first.at).to.be.within(before, net.clock.now());
        portB.send(first.remote, new Uint8Array(0));
        expect((await atA.next()).payload).to.have.length(0);
      });

      it('keeps a burst whole and in order', async () => {
        const atB = new Inbox<Datagram>();
        const portA = keep(await net.openUdp({ address: a, port: 0 }, () => undefined));
        const portB = keep(await net.openUdp({ address: b, port: 0 }, atB.receive));
        for (let i = 0; i < 2000; i++) portA.send(portB.local, Uint8Array.of(i >> 8, i & 255));
        for (let i = 0; i < 2000; i++) expect([...(await atB.next()).payload]).to.deep.equal([i >> 8, i & 255]);
      });

      it('sends what the octets were when they were handed over', async () => {
        const atB = new Inbox<Datagram>();
        const portA = keep(await net.openUdp({ address: a, port: 0 }, () => undefined));
        const portB = keep(await net.openUdp({ address: b, port: 0 }, atB.receive));
        const octets = pattern(10);
        portA.send(portB.local, octets);
        octets.fill(0);
        expect((await atB.next()).payload).to.deep.equal(pattern(10));
      });

      it('refuses an endpoint that is taken', async () => {
        const { local } = keep(await net.openUdp({ address: a, port: 0 }, () => undefined));
        expect(await rejection(net.openUdp(local, () => undefined))).to.include({ issue: 'address-in-use' });
      });

      it('frees the endpoint on close, which may be called twice', async () => {
        const port = await net.openUdp({ address: a, port: 0 }, () => undefined);
        await Promise.all([port.close(), port.close()]);
        keep(await net.openUdp(port.local, () => undefined));
      });

      it('counts what cannot be sent, and throws nothing', async () => {
        const port = keep(await net.openUdp({ address: a, port: 0 }, () => undefined));
        port.send({ address: b, port: 0 }, pattern(10));
        port.send({ address: b, port: 9 }, pattern(70_000));
        const atA = new Inbox<Datagram>();
        const other = keep(await net.openUdp({ address: b, port: 0 }, atA.receive));
        port.send(other.local, pattern(1));
        await atA.next();
        expect(port.faults?.count).to.equal(2);
        expect(port.faults?.last).to.match(/^EMSGSIZE to /);
        await port.close();
        port.send(other.local, pattern(1));
        expect(port.faults?.last).to.match(/^closed to /);
      });
    });

    if (raws === 'none') return;
    describe('raw IPv4', () => {
      before(async function () {
        if (raws === 'real') await needsRaw(this);
      });

      for (const size of [0, 1, 1400, 9000, 65_000, 65_507]) {
        it(`carries GRE with its key and ${size} octets both ways`, async () => {
          const [atA, atB] = [new Inbox<Packet>(), new Inbox<Packet>()];
          const portA = keep(await net.openRaw(a, 47, atA.receive));
          const portB = keep(await net.openRaw(b, 47, atB.receive));
          portA.send(grePacket(a, b, 0xfedcba98, pattern(size)));
          const there = (await atB.next()).bytes;
          expect(there.subarray(20)).to.deep.equal(grePacket(a, b, 0xfedcba98, pattern(size)).subarray(20));
          portB.send(grePacket(b, a, 7, there.slice(28)));
          const back = (await atA.next()).bytes;
          expect(new DataView(back.buffer, back.byteOffset).getUint32(24)).to.equal(7);
          expect(back.slice(28)).to.deep.equal(pattern(size));
        });
      }

      it('does not deliver packets for other addresses or of other protocols', async () => {
        const [atB, atC] = [new Inbox<Packet>(), new Inbox<Packet>()];
        const portA = keep(await net.openRaw(a, 47, () => expect.fail('nothing was sent to it')));
        keep(await net.openRaw(b, 47, atB.receive));
        keep(await net.openRaw(c, 253, atC.receive));
        portA.send(grePacket(a, c, 1, pattern(4)));
        portA.send(ipv4Packet(a, b, 253, pattern(4)));
        portA.send(ipv4Packet(a, c, 253, pattern(5)));
        portA.send(grePacket(a, b, 2, pattern(6)));
        expect((await atC.next()).bytes).to.have.length(25);
        expect((await atB.next()).bytes).to.have.length(34);
        expect([atB.all.length, atC.all.length]).to.deep.equal([1, 1]);
      });

      it('sends from any source address, and mends length and header checksum', async () => {
        const atB = new Inbox<Packet>();
        const portA = keep(await net.openRaw(a, 253, () => undefined));
        keep(await net.openRaw(b, 253, atB.receive));
        const packet = ipv4Packet(c, b, 253, pattern(8));
        packet.set([0xff, 0xff], 2);
        packet.set([0xff, 0xff], 10);
        portA.send(packet);
        const { bytes } = await atB.next();
        // The kernel fills in an identification of 0, and with it the checksum.
        expect([...bytes.subarray(0, 4)]).to.deep.equal([0x45, 0, 0, 28]);
        expect([...bytes.subarray(12)]).to.deep.equal([...ipv4Packet(c, b, 253, pattern(8)).subarray(12)]);
      });

      it('puts fragments together before delivery', async () => {
        const atB = new Inbox<Packet>();
        const portA = keep(await net.openRaw(a, 253, () => undefined));
        keep(await net.openRaw(b, 253, atB.receive));
        const part = (offset: number, more: boolean, payload: Uint8Array): Uint8Array => {
          const packet = ipv4Packet(a, b, 253, payload);
          packet.set([0x12, 0x34, more ? 0x20 : 0, offset / 8], 4);
          return packet;
        };
        portA.send(part(16, false, pattern(20).slice(16)));
        portA.send(part(0, true, pattern(20).slice(0, 16)));
        const { bytes } = await atB.next();
        expect([...bytes.subarray(20)]).to.deep.equal([...pattern(20)]);
        expect([...bytes.subarray(4, 8)]).to.deep.equal([0x12, 0x34, 0, 0]);
      });

      it('delivers hand-made UDP when its checksum is right or zero, and a copy to raw sockets', async () => {
        const [datagrams, copies] = [new Inbox<Datagram>(), new Inbox<Packet>()];
        const raw = keep(await net.openRaw(a, 17, () => undefined));
        const { local } = keep(await net.openUdp({ address: b, port: 0 }, datagrams.receive));
        keep(await net.openRaw(b, 17, copies.receive));
        const handMade = (mark: number, checksum: 'right' | 'wrong' | 'none'): Uint8Array => {
          const packet = udpPacket({ address: a, port: 1 }, local, Uint8Array.of(mark), 1);
          if (checksum === 'wrong') packet[26] = (packet[26] ?? 0) ^ 0x55;
          if (checksum === 'none') packet.set([0, 0], 26);
          return packet;
        };
        raw.send(handMade(1, 'wrong'));
        raw.send(handMade(2, 'right'));
        raw.send(handMade(3, 'none'));
        expect([...(await datagrams.next()).payload]).to.deep.equal([2]);
        const last = await datagrams.next();
        expect([...last.payload]).to.deep.equal([3]);
        expect(last.remote).to.deep.equal({ address: a, port: 1 });
        for (const mark of [1, 2, 3]) expect((await copies.next()).bytes[28]).to.equal(mark);
      });

      it('keeps the order of what different sockets send', async () => {
        const atB = new Inbox<Datagram>();
        const raw = keep(await net.openRaw(a, 17, () => undefined));
        const portA = keep(await net.openUdp({ address: a, port: 0 }, () => undefined));
        const { local } = keep(await net.openUdp({ address: b, port: 0 }, atB.receive));
        for (let mark = 0; mark < 200; mark += 2) {
          raw.send(udpPacket({ address: a, port: 1 }, local, Uint8Array.of(mark), 1));
          portA.send(local, Uint8Array.of(mark + 1));
        }
        for (let mark = 0; mark < 200; mark++) expect([...(await atB.next()).payload]).to.deep.equal([mark]);
      });

      it('gives a raw UDP socket a copy of what sockets send', async () => {
        const copies = new Inbox<Packet>();
        const port = keep(await net.openUdp({ address: a, port: 0 }, () => undefined));
        keep(await net.openRaw(b, 17, copies.receive));
        port.send({ address: b, port: 9 }, pattern(3));
        const { bytes } = await copies.next();
        expect([...bytes.subarray(28)]).to.deep.equal([...pattern(3)]);
      });

      it('counts packets that are no IPv4 packets, and throws nothing', async () => {
        const port = keep(await net.openRaw(a, 253, () => undefined));
        port.send(new Uint8Array(0));
        port.send(new Uint8Array(19));
        const long = ipv4Packet(a, b, 253, pattern(4));
        long[0] = 0x4f;
        port.send(long);
        port.send(ipv4Packet(a, b, 253, pattern(65_516)));
        expect(port.faults?.count).to.equal(4);
        await port.close();
        port.send(ipv4Packet(a, b, 253, pattern(1)));
        expect(port.faults?.last).to.equal(`closed to ${b}`);
      });

      it('delivers nothing after close, which may be called twice', async () => {
        const atB = new Inbox<Packet>();
        const portA = keep(await net.openRaw(a, 253, () => undefined));
        const portB = await net.openRaw(b, 253, () => expect.fail('it is closed'));
        keep(await net.openRaw(b, 253, atB.receive));
        portA.send(ipv4Packet(a, b, 253, pattern(1)));
        await portB.close();
        await portB.close();
        await atB.next();
      });

      it('lets a chain of promises settle between two packets', async () => {
        const log: string[] = [];
        const done = new Inbox<string>();
        const portA = keep(await net.openRaw(a, 253, () => undefined));
        keep(
          await net.openRaw(b, 253, ({ bytes }) => {
            void (async () => {
              for (let i = 0; i < 20; i++) await Promise.resolve();
              log.push(`settled ${bytes[20]}`);
              done.receive('');
            })();
            log.push(`came ${bytes[20]}`);
          }),
        );
        portA.send(ipv4Packet(a, b, 253, Uint8Array.of(1)));
        portA.send(ipv4Packet(a, b, 253, Uint8Array.of(2)));
        await done.next();
        await done.next();
        expect(log).to.deep.equal(['came 1', 'settled 1', 'came 2', 'settled 2']);
      });
    });
  });
}
