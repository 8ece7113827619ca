import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { freshLoopback } from '../../src/net/local-address.js';
import type { Packet } from '../../src/net/port.js';
import { systemNet } from '../../src/net/system.js';
import { inChild, Inbox, ipv4Packet, modules, needsRaw, pattern, rejection } from './support.js';

const support = new URL('support.js', import.meta.url).href;

describe('raw sockets of this machine', () => {
  const net = systemNet();
  before(async function () {
    await needsRaw(this);
  });

  it('leak no descriptor in 300 open and close cycles with traffic', async () => {
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const [address = ''] = freshLoopback(1);
    const cycle = async (): Promise<void> => {
      const inbox = new Inbox<Packet>();
      const port = await net.openRaw(address, 253, inbox.receive);
      port.send(ipv4Packet(address, address, 253, pattern(100)));
      expect((await inbox.next()).bytes).to.have.length(120);
      await port.close();
    };
    await cycle();
    const before = descriptors();
    for (let i = 0; i < 300; i++) await cycle();
    expect(descriptors()).to.equal(before);
  });

  it('leak no descriptor when the address is not ours', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const error = await rejection(net.openRaw('198.18.255.77', 47, () => undefined));
    expect(error).to.include({ issue: 'address-not-local' });
    expect(String(error)).to.contain('198.18.255.77').and.to.contain('127.0.0.1');
    expect(readdirSync('/proc/self/fd').length).to.equal(before);
  });

  it('refuse what is no address', async () => {
    for (const address of ['', '::1', 'localhost', '1.2.3']) {
      expect(await rejection(net.openRaw(address, 47, () => undefined))).to.include({ issue: 'unsupported' });
      const endpoint = { address, port: 0 };
      expect(await rejection(net.openUdp(endpoint, () => undefined))).to.include({ issue: 'unsupported' });
    }
  });

  it('keep receiving when the caller lets go of the port', () => {
    const text = `import { systemNet } from '${modules}system.js'; import { ipv4Packet } from '${support}';
      import { setImmediate as turn } from 'node:timers/promises';
      const net = systemNet();
      await net.openRaw('127.99.0.2', 253, () => { console.log('true'); process.exit(); });
      for (let i = 0; i < 5; i++) { await turn(); gc(); }
      const sender = await net.openRaw('127.99.0.1', 253, () => {});
      sender.send(ipv4Packet('127.99.0.1', '127.99.0.2', 253, new Uint8Array(9)));
      setTimeout(() => { console.log('false'); process.exit(); }, 5000);`;
    expect(inChild(text, { flags: ['--expose-gc'] })).to.equal(true);
  });

  it('take a burst of 5000 packets whole and in order', async () => {
    const [a = '', b = ''] = freshLoopback(2);
    const inbox = new Inbox<Packet>();
    const receiver = await net.openRaw(b, 253, inbox.receive);
    const sender = await net.openRaw(a, 253, () => undefined);
    for (let i = 0; i < 5000; i++) sender.send(ipv4Packet(a, b, 253, Uint8Array.of(i >> 8, i & 255)));
    for (let i = 0; i < 5000; i++)
      expect([...(await inbox.next()).bytes.subarray(20)]).to.deep.equal([i >> 8, i & 255]);
    await receiver.close();
    await sender.close();
  });
});
