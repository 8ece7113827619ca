import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ipv6Bytes, ipv6Text } from '../../src/wire/ipv6-address.js';
import { ipv6 } from '../../src/wire/ipv6.js';
import { decode, encode } from '../../src/wire/layout.js';
import { toHex } from '../../src/wire/text.js';
import { vlan } from '../../src/wire/vlan.js';
import { obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

const ends = { source: 'fe80::1', destination: 'ff02::2' };

obeysTheLaws({
  layout: ipv6,
  examples: [
    ends,
    { ...ends, nextHeader: 58, flowLabel: 0xfffff, payload: octetsOf('616263'), padding: octetsOf('00') },
  ],
});

obeysTheLaws({
  layout: vlan,
  examples: [
    { id: 4095, etherType: 0x0800 },
    { id: 5, payload: octetsOf('616263') },
  ],
});

describe('IPv6', () => {
  it('sends a wrong payload length as it is given, and reads no further than there is', () => {
    const octets = encode(ipv6, { ...ends, payloadLength: 0xffff, payload: octetsOf('6162') });
    expect(toHex(octets.subarray(4, 6))).to.equal('ffff');
    const decoded = decode(ipv6, octets);
    expect(decoded.ok && toHex(decoded.value.payload)).to.equal('6162');
  });

  // RFC 5952 §4: one text for each address
  for (const [hex, text] of [
    ['00'.repeat(16), '::'],
    ['00'.repeat(15) + '01', '::1'],
    ['20010db8' + '00'.repeat(12), '2001:db8::'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['fe800000000000007a116bfffec88237', 'fe80::7811:6bff:fec8:8237'.replace('7811', '7a11')],
    ['ff'.repeat(16), 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ] as const) {
    it(`reads ${hex} as ${text}, and back`, () => {
      expect(ipv6Text(octetsOf(hex))).to.equal(text);
      expect(toHex(ipv6Bytes(text) ?? octetsOf(''))).to.equal(hex);
    });
  }

  for (const [text, hex] of [
    ['2001:DB8::A', '20010db800000000000000000000000a'],
    ['0:0:0:0:0:0:0:1', '00'.repeat(15) + '01'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['1::2:3:4:5:6:7', '00010000000200030004000500060007'],
  ] as const) {
    it(`understands ${text}`, () => {
      expect(toHex(ipv6Bytes(text) ?? octetsOf(''))).to.equal(hex);
    });
  }

  for (const text of [
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(ipv6Bytes(text)).to.equal(undefined));
  }
  for (const text of ['g::', '::1%eth0', '::/64', '1.2.3.4', '::1.2.3.256', '::01.2.3.4', '1.2.3.4::', ' ::1']) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(ipv6Bytes(text)).to.equal(undefined));
  }

  it('throws on an address of ours that is none', () => {
    expect(() => encode(ipv6, { source: 'nonsense' })).to.throw(TypeError, 'source');
  });
});
