import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { verifies } from '../../src/wire/auth.js';
import { defaultDialect, type Extension, type KeyLookup, type WireContext } from '../../src/wire/extensions.js';
import {
  coveredBy,
  decodeRevocation,
  decodeRevocationAck,
  decodeRrp,
  decodeRrq,
  encodeRrp,
  encodeRrq,
  high32,
  isAccepted,
  low32,
  ntpTimestamp,
  replyCodeNames,
  replyCodes,
  revocationAckLayout,
  revocationLayout,
  rrpLayout,
  rrqLayout,
  type RrqInput,
} from '../../src/wire/mobileip.js';
import { concat, toHex } from '../../src/wire/text.js';
import { obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

const context: WireContext = { dialect: defaultDialect };
const authenticator = octetsOf('00112233445566778899aabbccddeeff');
const extensions: Extension[] = [
  { name: 'nai', nai: 'mn1@example.org' },
  { name: 'pad' },
  { name: 'greKey', a: true, reserved: 0, key: 0x1a2b3c4d },
  { name: 'raw', type: 200, data: octetsOf('010203') },
  { name: 'mnHa', spi: 256, authenticator },
  { name: 'pmipNonSkippable', method: 1 },
  { name: 'pmipSkippable', subType: 1, data: octetsOf('00') },
  { name: 'faHa', spi: 512, authenticator },
];
const addresses = { homeAddress: '10.99.0.7', homeAgent: '192.0.2.1' };
const identification = 0xe6a0000012345678n;

const request: RrqInput = {
  ...addresses,
  gre: true,
  reverseTunneling: true,
  lifetime: 1800,
  careOfAddress: '198.51.100.7',
  identification,
  extensions,
};

obeysTheLaws({
  layout: rrqLayout,
  context,
  examples: [
    {},
    request,
    {
      simultaneous: true,
      broadcast: true,
      decapsulation: true,
      minimal: true,
      reservedR: true,
      reservedX: true,
      lifetime: 0xffff,
    },
  ],
});
obeysTheLaws({
  layout: rrpLayout,
  context,
  examples: [{}, { ...addresses, code: 133, lifetime: 1, identification: 2n ** 64n - 1n, extensions }],
});
obeysTheLaws({
  layout: revocationLayout,
  context,
  examples: [
    {},
    { reserved: 1, byHomeAgent: true, inform: true, homeDomain: '192.0.2.1', revocationId: 7, extensions },
  ],
});
obeysTheLaws({
  layout: revocationAckLayout,
  context,
  examples: [
    {},
    { inform: true, reservedFlags: 0x7fff, homeAddress: '10.99.0.7', revocationId: 0xffffffff, extensions },
  ],
});

describe('decoding a message of another type', () => {
  const decoders = { 1: decodeRrq, 3: decodeRrp, 7: decodeRevocation, 15: decodeRevocationAck };
  for (const [type, decode] of Object.entries(decoders)) {
    it(`is refused by the decoder of type ${type}, as are no octets`, () => {
      for (let other = 0; other < 256; other++) {
        const decoded = decode(concat(Uint8Array.of(other), new Uint8Array(40)), defaultDialect);
        expect(decoded.ok ? undefined : decoded.issue).to.deep.include(
          other === Number(type) ? {} : { code: 'bad-value', path: 'type', offset: 0 },
        );
      }
      const decoded = decode(new Uint8Array(0), defaultDialect);
      expect(decoded.ok ? undefined : decoded.issue.code).to.equal('short');
    });
  }
});

describe('authenticators', () => {
  const sa = { key: octetsOf('000102030405060708090a0b0c0d0e0f'), algorithm: 'hmac-md5' } as const;
  const other = { key: octetsOf('ff'), algorithm: 'prefix-suffix-md5' } as const;
  const keys: KeyLookup = (type, spi) =>
    type === 32 && spi === 256 ? sa : type === 34 && spi === 512 ? other : undefined;
  const signed = { ...context, keys };
  const input: RrqInput = {
    ...request,
    extensions: [
      { name: 'nai', nai: 'mn1@example.org' },
      { name: 'mnHa', spi: 256 },
      { name: 'greKey', a: true, key: 0 },
      { name: 'faHa', spi: 512 },
    ],
  };

  function extensionsOf(octets: Uint8Array): readonly Extension[] {
    const decoded = decodeRrq(octets, defaultDialect);
    return decoded.ok ? decoded.value.extensions : expect.fail(decoded.issue.message);
  }

  it('cover all from the type to their own SPI, and nothing behind', () => {
    const octets = encodeRrq(input, signed);
    const [, mnHa, , faHa] = extensionsOf(octets);
    if (mnHa?.name !== 'mnHa' || faHa?.name !== 'faHa') expect.fail();
    expect(coveredBy(octets, mnHa).length).to.equal(24 + 17 + 6);
    expect(coveredBy(octets, faHa).length).to.equal(octets.length - 16);
    expect(verifies(sa, coveredBy(octets, mnHa), mnHa.authenticator ?? expect.fail())).to.equal(true);
    expect(verifies(other, coveredBy(octets, faHa), faHa.authenticator ?? expect.fail())).to.equal(true);
  });

  it('cover a length that is sent wrong', () => {
    const octets = encodeRrq({ ...request, extensions: [{ name: 'mnHa', spi: 256, length: 200 }] }, signed);
    expect(octets[25]).to.equal(200);
    expect(verifies(sa, octets.subarray(0, 30), octets.subarray(30))).to.equal(true);
  });

  it('are looked up by the type that is sent and the SPI', () => {
    const asked: number[][] = [];
    const lookup: KeyLookup = (type, spi) => {
      asked.push([type, spi]);
      return sa;
    };
    encodeRrq({ extensions: [{ name: 'mnHa', type: 99, spi: 7 }] }, { ...context, keys: lookup });
    encodeRrq({ extensions: [{ name: 'generalizedAuth', spi: 3 }] }, { ...context, keys: lookup });
    expect(asked).to.deep.equal([
      [99, 7],
      [36, 3],
    ]);
  });

  it('are sent as given, even where a key is known', () => {
    const octets = encodeRrq(
      { extensions: [{ name: 'mnHa', spi: 256, authenticator: octetsOf('00'.repeat(16)) }] },
      signed,
    );
    expect(toHex(octets.subarray(30))).to.equal('00'.repeat(16));
  });

  it('need a key', () => {
    expect(() => encodeRrq({ extensions: [{ name: 'mnHa', spi: 257 }] }, signed)).to.throw(TypeError, 'SPI 257');
    expect(() => encodeRrp({ extensions: [{ name: 'faHa', spi: 512 }] }, context)).to.throw(TypeError, 'SPI 512');
  });
});

describe('ntpTimestamp', () => {
  for (const [moment, ms, seconds, fraction] of [
    ['the Unix epoch', 0, 2208988800, 0],
    ['half a second later', 500, 2208988800, 0x80000000],
    ['the last second of the first NTP era', Date.UTC(2036, 1, 7, 6, 28, 15), 0xffffffff, 0],
    ['the first of the next', Date.UTC(2036, 1, 7, 6, 28, 16), 0, 0],
  ] as const) {
    it(`of ${moment}`, () => {
      expect([high32(ntpTimestamp(ms)), low32(ntpTimestamp(ms))]).to.deep.equal([seconds, fraction]);
    });
  }

  it('grows with time', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 30), fc.integer({ min: 1, max: 2 ** 30 }), (ms, later) => {
        expect(ntpTimestamp(ms + later) > ntpTimestamp(ms)).to.equal(true);
      }),
    );
  });
});

describe('reply codes', () => {
  it('are accepted for 0 and 1 only', () => {
    for (let code = 0; code < 256; code++) expect(isAccepted(code)).to.equal(code < 2);
  });

  it('have a name each, for people', () => {
    for (const code of Object.values(replyCodes)) expect(replyCodeNames).to.have.property(String(code));
    expect(new Set(Object.values(replyCodeNames)).size).to.equal(Object.keys(replyCodeNames).length);
  });
});
