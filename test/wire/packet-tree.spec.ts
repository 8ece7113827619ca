import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { dissectFrame, dissectPacket } from '../../src/wire/describe.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { type Dissected, encode, print } from '../../src/wire/layout.js';
import { encodeRrq } from '../../src/wire/mobileip.js';
import { concat, toHex } from '../../src/wire/text.js';
import { udp } from '../../src/wire/udp.js';
import { expectWithin, issuesOf } from './laws.js';
import { octetsOf, readVectors, type Vector, vectorFiles } from './vectors.js';

const vectors = vectorFiles().flatMap(readVectors);
const frames = vectors.filter((v) => v.layout === 'frame');
const keyed = (frames.find((v) => v.id === 'ovs-gre-frame-1') as Vector).hex; // Ethernet, IPv4, GRE, Ethernet, ARP

function find(node: Dissected, ...path: readonly string[]): Dissected {
  const [name, ...rest] = path;
  if (name === undefined) return node;
  const child = node.children?.find((c) => c.name === name);
  return child ? find(child, ...rest) : expect.fail(`no ${name} in ${node.name}`);
}

describe('dissectFrame', () => {
  const tree = dissectFrame(octetsOf(keyed), defaultDialect);

  for (const [path, offset, length, text] of [
    [[], 0, 84, ''],
    [['etherType'], 12, 2, '0x0800 (IPv4)'],
    [['IPv4'], 14, 70, ''],
    [['IPv4', 'source'], 26, 4, '10.70.0.1'],
    [['IPv4', 'GRE'], 34, 50, ''],
    [['IPv4', 'GRE', 'key'], 38, 4, '0x00000064'],
    [['IPv4', 'GRE', 'Ethernet'], 42, 42, ''],
    [['IPv4', 'GRE', 'Ethernet', 'ARP', 'targetIp'], 80, 4, '192.168.70.2'],
  ] as const) {
    it(`has ${path.join(' > ') || 'the frame'} at ${offset}`, () => {
      expect(find(tree, ...path)).to.include({ offset, length, text });
    });
  }

  it('finds no fault in whole frames of other tools, but for one whose checksum was left to the card', () => {
    for (const { id, hex, result } of frames) {
      const found = dissectFrame(octetsOf(hex), defaultDialect);
      expectWithin(found, 0, hex.length / 2);
      expect(issuesOf(found).length > 0, id).to.equal(result !== 'valid');
    }
  });
});

describe('dissectPacket', () => {
  const addresses = { source: '192.0.2.1', destination: '198.51.100.7' };
  const ports = { sourcePort: 434, destinationPort: 434 };
  const message = encodeRrq({ extensions: [{ name: 'nai', nai: 'mn1' }] }, { dialect: defaultDialect });

  it('opens Mobile IP within UDP, and checks the checksum with the addresses around it', () => {
    const datagram = encode(udp, { ...ports, payload: message }, addresses);
    const tree = dissectPacket(encode(ipv4, { ...addresses, protocol: 17, payload: datagram }), defaultDialect);
    expect(issuesOf(tree)).to.deep.equal([]);
    expect(find(tree, 'UDP', 'Registration Request', 'extensions', 'nai', 'nai')).to.include({
      offset: 20 + 8 + 24 + 2,
      length: 3,
      text: '"mn1"',
    });
    const elsewhere = encode(ipv4, { ...addresses, source: '192.0.2.9', protocol: 17, payload: datagram });
    expect(issuesOf(dissectPacket(elsewhere, defaultDialect)).map(({ name }) => name)).to.deep.equal(['checksum']);
  });

  it('keeps padding behind the packet and behind the datagram out of the message', () => {
    const datagram = encode(udp, { ...ports, payload: message, padding: octetsOf('ffff') }, addresses);
    const packet = encode(ipv4, { ...addresses, protocol: 17, payload: datagram, padding: octetsOf('eeee') });
    const tree = dissectPacket(packet, defaultDialect);
    expect(issuesOf(tree)).to.deep.equal([]);
    expect(find(tree, 'padding')).to.include({ text: 'eeee' });
    expect(find(tree, 'UDP', 'padding')).to.include({ text: 'ffff' });
  });

  it('says in the inner header what is wrong there', () => {
    const tree = dissectPacket(encode(ipv4, { protocol: 47, payload: octetsOf('2000655800') }), defaultDialect);
    expect(find(tree, 'GRE', 'key').issue).to.equal('key: 4 octets wanted, 1 left');
    expect(issuesOf(tree).map(({ name }) => name)).to.deep.equal(['GRE', 'key']);
  });

  it('does not look into a fragment, nor into GRE of another version or with routing', () => {
    const fragment = dissectPacket(
      encode(ipv4, { protocol: 47, moreFragments: true, payload: octetsOf('2000') }),
      defaultDialect,
    );
    expect(find(fragment, 'payload')).to.include({ text: '2000' });
    const pptp = dissectPacket(encode(ipv4, { protocol: 47, payload: octetsOf('00010800aabb') }), defaultDialect);
    expect(find(pptp, 'GRE', 'payload')).to.include({ text: 'aabb' });
    const routed = dissectPacket(encode(ipv4, { protocol: 47, payload: octetsOf('40000800aabb') }), defaultDialect);
    expect(find(routed, 'GRE', 'payload')).to.include({ text: 'aabb' });
  });

  it('attack: a thousand packets within one another', () => {
    let packet = encode(ipv4, { protocol: 4 });
    for (let i = 0; i < 1000; i++) packet = encode(ipv4, { protocol: 4, payload: packet });
    const tree = dissectPacket(packet, defaultDialect);
    expect(
      print(tree)
        .split('\n')
        .filter((line) => line.trim() === 'IPv4'),
    ).to.have.lengthOf(8);
  });

  it('never fails, and places every node within the octets, whatever they are', () => {
    const known = vectors.map(({ hex }) => octetsOf(hex));
    const bent = fc
      .tuple(fc.constantFrom(...known), fc.nat(120), fc.nat(255), fc.nat(120))
      .map(([octets, at, octet, size]) => octets.map((own, i) => (i === at ? octet : own)).subarray(0, size));
    fc.assert(
      fc.property(fc.oneof(bent, fc.uint8Array({ maxLength: 100 })), (octets) => {
        expectWithin(dissectPacket(octets, defaultDialect), 0, octets.length);
        expectWithin(dissectFrame(octets, defaultDialect), 0, octets.length);
        const tunnelled = encode(ipv4, { protocol: 47, payload: concat(octetsOf('2000655800000001'), octets) });
        const tree = dissectPacket(tunnelled, defaultDialect);
        expectWithin(tree, 0, tunnelled.length);
        const inner = find(tree, 'GRE', 'Ethernet');
        expect(toHex(tunnelled.subarray(inner.offset, inner.offset + inner.length))).to.equal(toHex(octets));
      }),
      { numRuns: 500 },
    );
  });
});
