import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  concat,
  escaped,
  fromHex,
  ipv4Number,
  ipv4Text,
  macNumber,
  macText,
  quoted,
  sameBytes,
  toHex,
} from '../../src/wire/text.js';

describe('ipv4Number', () => {
  for (const [text, value] of [
    ['0.0.0.0', 0],
    ['10.99.0.1', 0x0a630001],
    ['255.255.255.255', 0xffffffff],
  ] as const) {
    it(`takes ${text}`, () => expect(ipv4Number(text)).to.equal(value));
  }
  for (const text of [
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '00.0.0.0',
    '1.2.3.04',
    '1.2.3.256',
    '1.2.3.-4',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '0x1.2.3.4',
    '1.2.3.٤',
    '9'.repeat(400),
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => expect(ipv4Number(text)).to.equal(undefined));
  }
  it('reads what ipv4Text writes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => void expect(ipv4Number(ipv4Text(n % 2 ** 32))).to.equal(n % 2 ** 32)),
    );
  });
  it('takes nothing but four numbers', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.]{0,16}$/), (text) => {
        const right = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?=.)|$)){4}$/.test(text);
        expect(ipv4Number(text) !== undefined).to.equal(right);
      }),
    );
  });
});

describe('macNumber', () => {
  for (const [text, value] of [
    ['00:00:00:00:00:00', 0],
    ['02:00:00:00:00:0A', 0x02000000000a],
    ['ff:ff:ff:ff:ff:ff', 0xffffffffffff],
  ] as const) {
    it(`takes ${text}`, () => expect(macNumber(text)).to.equal(value));
  }
  for (const text of [
    '',
    '02:00:00:00:00',
    '02:00:00:00:00:00:00',
    '2:0:0:0:0:1',
    '02-00-00-00-00-01',
    '020000000001',
    '0g:00:00:00:00:00',
    '02:00:00:00:00:01\n',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(macNumber(text)).to.equal(undefined));
  }
  it('reads what macText writes', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (n) => void expect(macNumber(macText(n % 2 ** 48))).to.equal(n % 2 ** 48)));
  });
});

describe('fromHex', () => {
  for (const [text, hex] of [
    ['', ''],
    ['0xDEad', 'dead'],
    ['de:ad be-ef\n', 'deadbeef'],
    [' 0x01', '01'],
  ] as const) {
    it(`takes ${JSON.stringify(text)}`, () => expect(toHex(fromHex(text) ?? expect.fail())).to.equal(hex));
  }
  for (const text of ['0', 'abc', 'zz', '0x0x01', 'de,ad']) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(fromHex(text)).to.equal(undefined));
  }
  it('reads what toHex writes', () => {
    fc.assert(fc.property(fc.uint8Array(), (octets) => void expect(fromHex(toHex(octets))).to.deep.equal(octets)));
  });
});

describe('escaped', () => {
  for (const [what, text, shown] of [
    ['plain text', 'mn1@example.org', 'mn1@example.org'],
    ['a terminal escape', '\x1b[2Jmn', '\\x1b[2Jmn'],
    ['an eight-bit terminal escape', '\x9b2J', '\\x9b2J'],
    ['a line break', 'a\r\nb', 'a\\x0d\\x0ab'],
    ['a quote and a backslash', 'a"\\b', 'a\\"\\\\b'],
    ['an octet above ASCII', 'm\u00fcller', 'm\\xfcller'],
  ] as const) {
    it(`shows ${what} harmlessly`, () => {
      expect(escaped(text)).to.equal(shown);
      expect(quoted(text)).to.equal(`"${shown}"`);
    });
  }
});

describe('concat and sameBytes', () => {
  it('join and compare', () => {
    expect(toHex(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)))).to.equal('010203');
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).to.equal(true);
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).to.equal(false);
    expect(sameBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).to.equal(false);
  });
});
