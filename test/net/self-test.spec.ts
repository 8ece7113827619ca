import { expect } from 'chai';
import { freshLoopback, localAddressFor } from '../../src/net/local-address.js';
import { memoryNet } from '../../src/net/memory.js';
import { selfTestRaw } from '../../src/net/self-test.js';
import { systemNet } from '../../src/net/system.js';
import { needsRaw, rejection } from './support.js';

describe('raw self-test', () => {
  it('passes on this machine', async function () {
    await needsRaw(this);
    expect(await selfTestRaw(systemNet())).to.deep.equal({ ok: true });
  });

  it('passes in memory', async () => {
    expect(await selfTestRaw(memoryNet())).to.deep.equal({ ok: true });
  });

  it('says so when the packet is lost', async () => {
    const net = memoryNet();
    net.intercept(() => 'drop');
    const result = await selfTestRaw(net);
    expect(result).to.include({ ok: false, issue: 'unsupported' });
    expect(result).to.have.property('message').that.contains('did not come back');
  });
});

describe('local address', () => {
  it('is a loopback one towards loopback', async () => {
    expect(await localAddressFor('127.0.0.1')).to.match(/^127\./);
  });

  it('refuses what is no address', async () => {
    expect(await rejection(localAddressFor('example.org'))).to.include({ issue: 'unsupported' });
  });

  it('is fresh and distinct on request', () => {
    const addresses = freshLoopback(1000);
    expect(new Set(addresses).size).to.equal(1000);
    for (const address of addresses) {
      const [first, second = 0] = address.split('.').map(Number);
      expect(first).to.equal(127);
      expect(second).to.be.within(16, 254);
    }
  });
});
