import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Reader, Writer } from '../../src/wire/cursor.js';
import {
  defaultDialect,
  type Dialect,
  type Extension,
  extensionType,
  isSkippable,
  readExtensions,
  writeExtension,
} from '../../src/wire/extensions.js';
import { dissect } from '../../src/wire/layout.js';
import { decodeRrp, decodeRrq, dissectMessage, encodeRrp, encodeRrq, rrqLayout } from '../../src/wire/mobileip.js';
import { concat, toHex } from '../../src/wire/text.js';
import { expectWithin, issuesOf } from './laws.js';
import { plain } from './plain.js';
import { octetsOf } from './vectors.js';

const fixedRrq = octetsOf('010a070800000000c0000201c6336407e6a0000012345678');
const fixedRrp = octetsOf('030007080a630007c0000201e6a0000012345678');

const forms = ['tsirtsis-00', 'yegani-02', 'rfc6245'] as const;
/** Also numbers that another extension, the pad, or no extension has. */
const dialects: readonly Dialect[] = [
  ...forms.map((greKeyForm) => ({ greKeyType: 48, greKeyForm })),
  ...forms.flatMap((greKeyForm) =>
    [0, 32, 36, 47, 127, 131, 147, 200].map((greKeyType) => ({ greKeyType, greKeyForm })),
  ),
  { ...defaultDialect, pmipForm: 'short' },
];

function written(extension: Extension, dialect: Dialect = defaultDialect): string {
  const writer = new Writer();
  writeExtension(writer, extension, { dialect });
  return toHex(writer.written());
}

function readHex(hex: string, dialect: Dialect = defaultDialect): unknown {
  return plain(readExtensions(new Reader(octetsOf(hex)), dialect));
}

/** Every extension, each with the octets that it is. */
const twins: readonly (readonly [Extension, string, Partial<Dialect>?])[] = [
  [{ name: 'pad' }, '00'],
  [{ name: 'mnHa', spi: 256, authenticator: octetsOf('aabb') }, '200600000100aabb'],
  [{ name: 'mnFa', spi: 0xffffffff, authenticator: octetsOf('') }, '2104ffffffff'],
  [{ name: 'faHa', spi: 0, authenticator: octetsOf('01') }, '22050000000001'],
  [{ name: 'generalizedAuth', subType: 1, spi: 3, authenticator: octetsOf('ff') }, '2401000500000003ff'],
  [{ name: 'criticalVendor', subType: 0, data: octetsOf('0000000900010203') }, '260000080000000900010203'],
  [{ name: 'pmipNonSkippable', subType: 1, method: 1 }, '2f01000101'],
  [{ name: 'pmipNonSkippable', subType: 1, method: 1 }, '2f020101', { pmipForm: 'short' }],
  [{ name: 'greKey', a: true, reserved: 0, key: 0x1a2b3c4d }, '300680001a2b3c4d'],
  [{ name: 'greKey', a: false, reserved: 0x7fff, key: 0 }, '30067fff00000000'],
  [{ name: 'greKey', reserved: 0x8000, key: 1 }, '3006800000000001', { greKeyForm: 'yegani-02' }],
  [{ name: 'greKey', subType: 0, key: 0xffffffff }, '30000004ffffffff', { greKeyForm: 'rfc6245' }],
  [{ name: 'greKey', a: true, reserved: 0, key: 5 }, '7f06800000000005', { greKeyType: 127 }],
  [{ name: 'nai', nai: 'mn1@example.org' }, '830f6d6e31406578616d706c652e6f7267'],
  [{ name: 'nai', nai: '' }, '8300'],
  [{ name: 'nai', nai: '\x00\xff' }, '830200ff'],
  [{ name: 'revocationSupport', inform: true, reserved: 1, timestamp: 2 }, '8906800100000002'],
  [{ name: 'dynamicHa', subType: 2, homeAgent: '192.0.2.1' }, '8b0502c0000201'],
  [{ name: 'pmipSkippable', subType: 4, data: octetsOf('01') }, '93020401'],
  [{ name: 'pmipSkippable', subType: 1, data: octetsOf('') }, '930101'],
  [{ name: 'raw', type: 5, data: octetsOf('') }, '0500'],
  [{ name: 'raw', type: 200, data: octetsOf('ff'.repeat(255)) }, `c8ff${'ff'.repeat(255)}`],
  [{ name: 'raw', type: 47, subType: 2, data: octetsOf('abcd') }, '2f020002abcd'],
  [{ name: 'raw', type: 48, subType: 7, data: octetsOf('') }, '30070000', { greKeyForm: 'rfc6245' }],
];

describe('extensions', () => {
  for (const [extension, hex, dialect] of twins) {
    it(`write and read ${hex.slice(0, 40)} (${extension.name})`, () => {
      expect(written(extension, { ...defaultDialect, ...dialect })).to.equal(hex);
      const [found, ...rest] = readHex(hex, { ...defaultDialect, ...dialect }) as [Record<string, unknown>];
      expect(found).to.deep.include(plain(extension));
      expect(rest).to.deep.equal([]);
    });
  }

  it('have defaults for what need not be said', () => {
    expect(written({ name: 'greKey', key: 1 })).to.equal('3006000000000001');
    expect(written({ name: 'greKey', key: 1 }, { ...defaultDialect, greKeyForm: 'rfc6245' })).to.equal(
      '3000000400000001',
    );
    expect(written({ name: 'pmipNonSkippable', method: 2 })).to.equal('2f01000102');
    expect(written({ name: 'generalizedAuth', spi: 1, authenticator: octetsOf('') })).to.equal('2401000400000001');
  });

  it('say where they were found', () => {
    const found = readExtensions(
      new Reader(concat(new Uint8Array(9), octetsOf('00830161200400000100c8')), 9),
      defaultDialect,
    );
    expect(found.map(({ name, at, size }) => [name, at, size])).to.deep.equal([
      ['pad', 0, 1],
      ['nai', 1, 3],
      ['mnHa', 4, 6],
      ['tail', 10, 1],
    ]);
  });

  it('have the number of their name, of the dialect, or that which is given', () => {
    expect(extensionType({ name: 'pad' }, defaultDialect)).to.equal(0);
    expect(extensionType({ name: 'tail', data: octetsOf('') }, defaultDialect)).to.equal(undefined);
    expect(extensionType({ name: 'nai', nai: '' }, defaultDialect)).to.equal(131);
    expect(extensionType({ name: 'greKey', key: 0 }, { ...defaultDialect, greKeyType: 99 })).to.equal(99);
    expect(extensionType({ name: 'greKey', key: 0, type: 200 }, defaultDialect)).to.equal(200);
  });

  it('are skippable from 128 on', () => {
    expect([0, 127, 128, 255].map(isSkippable)).to.deep.equal([false, false, true, true]);
  });
});

describe('extensions sent as they are given', () => {
  for (const [what, extension, hex] of [
    ['another type', { name: 'greKey', type: 200, a: true, key: 1 }, 'c806800000000001'],
    ['a length of 0', { name: 'nai', nai: 'ab', length: 0 }, '83006162'],
    ['a length past the end', { name: 'greKey', key: 1, length: 255 }, '30ff000000000001'],
    ['a wrong long length', { name: 'pmipNonSkippable', method: 1, length: 0xffff }, '2f01ffff01'],
    [
      'a short sub-type under a length of 0',
      { name: 'pmipSkippable', subType: 4, data: octetsOf('01'), length: 0 },
      '93000401',
    ],
    [
      'a wrong authenticator',
      { name: 'mnHa', spi: 1, authenticator: octetsOf('00'.repeat(16)) },
      `201400000001${'00'.repeat(16)}`,
    ],
    [
      'a body longer than its length can say',
      { name: 'raw', type: 200, data: new Uint8Array(256) },
      `c800${'00'.repeat(256)}`,
    ],
    ['an unknown type in the short form', { name: 'raw', type: 100, subType: 9, data: octetsOf('aa') }, '640209aa'],
    ['a known long type in the plain form', { name: 'raw', type: 47, data: octetsOf('aa') }, '2f01aa'],
    ['octets that are no extension', { name: 'tail', data: octetsOf('ff') }, 'ff'],
  ] as const satisfies readonly (readonly [string, Extension, string])[]) {
    it(`with ${what}`, () => expect(written(extension)).to.equal(hex));
  }

  it('but not without a key for an authenticator that is left out', () => {
    expect(() => written({ name: 'mnHa', spi: 256 })).to.throw(TypeError, 'SPI 256');
  });
});

describe('hostile extensions', () => {
  const past = 'length points past the end of the message';
  for (const [attack, hex, found] of [
    [
      'length 0 does not stop the walk',
      'c800c800',
      [
        { name: 'raw', type: 200, data: '' },
        { name: 'raw', type: 200, data: '' },
      ],
    ],
    ['length past the end', 'c803aabb', [{ name: 'tail', data: 'c803aabb', issue: past }]],
    ['type without a length', '00c8', [{ name: 'pad' }, { name: 'tail', data: 'c8', issue: past }]],
    ['long type cut in its length', '2f0100', [{ name: 'tail', data: '2f0100', issue: past }]],
    ['long length past the end', '2f01ffff01', [{ name: 'tail', data: '2f01ffff01', issue: past }]],
    [
      'short type without a sub-type',
      '9300',
      [{ name: 'raw', type: 147, data: '', issue: 'pmipSkippable without sub-type' }],
    ],
    [
      'authentication shorter than its SPI',
      '2003000001',
      [{ name: 'raw', type: 32, data: '000001', issue: 'mnHa with a body of 3 octets' }],
    ],
    [
      'authentication of length 0',
      '2000',
      [{ name: 'raw', type: 32, data: '', issue: 'mnHa with a body of 0 octets' }],
    ],
    [
      'generalised authentication shorter than its SPI',
      '24010002ffff',
      [{ name: 'raw', type: 36, subType: 1, data: 'ffff', issue: 'generalizedAuth with a body of 2 octets' }],
    ],
    [
      'GRE key one octet short',
      '3005800000000a',
      [{ name: 'raw', type: 48, data: '800000000a', issue: 'greKey with a body of 5 octets' }],
    ],
    [
      'GRE key one octet long',
      '300780000000000a00',
      [{ name: 'raw', type: 48, data: '80000000000a00', issue: 'greKey with a body of 7 octets' }],
    ],
    [
      'dynamic HA with half an address',
      '8b0301c000',
      [{ name: 'raw', type: 139, subType: 1, data: 'c000', issue: 'dynamicHa with a body of 2 octets' }],
    ],
  ] as const) {
    it(`attack: ${attack}`, () => {
      expect(readHex(hex)).to.deep.equal(found);
    });
  }

  it('attack: an extension within the data of another is not seen', () => {
    expect(readHex('c808300680000000000a')).to.deep.equal([{ name: 'raw', type: 200, data: '300680000000000a' }]);
  });

  it('attack: 65 000 pads', () => {
    const octets = concat(fixedRrq, new Uint8Array(65_000));
    const decoded = decodeRrq(octets, defaultDialect);
    if (!decoded.ok) expect.fail(decoded.issue.message);
    expect(decoded.value.extensions.length).to.equal(2049);
    expect(decoded.value.extensions.at(-1)).to.include({ name: 'tail', at: 24 + 2048, size: 65_000 - 2048 });
    expect(toHex(encodeRrq(decoded.value, { dialect: defaultDialect }))).to.equal(toHex(octets));
    const tree = dissectMessage(octets, defaultDialect);
    expectWithin(tree, 0, octets.length);
    expect(issuesOf(tree)).to.deep.equal([{ name: 'tail', issue: 'more than 2048 extensions' }]);
  });

  it('attack: 32 000 extensions without data', () => {
    const octets = concat(fixedRrq, octetsOf('c800'.repeat(32_000)));
    const decoded = decodeRrq(octets, defaultDialect);
    expect(decoded.ok && decoded.value.extensions.length).to.equal(2049);
  });

  it('attack: a long extension of 65 000 octets', () => {
    const decoded = decodeRrq(concat(fixedRrq, octetsOf('2600fde8'), new Uint8Array(65_000)), defaultDialect);
    expect(decoded.ok && decoded.value.extensions).to.have.lengthOf(1);
  });
});

/** One extension, mostly of a type with rules of its own, with a length that is mostly right. */
const anyExtension = fc
  .tuple(
    fc.oneof(fc.constantFrom(0, 32, 33, 34, 36, 38, 47, 48, 127, 128, 131, 137, 139, 147, 200), fc.nat(255)),
    fc.uint8Array({ maxLength: 24 }),
    fc.constantFrom('plain', 'long', 'wrong'),
    fc.nat(255),
  )
  .map(([type, body, form, octet]) => {
    if (form === 'plain') return concat(Uint8Array.of(type, body.length), body);
    if (form === 'long') return concat(Uint8Array.of(type, octet, 0, body.length), body);
    return concat(Uint8Array.of(type, octet), body);
  });
const anyExtensions = fc.oneof(
  fc.array(anyExtension, { maxLength: 8 }).map((parts) => concat(...parts)),
  fc.uint8Array({ maxLength: 120 }),
);

describe('any octets after a valid fixed part', () => {
  it('decode and encode to the same octets, in every dialect', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dialects), anyExtensions, (dialect, extensions) => {
        const request = concat(fixedRrq, extensions);
        const decoded = decodeRrq(request, dialect);
        expect(decoded.ok && toHex(encodeRrq(decoded.value, { dialect }))).to.equal(toHex(request));
        const reply = concat(fixedRrp, extensions);
        const answered = decodeRrp(reply, dialect);
        expect(answered.ok && toHex(encodeRrp(answered.value, { dialect }))).to.equal(toHex(reply));
      }),
      { numRuns: 2000 },
    );
  });

  it('are divided without gap or overlap, in the tree as in the list', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dialects), anyExtensions, (dialect, extensions) => {
        const request = concat(fixedRrq, extensions);
        const tree = dissect(rrqLayout, request, { dialect });
        expectWithin(tree, 0, request.length);
        const decoded = decodeRrq(request, dialect);
        const found = decoded.ok ? decoded.value.extensions : expect.fail();
        let at = 24;
        for (const extension of found) {
          expect(extension.at).to.equal(at);
          at += extension.size ?? 0;
        }
        expect(at).to.equal(request.length);
        const nodes = tree.children?.find(({ name }) => name === 'extensions')?.children ?? [];
        expect(nodes.map(({ offset, length }) => [offset, length])).to.deep.equal(found.map((e) => [e.at, e.size]));
        const covered = nodes.every(({ children, length, name }) => {
          const parts = (children ?? []).filter((child) => !['a', 'inform'].includes(child.name)); // bits share octets
          return name === 'pad' || name === 'tail' || parts.reduce((sum, child) => sum + child.length, 0) === length;
        });
        expect(covered, 'fields of an extension cover it').to.equal(true);
      }),
      { numRuns: 1000 },
    );
  });
});
