import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { dissectAny } from '../../src/wire/describe.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { expectWithin } from './laws.js';
import { octetsOf, readVectors, vectorFiles } from './vectors.js';

const guessOf = (hex: string): string => dissectAny(octetsOf(hex), defaultDialect).guess;

describe('dissectAny', () => {
  const kinds: Readonly<Record<string, string>> = {
    rrq: 'Mobile IP message',
    rrp: 'Mobile IP message',
    revocation: 'Mobile IP message',
    revocationAck: 'Mobile IP message',
    ipv4: 'IPv4 packet',
    gre: 'GRE packet',
    frame: 'Ethernet frame',
  };
  const exceptions = ['gre-reserved-and-version'];
  for (const vector of vectorFiles().flatMap(readVectors)) {
    const kind = kinds[vector.layout];
    if (kind === undefined || vector.result !== 'valid' || exceptions.includes(vector.id)) continue;
    it(`takes ${vector.id} for a ${kind}`, () => expect(guessOf(vector.hex)).to.equal(kind));
  }

  const ip = '4500001400010000400166e50a0000010a000002';
  for (const [what, hex, guess] of [
    ['a request that is cut', '010a0708', 'Mobile IP message'],
    ['a packet that is cut', '45000054000100004001', 'IPv4 packet'],
    ['a packet cut behind its header', `${ip.slice(0, 4)}0054${ip.slice(8)}`, 'IPv4 packet'],
    ['a packet with padding', `${ip}0000`, 'IPv4 packet'],
    [
      'a frame to a multicast address that starts like a request',
      `01005e000001020000000001${'0800'}${ip}`,
      'Ethernet frame',
    ],
    ['a frame to a card whose address starts like a packet', `4a8657e827afa60565fbfef70800${ip}`, 'Ethernet frame'],
    ['a frame of unknown type to such a card', `4a8657e827afa60565fbfef788b5${'00'.repeat(30)}`, 'Ethernet frame'],
    ['a frame of IPv6', `333300000001020000000001${'86dd'}60${'00'.repeat(39)}`, 'Ethernet frame'],
    ['a frame of unknown type', `ffffffffffff02000000000188b5`, 'Ethernet frame'],
    ['GRE of transparent Ethernet', '2000655800000064', 'GRE packet'],
    ['no octets', '', 'unknown octets'],
    ['a few octets', 'ffff', 'unknown octets'],
  ] as const) {
    it(`takes ${what} for ${guess}`, () => expect(guessOf(hex)).to.equal(guess));
  }

  it('gives the summary and the tree of what it guessed', () => {
    const { summary, tree } = dissectAny(octetsOf(ip), defaultDialect);
    expect(summary).to.equal('10.0.0.1 > 10.0.0.2 ICMP echo cut short: type: 1 octet wanted, 0 left');
    expect(tree.name).to.equal('IPv4');
    expect(dissectAny(octetsOf('ff'), defaultDialect)).to.deep.equal({
      guess: 'unknown octets',
      summary: '1 octet of no known kind',
      tree: { name: 'unknown octets', offset: 0, length: 1, text: 'ff' },
    });
  });

  it('never fails', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const { summary, tree } = dissectAny(octets, defaultDialect);
        expect(summary).to.match(/^[ -~]+$/);
        expectWithin(tree, 0, octets.length);
      }),
    );
  });
});
