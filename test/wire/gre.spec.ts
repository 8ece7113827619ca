import { expect } from 'chai';
import { describe, it } from 'mocha';
import { etherTypes, gre } from '../../src/wire/gre.js';
import { decode, dissect, encode } from '../../src/wire/layout.js';
import { toHex } from '../../src/wire/text.js';
import { issuesOf, obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

const payload = octetsOf('deadbeef01');

obeysTheLaws({
  layout: gre,
  examples: [
    { protocol: etherTypes.ipv4 },
    { protocol: etherTypes.transparentEthernetBridging, key: 0x1a2b3c4d, payload },
    { protocol: etherTypes.ipv6, hasChecksum: true, key: 0, sequence: 0xffffffff, payload },
    { hasRouting: true, reserved0: 0x1ff, version: 7, protocol: 0xffff, sequence: 1 },
  ],
});

describe('GRE', () => {
  it('has a key, a checksum or a sequence number where one is given', () => {
    expect(toHex(encode(gre, { protocol: 0x6558, key: 0x64 }))).to.equal('2000655800000064');
    expect(toHex(encode(gre, { protocol: 0x800, sequence: 1 }))).to.equal('1000080000000001');
    expect(toHex(encode(gre, { protocol: 0x800, checksum: 0xbad }))).to.equal('800008000bad0000');
  });

  it('computes the checksum over header and payload, the odd end padded', () => {
    const packet = encode(gre, { hasChecksum: true, protocol: 0x800, key: 0x01020304, payload });
    expect(toHex(packet)).to.equal('a0000800b55b000001020304deadbeef01');
  });

  for (const [what, input, hex] of [
    ['a wrong checksum', { protocol: 0x800, checksum: 0xffff, payload }, '80000800ffff0000deadbeef01'],
    ['a checksum flag with a zero checksum', { hasChecksum: true, protocol: 0x800, checksum: 0 }, '8000080000000000'],
    ['a key without its flag, that is none', { hasKey: false, protocol: 0x800, key: 1 }, '00000800'],
    ['a key flag without a key, that is zero', { hasKey: true, protocol: 0x800 }, '2000080000000000'],
    ['reserved bits and another version', { reserved0: 0x100, version: 1, protocol: 0x880b }, '0801880b'],
  ] as const) {
    it(`sends ${what}`, () => expect(toHex(encode(gre, input))).to.equal(hex));
  }

  it('attack: all flags set on four octets', () => {
    const decoded = decode(gre, octetsOf('ffffffff'));
    expect(decoded).to.deep.include({ ok: false });
    expect(issuesOf(dissect(gre, octetsOf('ffffffff'))).map(({ name }) => name)).to.deep.equal(['GRE', 'checksum']);
  });
});
