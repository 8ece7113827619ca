import { expect } from 'chai';
import { icmpEcho } from '../../src/wire/icmp.js';
import { decode, encode } from '../../src/wire/layout.js';
import { gre, type GreInput } from '../../src/wire/gre.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import {
  Bench,
  coa,
  echo,
  frame,
  gateway,
  gatewayMac,
  ha,
  inGre,
  inIp,
  inL2,
  keyOf,
  otherCoa,
  packetOf,
  tunnelled,
  type Tunnelled,
} from './ha-bench.js';

/** A mobile node in normal mode: its address and keys. */
function attach(bench: Bench, options: Parameters<Bench['register']>[0] = { key: 0 }): { home: string; key: number } {
  const reply = bench.register(options);
  return { home: reply?.homeAddress ?? '', key: keyOf(reply) };
}

const sent = (bench: Bench, bytes: Uint8Array): Tunnelled[] => tunnelled(bench.packet(bytes));

/** Number of answers to an echo request that is bent in its GRE header. */
function answers(bench: Bench, home: string, fields: GreInput, inner = echo(home, gateway)): number {
  return sent(bench, inGre(inner, fields)).length;
}

describe('home agent: L3 tunnels', () => {
  it('answers an echo request through a keyed GRE tunnel', () => {
    const bench = new Bench();
    const { home, key } = attach(bench);
    const [answer, ...more] = sent(bench, inGre(echo(home, gateway), { key }));
    expect(more).to.deep.equal([]);
    expect(answer?.outer).to.deep.include({ source: ha, destination: coa, protocol: 47 });
    expect(answer?.gre).to.deep.include({
      hasKey: true,
      key,
      protocol: 0x0800,
      version: 0,
      reserved0: 0,
      hasChecksum: false,
    });
    const inner = packetOf(answer?.payload ?? new Uint8Array(0));
    expect(inner).to.deep.include({ source: gateway, destination: home });
    const icmp = decode(icmpEcho, inner.payload);
    expect(icmp.ok && icmp.value).to.deep.include({ type: 0, identifier: 7, sequence: 1 });
    expect(icmp.ok && icmp.value.payload).to.deep.equal(Uint8Array.of(1, 2, 3));
  });

  it('takes the reverse key and sends with the forward key', () => {
    const bench = new Bench();
    const { home, key } = attach(bench, { key: 0xa1b2c3d4 });
    const [answer] = sent(bench, inGre(echo(home, gateway), { key: 0xa1b2c3d4 }));
    expect(answer?.gre?.key).to.equal(key);
    expect(answers(bench, home, { key }), 'the forward key upwards').to.equal(0);
  });

  it('speaks IP-in-IP where no GRE was asked for, and keyless GRE where that is allowed', () => {
    const bench = new Bench();
    const { home } = attach(bench, {});
    const [answer] = sent(bench, inIp(echo(home, gateway)));
    expect(answer?.outer.protocol).to.equal(4);
    expect(sent(bench, inGre(echo(home, gateway), {}))).to.deep.equal([]);

    const keyless = new Bench({ features: { keylessGre: true } });
    const node = attach(keyless, { gre: true });
    expect(sent(keyless, inGre(echo(node.home, gateway), {}))[0]?.gre).to.deep.include({
      hasKey: false,
      protocol: 0x0800,
    });
  });

  it('uses the home agent address of the reply as outer source', () => {
    const bench = new Bench({ addresses: [ha, '192.0.2.2'] });
    const { home, key } = attach(bench, { key: 0, homeAgent: '192.0.2.2' });
    const [answer] = sent(bench, inGre(echo(home, gateway), { key }));
    expect(answer?.outer.source).to.equal('192.0.2.2');
  });

  it('carries packets from one mobile node to another, one off the time to live', () => {
    const bench = new Bench();
    const one = attach(bench);
    const two = attach(bench, { nai: 'mn2@example.org', key: 0, careOfAddress: otherCoa });
    const [packet, ...more] = sent(bench, inGre(echo(one.home, two.home, 9), { key: one.key }));
    expect(more).to.deep.equal([]);
    expect(packet?.outer.destination).to.equal(otherCoa);
    expect(packet?.gre?.key).to.equal(two.key);
    expect(packet?.payload).to.deep.equal(echo(one.home, two.home, 8));
    expect(sent(bench, inGre(echo(one.home, two.home, 1), { key: one.key }))).to.deep.equal([]);
  });

  it('sends a copy through each simultaneous binding', () => {
    const bench = new Bench();
    const one = attach(bench, { nai: 'mn2@example.org', key: 0 });
    const two = attach(bench);
    attach(bench, { key: 0, careOfAddress: otherCoa, simultaneous: true });
    const copies = sent(bench, inGre(echo(one.home, two.home), { key: one.key }));
    expect(copies.map((copy) => copy.outer.destination)).to.have.members([coa, otherCoa]);
  });

  describe('discards without a word', () => {
    const cases: readonly [string, (home: string, key: number) => Uint8Array][] = [
      ['wrong key', (home, key) => inGre(echo(home, gateway), { key: key ^ 1 })],
      ['no key', (home) => inGre(echo(home, gateway), {})],
      ['key 0', (home) => inGre(echo(home, gateway), { key: 0 })],
      ['wrong outer source', (home, key) => inGre(echo(home, gateway), { key }, otherCoa)],
      ['wrong inner source', (_, key) => inGre(echo('10.99.0.250', gateway), { key })],
      ['IP-in-IP in a GRE session', (home) => inIp(echo(home, gateway))],
      ['Ethernet in a normal session', (home, key) => inGre(echo(home, gateway), { key, protocol: 0x6558 })],
      ['unknown protocol type', (home, key) => inGre(echo(home, gateway), { key, protocol: 0x1234 })],
      ['IPv6 protocol type', (home, key) => inGre(echo(home, gateway), { key, protocol: 0x86dd })],
      ['inner destination = care-of address', (home, key) => inGre(echo(home, coa), { key })],
      ['to another address than ours', (home, key) => inGre(echo(home, gateway), { key }, coa, '192.0.2.77')],
      ['inner header checksum wrong', (home, key) => inGre(mangled(echo(home, gateway), 10), { key })],
      ['inner packet cut', (home, key) => inGre(echo(home, gateway).subarray(0, 24), { key })],
      ['ICMP checksum wrong', (home, key) => inGre(mangled(echo(home, gateway), 22), { key })],
      ['outer fragment', (home, key) => fragment(inGre(echo(home, gateway), { key }))],
    ];
    for (const [title, make] of cases) {
      it(title, () => {
        const bench = new Bench();
        const { home, key } = attach(bench);
        expect(bench.packet(make(home, key))).to.deep.equal([]);
        expect(answers(bench, home, { key }), 'the tunnel still works').to.equal(1);
      });
    }
  });

  describe('GRE header', () => {
    const first = (mask: number): GreInput => ({
      hasRouting: (mask & 0x4000) !== 0,
      reserved0: (mask & 0x0ff8) >> 3,
      version: mask & 7,
    });
    const bits: readonly [string, number, number][] = [
      ['routing bit', 0x4000, 0],
      ['strict source route', 0x0800, 0],
      ['first recursion bit', 0x0400, 0],
      ['version 1', 0x0001, 0],
      ['version 7', 0x0007, 0],
      ['ignored bits', 0x03f8, 1],
    ];
    for (const [title, mask, expected] of bits) {
      it(`${title}: ${expected === 0 ? 'discarded' : 'taken'}`, () => {
        const bench = new Bench();
        const { home, key } = attach(bench);
        expect(answers(bench, home, { key, ...first(mask) })).to.equal(expected);
      });
    }

    it('checks the checksum', () => {
      const bench = new Bench();
      const { home, key } = attach(bench);
      const right = { key, hasChecksum: true };
      expect(answers(bench, home, right)).to.equal(1);
      const decoded = decode(gre, packetOf(inGre(echo(home, gateway), right)).payload);
      const sum = decoded.ok ? (decoded.value.checksum ?? 0) : 0;
      expect(answers(bench, home, { ...right, checksum: sum ^ 1 })).to.equal(0);
    });

    it('drops repeated and older sequence numbers, for each key its own', () => {
      const bench = new Bench();
      const { home, key } = attach(bench);
      const results = [0, 1, 1, 0, 10, 12, 11].map((sequence) => answers(bench, home, { key, sequence }));
      expect(results).to.deep.equal([1, 1, 0, 0, 1, 1, 0]);
      expect(answers(bench, home, { key }), 'without a number').to.equal(1);
      const again = attach(bench);
      expect(answers(bench, again.home, { key: again.key, sequence: 0 })).to.equal(1);
    });
  });

  describe('time to live', () => {
    it('lets the home agent itself be reached with 1, the gateway behind it only with more', () => {
      const bench = new Bench();
      const { home, key } = attach(bench);
      expect(answers(bench, home, { key }, echo(home, ha, 1))).to.equal(1);
      expect(answers(bench, home, { key }, echo(home, gateway, 1))).to.equal(0);
      expect(answers(bench, home, { key }, echo(home, gateway, 2))).to.equal(1);
    });
  });

  describe('without a binding there is no tunnel', () => {
    const ends: readonly [string, (bench: Bench, home: string) => void][] = [
      ['after deregistration', (bench) => bench.register({ key: 0, lifetime: 0 })],
      [
        'after deregistration of all',
        (bench, home) => bench.register({ lifetime: 0, homeAddress: home, careOfAddress: home }),
      ],
      ['after expiry', (bench) => bench.wait(60_000)],
      ['after a handover', (bench) => bench.register({ key: 0, careOfAddress: '198.51.100.99' })],
    ];
    for (const [title, end] of ends) {
      it(title, () => {
        const bench = new Bench();
        const other = attach(bench, { nai: 'mn2@example.org', key: 0, lifetime: 600, careOfAddress: otherCoa });
        const { home, key } = attach(bench);
        end(bench, home);
        expect(bench.packet(inGre(echo(home, gateway), { key }))).to.deep.equal([]);
        const down = sent(bench, inGre(echo(other.home, home), { key: other.key }, otherCoa));
        expect(down.filter((packet) => packet.outer.destination === coa)).to.deep.equal([]);
      });
    }

    it('after new keys: the old one is void', () => {
      const bench = new Bench();
      const { home, key } = attach(bench);
      const next = attach(bench);
      expect(answers(bench, home, { key })).to.equal(0);
      expect(answers(bench, home, { key: next.key })).to.equal(1);
    });
  });

  describe('broadcast', () => {
    it('goes to those who asked for it, inside a unicast packet without D, and not back', () => {
      const bench = new Bench();
      const from = attach(bench, { nai: 'mn0@example.org', key: 0, broadcast: true });
      const direct = attach(bench, { nai: 'mn1@example.org', key: 0, broadcast: true, decapsulation: true });
      const wrapped = attach(bench, { nai: 'mn2@example.org', key: 0, broadcast: true, careOfAddress: otherCoa });
      attach(bench, { nai: 'mn3@example.org', key: 0 });
      const packets = sent(bench, inGre(echo(from.home, '10.99.0.255'), { key: from.key }));
      expect(packets.map((packet) => packet.gre?.key)).to.have.members([direct.key, wrapped.key]);
      for (const { gre: header, payload } of packets) {
        const inner = packetOf(payload);
        expect(inner.destination).to.equal(header?.key === direct.key ? '10.99.0.255' : wrapped.home);
        if (header?.key === wrapped.key) expect(packetOf(inner.payload).destination).to.equal('10.99.0.255');
      }
    });
  });

  it('encapsulates again what is tunnelled already, but for loops', () => {
    const bench = new Bench();
    const { home } = attach(bench, { key: 0, careOfAddress: otherCoa });
    const l2 = keyOf(bench.register({ nai: 'mn2@example.org', key: 0, a: true }));
    const nested = (source: string): Uint8Array =>
      inL2(
        frame(
          '02:00:00:00:00:01',
          gatewayMac,
          encode(ipv4, { source, destination: home, protocol: 4, payload: echo(source, home) }),
        ),
        l2,
      );
    expect(sent(bench, nested('10.99.0.130'))).to.have.length(1);
    expect(sent(bench, nested(otherCoa)), 'from the care-of address itself').to.have.length(0);
  });
});

function mangled(octets: Uint8Array, at: number): Uint8Array {
  const changed = octets.slice();
  changed[at] = (changed[at] ?? 0) ^ 0x55;
  return changed;
}

function fragment(packet: Uint8Array): Uint8Array {
  const changed = packet.slice();
  changed[6] = 0x20;
  return changed;
}
