import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { algorithms, authenticator, verifies } from '../../src/wire/auth.js';
import { toHex } from '../../src/wire/text.js';
import { octetsOf } from './vectors.js';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('HMAC-MD5', () => {
  for (const [test, key, data, digest] of [
    ['RFC 2202 §2 case 1', octetsOf('0b'.repeat(16)), ascii('Hi There'), '9294727a3638bb1c13f48ef8158bfc9d'],
    ['RFC 2202 §2 case 2', ascii('Jefe'), ascii('what do ya want for nothing?'), '750c783e6ab0b503eaa86e310a5db738'],
    [
      'RFC 2202 §2 case 6',
      octetsOf('aa'.repeat(80)),
      ascii('Test Using Larger Than Block-Size Key - Hash Key First'),
      '6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd',
    ],
  ] as const) {
    it(`gives the digest of ${test}`, () => {
      expect(toHex(authenticator({ key, algorithm: 'hmac-md5' }, data))).to.equal(digest);
    });
  }
});

describe('prefix+suffix MD5', () => {
  it('is MD5 over key, octets and key, nothing padded', () => {
    const right = createHash('md5').update('keydatakey').digest('hex');
    expect(toHex(authenticator({ key: ascii('key'), algorithm: 'prefix-suffix-md5' }, ascii('data')))).to.equal(right);
  });
});

describe('verifies', () => {
  for (const algorithm of algorithms) {
    it(`accepts the right authenticator and no other (${algorithm})`, () => {
      const sa = { key: ascii('key'), algorithm };
      const right = authenticator(sa, ascii('data'));
      expect(right.length).to.equal(16);
      expect(verifies(sa, ascii('data'), right)).to.equal(true);
      expect(verifies(sa, ascii('date'), right)).to.equal(false);
      expect(verifies({ ...sa, key: ascii('kez') }, ascii('data'), right)).to.equal(false);
      const bent = right.slice();
      bent[15] = (bent[15] ?? 0) ^ 1;
      expect(verifies(sa, ascii('data'), bent)).to.equal(false);
    });

    it(`refuses an authenticator cut short, empty or too long (${algorithm})`, () => {
      const sa = { key: ascii('key'), algorithm };
      const right = authenticator(sa, ascii('data'));
      expect(verifies(sa, ascii('data'), right.subarray(0, 15))).to.equal(false);
      expect(verifies(sa, ascii('data'), new Uint8Array(0))).to.equal(false);
      expect(verifies(sa, ascii('data'), Uint8Array.of(...right, 0))).to.equal(false);
    });
  }
});
