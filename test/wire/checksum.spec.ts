import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { foldedSum, onesComplement } from '../../src/wire/checksum.js';
import { concat } from '../../src/wire/text.js';
import { octetsOf } from './vectors.js';

describe('Internet checksum', () => {
  it('sums the example of RFC 1071 §3', () => {
    expect(foldedSum(octetsOf('0001f203f4f5f6f7'))).to.equal(0xddf2);
    expect(onesComplement(octetsOf('0001f203f4f5f6f7'))).to.equal(0x220d);
  });

  for (const [hex, checksum] of [
    ['', 0xffff],
    ['00', 0xffff],
    ['01', 0xfeff],
    ['ffff', 0x0000],
    ['ffffff', 0x00ff],
  ] as const) {
    it(`of '${hex}' is 0x${checksum.toString(16).padStart(4, '0')}`, () => {
      expect(onesComplement(octetsOf(hex))).to.equal(checksum);
    });
  }

  it('does not overflow on the longest packet of ones', () => {
    expect(onesComplement(new Uint8Array(65_535).fill(0xff))).to.equal(0x00ff);
  });

  it('goes on from a partial sum, and is zero over octets that hold it', () => {
    const even = fc.uint8Array({ maxLength: 60 }).map((octets) => octets.subarray(0, octets.length & ~1));
    fc.assert(
      fc.property(even, fc.uint8Array({ maxLength: 61 }), (first, second) => {
        const whole = concat(first, second);
        expect(onesComplement(second, foldedSum(first))).to.equal(onesComplement(whole));
        const checksum = onesComplement(whole);
        expect(onesComplement(concat(Uint8Array.of(checksum >> 8, checksum & 255), whole))).to.equal(0);
      }),
    );
  });
});
