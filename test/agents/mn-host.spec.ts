import { expect } from 'chai';
import fc from 'fast-check';
import { linkLocalOf } from '../../src/agents/addresses.js';
import { dhcpv4 } from '../../src/wire/dhcpv4.js';
import { dhcpv4Options } from '../../src/wire/dhcpv4-options.js';
import { encode } from '../../src/wire/layout.js';
import { option } from '../../src/wire/options.js';
import { concat } from '../../src/wire/text.js';
import { ipv4Frame, udp4Packet } from '../../src/agents/host-frames.js';
import { gateway, Segment } from './mn-bench.js';

const payload = Uint8Array.of(1, 2, 3);

describe('mobile node host', () => {
  describe('DHCPv4', () => {
    it('gets a lease with four messages', () => {
      const segment = new Segment();
      const host = segment.host();
      segment.command(host, { kind: 'dhcpv4' });
      const [event] = segment.of(host, 'lease4');
      expect(event?.lease).to.deep.equal({
        address: '10.99.0.128',
        server: gateway.ipv4,
        from: gateway.ipv4,
        subnetMask: '255.255.255.0',
        router: gateway.ipv4,
        seconds: 600,
      });
      expect(segment.lines.map((line) => line.replace(/.*DHCPv4 (\S+).*/, '$1'))).to.deep.equal([
        'DISCOVER',
        'OFFER',
        'REQUEST',
        'ACK',
      ]);
    });

    it('asks for broadcast answers where it is told to', () => {
      const segment = new Segment();
      segment.command(segment.host(), { kind: 'dhcpv4', broadcast: true });
      expect(segment.lines.filter((line) => line.includes('>ff:ff:ff:ff:ff:ff'))).to.have.lengthOf(4);
    });

    it('renews by unicast at half the time, and keeps its address', () => {
      const segment = new Segment();
      const host = segment.host();
      segment.command(host, { kind: 'dhcpv4' });
      segment.lines.length = 0;
      segment.wait(301_000);
      expect(segment.of(host, 'lease4')).to.have.lengthOf(2);
      const renewal = segment.lines.find((line) => line.includes('REQUEST'));
      expect(renewal).to.match(/10\.99\.0\.128 > 10\.99\.0\.1 UDP 68>67 DHCPv4 REQUEST .* has 10\.99\.0\.128$/);
    });

    it('rebinds when its server is silent, and begins anew at the end of the lease', () => {
      const segment = new Segment();
      const host = segment.host();
      segment.command(host, { kind: 'dhcpv4' });
      segment.passes = () => false;
      segment.lines.length = 0;
      segment.wait(590_000);
      expect(segment.lines.some((line) => /255\.255\.255\.255 .*REQUEST .* has/.test(line))).to.equal(true);
      expect([...host.link.ipv4]).to.deep.equal(['10.99.0.128']);
      segment.wait(20_000);
      expect(segment.lines.at(-1)).to.include('DISCOVER');
      expect([...host.link.ipv4]).to.deep.equal([]);
    });

    it('begins anew after a NAK', () => {
      const segment = new Segment();
      const host = segment.host();
      const other = segment.host();
      segment.command(host, { kind: 'dhcpv4' });
      segment.command(host, { kind: 'release4' });
      expect([...host.link.ipv4]).to.deep.equal([]);
      segment.command(other, { kind: 'dhcpv4' });
      expect(segment.of(other, 'lease4')[0]?.lease.address, 'released').to.equal('10.99.0.128');
      // the server forgets; the client then renews what it no longer has
      segment.command(other, { kind: 'release4' });
      segment.command(other, { kind: 'dhcpv4' });
      const forged = ipv4Frame(
        { source: other.link.mac, destination: 'ff:ff:ff:ff:ff:ff' },
        udp4Packet(
          { source: '10.99.0.128', destination: gateway.ipv4 },
          {
            sourcePort: 68,
            destinationPort: 67,
            payload: encode(dhcpv4, {
              clientMac: other.link.mac,
              options: [
                option(dhcpv4Options.messageType, { type: 7 }),
                option(dhcpv4Options.clientId, { type: 1, identifier: Uint8Array.of(2, 0x67, 0, 0, 0, 2) }),
              ],
            }),
          },
        ),
      );
      segment.inject(forged);
      segment.command(other, { kind: 'renew4' });
      expect(segment.of(other, 'nak4')).to.have.lengthOf(1);
      expect(segment.of(other, 'lease4')).to.have.lengthOf(3);
    });

    it('gives two hosts two addresses', () => {
      const segment = new Segment();
      const hosts = [segment.host(), segment.host()];
      for (const host of hosts) segment.command(host, { kind: 'dhcpv4' });
      const found = hosts.map((host) => segment.of(host, 'lease4')[0]?.lease.address);
      expect(new Set(found).size).to.equal(2);
    });

    it('says when nobody answers', () => {
      const segment = new Segment([]);
      const host = segment.host();
      segment.command(host, { kind: 'dhcpv4' });
      segment.wait(60_000);
      expect(segment.of(host, 'unanswered')).to.deep.equal([{ kind: 'unanswered', what: 'dhcpv4' }]);
      expect(segment.lines).to.have.lengthOf(3);
      expect(host.deadline()).to.equal(undefined);
    });
  });

  describe('DHCPv6', () => {
    for (const [rapidCommit, messages] of [
      [false, ['SOLICIT', 'ADVERTISE', 'REQUEST', 'REPLY']],
      [true, ['SOLICIT', 'REPLY']],
    ] as const) {
      it(`gets an address with ${messages.length} messages`, () => {
        const segment = new Segment();
        const host = segment.host();
        segment.command(host, { kind: 'dhcpv6', rapidCommit });
        segment.wait(5000);
        const [event] = segment.of(host, 'lease6');
        expect(event?.lease).to.deep.equal({
          address: '2001:db8:99::1000',
          from: linkLocalOf('02:00:00:00:99:01'),
          preferred: 600,
          valid: 1200,
          rapid: rapidCommit,
        });
        expect(host.link.ipv6.get('2001:db8:99::1000')).to.equal('valid');
        const seen = segment.lines.flatMap((line) => /DHCPv6 (\S+)/.exec(line)?.[1] ?? []);
        expect(seen).to.deep.equal(messages);
      });
    }

    it('renews at T1 and releases', () => {
      const segment = new Segment();
      const host = segment.host();
      segment.command(host, { kind: 'dhcpv6' });
      segment.wait(400_000);
      expect(segment.of(host, 'lease6').length).to.equal(2);
      segment.command(host, { kind: 'release6' });
      expect(segment.of(host, 'released6')).to.have.lengthOf(1);
      expect(host.link.ipv6.has('2001:db8:99::1000')).to.equal(false);
    });

    it('says when nobody answers', () => {
      const segment = new Segment([]);
      const host = segment.host();
      segment.command(host, { kind: 'dhcpv6' });
      segment.wait(60_000);
      expect(segment.of(host, 'unanswered')).to.deep.equal([{ kind: 'unanswered', what: 'dhcpv6' }]);
    });
  });

  describe('stateless autoconfiguration', () => {
    it('takes a link-local address, finds a router and makes an address of its prefix', () => {
      const segment = new Segment();
      const host = segment.host();
      segment.command(host, { kind: 'slaac' });
      segment.wait(5000);
      expect(segment.of(host, 'address6').map(({ address }) => address)).to.deep.equal([
        'fe80::67:ff:fe00:1',
        '2001:db8:99:0:67:ff:fe00:1',
      ]);
      expect(segment.of(host, 'router')[0]).to.deep.include({ prefixes: ['2001:db8:99::'] });
    });

    it('does not use an address that somebody has, or tries at the same time', () => {
      const segment = new Segment();
      const hosts = [segment.host(7), segment.host(8)];
      const twin = segment.host(7);
      const [first] = hosts;
      if (!first) expect.fail();
      segment.command(first, { kind: 'slaac' });
      segment.wait(5000);
      segment.command(twin, { kind: 'slaac' });
      segment.wait(5000);
      expect(segment.of(twin, 'duplicate6')).to.deep.equal([
        { kind: 'duplicate6', address: linkLocalOf(twin.link.mac) },
      ]);
      expect(segment.of(twin, 'address6')).to.deep.equal([]);

      const other = new Segment();
      const [a, b] = [other.host(7), other.host(7)];
      other.command(a, { kind: 'slaac' });
      other.command(b, { kind: 'slaac' });
      other.wait(5000);
      expect(other.of(a, 'duplicate6')).to.have.lengthOf(1);
    });

    it('says when there is no router', () => {
      const segment = new Segment(['dhcpv4']);
      const host = segment.host();
      segment.command(host, { kind: 'slaac' });
      segment.wait(60_000);
      expect(segment.of(host, 'unanswered')).to.deep.equal([{ kind: 'unanswered', what: 'router' }]);
    });
  });

  it('pings the gateway and another host over both families', () => {
    const segment = new Segment();
    const [host, other] = [segment.host(), segment.host()];
    for (const each of [host, other]) {
      segment.command(each, { kind: 'dhcpv4' });
      segment.command(each, { kind: 'slaac' });
    }
    segment.wait(5000);
    const neighbours = [gateway.ipv4, gateway.ipv6, '10.99.0.129', '2001:db8:99:0:67:ff:fe00:2', other.linkLocal];
    for (const address of neighbours) segment.command(host, { kind: 'ping', address, payload });
    expect(segment.of(host, 'echo').map(({ from }) => from)).to.deep.equal(neighbours);
  });

  it('finds a neighbour each time it is asked to', () => {
    const segment = new Segment();
    const host = segment.host();
    host.link.ipv4.add('10.99.0.200');
    for (let i = 0; i < 2; i++) segment.command(host, { kind: 'resolve', address: gateway.ipv4 });
    expect(segment.of(host, 'neighbour')).to.have.lengthOf(2);
    segment.command(host, { kind: 'resolve', address: '10.99.0.77' });
    segment.wait(20_000);
    expect(segment.of(host, 'unanswered')).to.deep.equal([{ kind: 'unanswered', what: 'neighbour' }]);
  });

  it('never throws and never answers without end, whatever it hears', () => {
    const segment = new Segment();
    const hosts = [segment.host(), segment.host()];
    for (const host of hosts) {
      segment.command(host, { kind: 'dhcpv4' });
      segment.command(host, { kind: 'dhcpv6' });
      segment.command(host, { kind: 'slaac' });
    }
    const seen: Uint8Array[] = [];
    segment.passes = (bytes) => {
      seen.push(bytes);
      return true;
    };
    segment.wait(5000);
    segment.passes = () => true;
    fc.assert(
      fc.property(fc.nat(), fc.nat(400), fc.uint8Array({ maxLength: 40 }), fc.boolean(), (which, at, noise, cut) => {
        const bytes = seen[which % seen.length] ?? new Uint8Array(14);
        const tail = cut ? new Uint8Array(0) : bytes.subarray(at + noise.length);
        segment.inject(concat(bytes.subarray(0, at), noise, tail));
        segment.lines.length = 0;
      }),
      { numRuns: 2000 },
    );
  });
});
