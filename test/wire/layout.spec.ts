import { expect } from 'chai';
import { describe, it } from 'mocha';
import { arp } from '../../src/wire/arp.js';
import { onesComplement } from '../../src/wire/checksum.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { gre } from '../../src/wire/gre.js';
import { icmpEcho } from '../../src/wire/icmp.js';
import { ipv4 as ipv4Layout } from '../../src/wire/ipv4.js';
import {
  bits,
  bytes,
  bytesUpTo,
  computed,
  decode,
  dissect,
  encode,
  flag,
  ipv4,
  latin1,
  layout,
  mac,
  print,
  u16,
  u32,
  u64,
  u8,
  when,
} from '../../src/wire/layout.js';
import { revocationAckLayout, revocationLayout, rrpLayout, rrqLayout } from '../../src/wire/mobileip.js';
import { toHex } from '../../src/wire/text.js';
import { udp } from '../../src/wire/udp.js';
import { obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

const toy = layout('toy', [
  flag('hasExtra', (given) => given['extra'] !== undefined),
  bits('kind', 7, { names: { 1: 'one' } }),
  computed(u8('length'), ({ bytes: whole }) => whole.length),
  computed(u16('checksum', { hex: true }), ({ bytes: whole }) => onesComplement(whole), 0),
  when('hasExtra', [u32('extra', { hex: true }), u64('wide')]),
  when((value) => Number(value['kind']) > 100, [ipv4('address'), mac('card')]),
  bytes('two', 2),
  bytesUpTo('some', (value) => Number(value['kind'])),
  latin1('text'),
]);

obeysTheLaws({
  layout: toy,
  examples: [
    {},
    { kind: 1, two: octetsOf('0102'), some: octetsOf('ff') },
    { extra: 7, wide: 2n ** 64n - 1n, kind: 2, some: octetsOf('0304'), text: 'text\xff' },
    { kind: 127, address: '10.0.0.1', card: '02:00:00:00:00:01', some: new Uint8Array(127) },
  ],
});

describe('encode', () => {
  it('fills in defaults and computes lengths before checksums, in the order of the layout', () => {
    expect(toHex(encode(toy, { kind: 1, two: octetsOf('aabb') }))).to.equal('0106543eaabb');
  });

  it('sends computed fields that are given as they are, even wrong ones', () => {
    expect(toHex(encode(toy, { length: 99, checksum: 0xdead }))).to.equal('0063dead0000');
  });

  it('sends a flag that is given although its field is not there, and the other way round', () => {
    expect(toHex(encode(toy, { hasExtra: true, checksum: 1 }))).to.equal('80120001' + '00'.repeat(14));
    expect(toHex(encode(toy, { hasExtra: false, extra: 5, checksum: 1 }))).to.equal('000600010000');
  });

  for (const [what, input] of [
    ['an IPv4 address that is none', { kind: 127, address: '10.0.0.256' }],
    ['a MAC address that is none', { kind: 127, card: 'nobody' }],
    ['text that does not fit into octets', { text: 'm\u20ac' }],
  ] as const) {
    it(`throws for ${what}, and encodes the next value as ever`, () => {
      expect(() => encode(toy, input)).to.throw(TypeError);
      expect(toHex(encode(toy, { kind: 1, two: octetsOf('aabb') }))).to.equal('0106543eaabb');
    });
  }

  it('throws where a computed field cannot be told', () => {
    const lost = layout('lost', [computed(u8('sum'), () => undefined)]);
    expect(() => encode(lost, {})).to.throw(TypeError, 'sum');
    expect(toHex(encode(lost, { sum: 3 }))).to.equal('03');
  });

  it('does not mix up octets when a field encodes another layout', () => {
    const inner = layout('inner', [u32('number')]);
    const outer = layout('outer', [
      u8('first'),
      {
        ...bytes('nested'),
        initial: () => encode(inner, { number: 0x01020304 }),
        write: (writer, value: Uint8Array) => writer.put(encode(inner, { number: value.length })),
      },
      u8('last'),
    ]);
    expect(toHex(encode(outer, { first: 0xaa, last: 0xbb }))).to.equal('aa00000004bb');
  });

  it('gives octets of their own each time', () => {
    const first = encode(toy, { kind: 1 });
    const before = toHex(first);
    encode(toy, { kind: 2, text: 'other' });
    expect(toHex(first)).to.equal(before);
  });
});

describe('dissect', () => {
  it('shows every field with its place, and what is left over', () => {
    const short = layout('short', [bits('high', 4), bits('low', 12, { hex: true })]);
    expect(dissect(short, octetsOf('1234abcd'))).to.deep.equal({
      name: 'short',
      offset: 0,
      length: 4,
      text: '',
      children: [
        { name: 'high', offset: 0, length: 1, text: '1' },
        { name: 'low', offset: 0, length: 2, text: '0x234' },
        { name: 'trailing', offset: 2, length: 2, text: 'abcd' },
      ],
    });
  });

  it('names the field that is cut, and shows none after it', () => {
    const tree = dissect(toy, octetsOf('8012000100000005ff'));
    expect(tree.children?.map(({ name }) => name)).to.deep.equal([
      'hasExtra',
      'kind',
      'length',
      'checksum',
      'extra',
      'wide',
    ]);
    expect(tree.children?.at(-1)).to.deep.include({ offset: 8, length: 1, text: '(cut short)' });
    expect(tree.issue).to.match(/^wide: /);
  });

  it('says what belongs in a length or a checksum that is wrong', () => {
    const lines = print(dissect(toy, octetsOf('0109543eaabb')));
    expect(lines).to.contain('length: 9  <-- 6 belongs here');
    expect(lines).to.match(/checksum: 0x543e {2}<-- 0x[0-9a-f]{4} belongs here/);
  });

  it('takes a checksum that says "none" for what it is', () => {
    expect(print(dissect(toy, octetsOf('01060000aabb')))).to.not.contain('belongs');
  });
});

describe('decode', () => {
  it('reads a header from the start of longer octets', () => {
    expect(decode(layout('one', [u8('a')]), octetsOf('0102'))).to.deep.equal({ ok: true, value: { a: 1 } });
  });
});

describe('the layouts', () => {
  it('keep to plain fields: custom ones are for extension lists alone', () => {
    const layouts = [
      arp,
      ethernet,
      gre,
      icmpEcho,
      ipv4Layout,
      udp,
      rrqLayout,
      rrpLayout,
      revocationLayout,
      revocationAckLayout,
    ];
    const custom = layouts.flatMap((l) =>
      l.parts.flatMap((part) => ('shape' in part && part.shape.kind === 'custom' ? [`${l.name}: ${part.name}`] : [])),
    );
    expect(custom).to.have.lengthOf(4);
    for (const field of custom) expect(field).to.match(/: extensions$/);
  });
});
