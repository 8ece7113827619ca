import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Leases } from '../../src/agents/home-leases.js';
import { homeServices } from '../../src/dut/home.js';
import { Segment } from './mn-bench.js';

describe('addresses of the built-in home network', () => {
  it('are given once each, and again to the same client', () => {
    const leases = new Leases(3, (number) => number === 1);
    expect(leases.take('a', 0, 100)).to.equal(0);
    expect(leases.take('b', 0, 100)).to.equal(2);
    expect(leases.take('c', 0, 100)).to.equal(undefined);
    expect(leases.take('a', 50, 100)).to.equal(0);
    expect(leases.count).to.equal(2);
  });

  it('are free again when they are released, or when their time is over', () => {
    const leases = new Leases(1, () => false);
    leases.take('a', 0, 100);
    expect(leases.take('b', 99, 100)).to.equal(undefined);
    expect(leases.take('b', 100, 100)).to.equal(0);
    expect(leases.of('a')).to.equal(undefined);
    leases.release('b');
    expect(leases.take('a', 101, 100)).to.equal(0);
  });

  it('are what the client wishes for where that is possible', () => {
    const leases = new Leases(8, (number) => number === 5);
    expect(leases.take('a', 0, 100, 4)).to.equal(4);
    for (const wish of [4, 5, 8, -1]) expect(leases.take(`w${wish}`, 0, 100, wish)).to.not.equal(wish);
  });

  it('attack: clients without number take no more than the pool', () => {
    const leases = new Leases(16, () => false);
    for (let i = 0; i < 5000; i++) leases.take(`client ${i}`, 0, 1000);
    expect(leases.count).to.equal(16);
  });
});

describe('servers of the built-in home network', () => {
  it('say nothing where they are switched off', () => {
    const segment = new Segment([]);
    const host = segment.host();
    for (const kind of ['dhcpv4', 'dhcpv6', 'slaac'] as const) segment.command(host, { kind });
    segment.wait(30_000);
    expect(segment.of(host, 'unanswered').map(({ what }) => what)).to.have.members(['dhcpv4', 'dhcpv6', 'router']);
    segment.command(host, { kind: 'ping', address: '2001:db8:99::1', payload: Uint8Array.of(1) });
    expect(segment.of(host, 'echo'), 'the gateway is there all the same').to.have.length(1);
  });

  it('keep quiet on a real home link, which has its own', () => {
    expect(homeServices({ homeLink: 'eth1' })).to.deep.equal([]);
    expect(homeServices({})).to.have.length(3);
    expect(() => homeServices({ gateway: { ipv6: 'nonsense' } })).to.throw(TypeError, 'gateway.ipv6');
  });

  it('a router advertisement says that there is DHCPv6 where there is', () => {
    for (const [services, flag] of [
      [['slaac', 'dhcpv6'], true],
      [['slaac'], false],
    ] as const) {
      const segment = new Segment(services);
      segment.command(segment.host(), { kind: 'slaac' });
      segment.wait(2000);
      const line = segment.lines.find((l) => l.includes('router advertisement')) ?? '';
      expect(line.includes('advertisement M '), line).to.equal(flag);
    }
  });
});
