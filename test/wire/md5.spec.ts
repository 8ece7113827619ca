import { expect } from 'chai';
import { createHash, createHmac } from 'node:crypto';
import { hmacMd5, md5 } from '../../src/wire/md5.js';
import { toHex } from '../../src/wire/text.js';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const pattern = (length: number, step: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * step + 7) & 255);

describe('MD5', () => {
  // RFC 1321 A.5
  const suite = [
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    [
      '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
      '57edf4a22be3c955ac49da2e2107b67a',
    ],
  ] as const;
  for (const [words, digest] of suite) {
    it(`of "${words}" is that of RFC 1321`, () => expect(toHex(md5(text(words)))).to.equal(digest));
  }

  it('is that of Node for every length, wherever the octets stand', () => {
    const octets = pattern(400, 31);
    for (let length = 0; length < 300; length++) {
      const part = octets.subarray(length % 7, (length % 7) + length);
      expect(toHex(md5(part)), `${length} octets`).to.equal(createHash('md5').update(part).digest('hex'));
    }
    const long = pattern(100_001, 13);
    expect(toHex(md5(long))).to.equal(createHash('md5').update(long).digest('hex'));
  });
});

describe('HMAC-MD5', () => {
  it('is that of RFC 2202, test case 2', () => {
    const digest = hmacMd5(text('Jefe'), text('what do ya want for nothing?'));
    expect(toHex(digest)).to.equal('750c783e6ab0b503eaa86e310a5db738');
  });

  it('is that of Node for every length of key and message', () => {
    for (let size = 0; size < 140; size++) {
      const key = pattern(size, 17);
      for (const length of [0, 1, 46, 55, 56, 63, 64, 65, 86, 119, 120, 128, size]) {
        const octets = pattern(length, 29);
        const right = createHmac('md5', key).update(octets).digest('hex');
        expect(toHex(hmacMd5(key, octets)), `key of ${size}, message of ${length} octets`).to.equal(right);
      }
    }
  });

  it('notices that the octets of a key have been changed', () => {
    const [key, octets] = [pattern(16, 3), pattern(50, 5)];
    hmacMd5(key, octets);
    key[15] = (key[15] ?? 0) ^ 1;
    expect(toHex(hmacMd5(key, octets))).to.equal(createHmac('md5', key).update(octets).digest('hex'));
  });
});
