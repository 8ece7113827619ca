import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decode, dissect, encode } from '../../src/wire/layout.js';
import { concat, toHex } from '../../src/wire/text.js';
import { udp, udpChecksum } from '../../src/wire/udp.js';
import { issuesOf, obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

const addresses = { source: '192.0.2.1', destination: '198.51.100.7' };
const ports = { sourcePort: 1024, destinationPort: 434 };
const payload = octetsOf('616263');

obeysTheLaws({
  layout: udp,
  context: addresses,
  examples: [
    { ...ports },
    { ...ports, payload },
    { ...ports, payload, checksum: 0 },
    { ...ports, payload, padding: octetsOf('0000') },
  ],
});

describe('UDP', () => {
  it('leaves padding out of length, checksum and payload', () => {
    const datagram = encode(udp, { ...ports, payload }, addresses);
    const padded = encode(udp, { ...ports, payload, padding: octetsOf('ffff') }, addresses);
    expect(toHex(padded)).to.equal(`${toHex(datagram)}ffff`);
    const decoded = decode(udp, concat(datagram, octetsOf('ffff')));
    expect(decoded.ok && toHex(decoded.value.payload)).to.equal('616263');
  });

  it('sums to all ones over a datagram whose checksum is right', () => {
    expect(udpChecksum(encode(udp, { ...ports, payload }, addresses), addresses)).to.equal(0xffff);
  });

  it('needs the addresses for a checksum that it is to compute, and only then', () => {
    expect(() => encode(udp, ports)).to.throw(TypeError, 'checksum');
    expect(toHex(encode(udp, { ...ports, checksum: 0 }))).to.equal('040001b200080000');
    expect(issuesOf(dissect(udp, octetsOf('040001b200081234')))).to.deep.equal([]);
  });

  for (const [what, input, hex] of [
    ['length', { length: 7, checksum: 0 }, '040001b200070000616263'],
    ['length past the end', { length: 0xffff, checksum: 0 }, '040001b2ffff0000616263'],
    ['checksum', { checksum: 0xbad }, '040001b2000b0bad616263'],
  ] as const) {
    it(`sends a wrong ${what} as it is given`, () => {
      expect(toHex(encode(udp, { ...ports, payload, ...input }, addresses))).to.equal(hex);
    });
  }

  for (const [attack, length, found] of [
    ['a length of 0', 0, ''],
    ['a length within the header', 7, ''],
    ['a length that ends within the payload', 9, '61'],
    ['a length past the end', 0xffff, '616263'],
  ] as const) {
    it(`attack: ${attack}`, () => {
      const octets = encode(udp, { ...ports, payload, length, checksum: 0 });
      const decoded = decode(udp, octets);
      expect(decoded.ok && toHex(decoded.value.payload)).to.equal(found);
    });
  }
});
