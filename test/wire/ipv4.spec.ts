import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ipProtocols, ipv4 } from '../../src/wire/ipv4.js';
import { decode, dissect, encode } from '../../src/wire/layout.js';
import { concat, toHex } from '../../src/wire/text.js';
import { issuesOf, obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

const addresses = { source: '192.0.2.1', destination: '198.51.100.7' };
const payload = octetsOf('0102030405');

obeysTheLaws({
  layout: ipv4,
  examples: [
    { ...addresses, protocol: ipProtocols.gre, payload },
    { ...addresses, protocol: ipProtocols.udp, options: octetsOf('0102030405060708'), payload },
    { ...addresses, protocol: ipProtocols.icmp, payload, padding: new Uint8Array(21) },
    { ...addresses, tos: 0xff, identification: 0xbeef, moreFragments: true, fragmentOffset: 0x1fff, ttl: 0, payload },
  ],
});

function payloadOf(octets: Uint8Array): { payload: string; padding: string } {
  const decoded = decode(ipv4, octets);
  if (!decoded.ok) expect.fail(decoded.issue.message);
  return { payload: toHex(decoded.value.payload), padding: toHex(decoded.value.padding) };
}

describe('IPv4', () => {
  it('keeps the padding of a short Ethernet frame out of the payload', () => {
    const packet = encode(ipv4, { ...addresses, payload });
    expect(payloadOf(concat(packet, new Uint8Array(4)))).to.deep.equal({ payload: '0102030405', padding: '00000000' });
  });

  for (const [what, input] of [
    ['version', { version: 6 }],
    ['header length', { headerLength: 4 }],
    ['total length', { totalLength: 19 }],
    ['checksum', { checksum: 0xbad }],
    ['reserved flag', { reservedFlag: true }],
  ] as const) {
    it(`sends a wrong ${what} as it is given`, () => {
      const decoded = decode(ipv4, encode(ipv4, { ...addresses, payload, ...input }));
      if (!decoded.ok) expect.fail(decoded.issue.message);
      expect(decoded.value).to.include(input);
    });
  }

  it('counts options in the header length, an odd end rounded up', () => {
    expect(encode(ipv4, { options: new Uint8Array(4) })[0]).to.equal(0x46);
    expect(encode(ipv4, { options: new Uint8Array(5) })[0]).to.equal(0x47);
  });

  for (const [attack, totalLength, found] of [
    ['a total length of 0', 0, { payload: '', padding: '0102030405' }],
    ['a total length within the header', 19, { payload: '', padding: '0102030405' }],
    ['a total length past the end', 0xffff, { payload: '0102030405', padding: '' }],
  ] as const) {
    it(`attack: ${attack}`, () => {
      const octets = encode(ipv4, { ...addresses, payload, totalLength });
      expect(payloadOf(octets)).to.deep.equal(found);
      expect(issuesOf(dissect(ipv4, octets)).map(({ name }) => name)).to.deep.equal(['totalLength']);
    });
  }

  for (const headerLength of [0, 4]) {
    it(`attack: a header length of ${headerLength} words`, () => {
      expect(payloadOf(encode(ipv4, { ...addresses, payload, padding: payload, headerLength }))).to.deep.equal({
        payload: '0102030405',
        padding: '0102030405',
      });
    });
  }

  it('attack: options longer than the packet', () => {
    const decoded = decode(ipv4, encode(ipv4, { ...addresses, headerLength: 15, payload }));
    expect(decoded.ok ? undefined : decoded.issue).to.include({ code: 'short', path: 'options', offset: 20 });
  });
});
