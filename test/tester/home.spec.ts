import { expect } from 'chai';
import { HostAddresses } from '../../src/tester/home.js';
import { runInMemory } from './in-memory.js';

describe('addresses for mobile nodes that bring their own', () => {
  it('are handed out once each as long as there are any, and again once they were given back', () => {
    const addresses = new HostAddresses('10.99.0.0/24', () => false);
    const first = addresses.next();
    const others = Array.from({ length: 118 }, () => addresses.next());
    expect(new Set([first, ...others]).size).to.equal(119);
    addresses.giveBack(first);
    expect([addresses.next(), addresses.next()]).to.include(first);
  });

  it('are not those that somebody else has', () => {
    const taken = new Set(['10.99.0.250', '10.99.0.248']);
    const addresses = new HostAddresses('10.99.0.0/24', (address) => taken.has(address));
    expect([addresses.next(), addresses.next()]).to.deep.equal(['10.99.0.249', '10.99.0.247']);
  });

  it('are announced before they are used', async () => {
    const { cases } = await runInMemory({ select: ['ha/5.2/08'] });
    const sent = (cases[0]?.frames ?? []).filter((f) => f.direction === 'sent' && f.summary.includes('GRE'));
    expect(sent[0]?.summary).to.match(/ARP who-has (10\.99\.0\.\d+) tell \1/);
    expect(sent[1]?.summary).to.include('ICMP echo request');
  });
});
