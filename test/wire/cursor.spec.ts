import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Reader, Writer } from '../../src/wire/cursor.js';
import { toHex } from '../../src/wire/text.js';

describe('Reader', () => {
  it('reads numbers of whole octets and of bits', () => {
    const reader = new Reader(Uint8Array.of(0x12, 0x34, 0xa5, 0x5a, 0xff));
    expect(reader.uint(16, 'a')).to.equal(0x1234);
    expect(reader.uint(4, 'b')).to.equal(0xa);
    expect(reader.uint(9, 'c')).to.equal(0b0101_0101_1);
    expect(reader.uint(3, 'd')).to.equal(0b010);
    expect(reader.uint(8, 'e')).to.equal(0xff);
    expect(reader.left).to.equal(0);
    expect(reader.issue).to.equal(undefined);
  });

  it('notes the first overrun with its place, counted from the start of the message, and gives zeros from then on', () => {
    const reader = new Reader(new Uint8Array(20).fill(0xff), 10, 13);
    expect(reader.uint(16, 'first')).to.equal(0xffff);
    expect(reader.uint(16, 'second')).to.equal(0);
    expect(reader.take(1, 'third')).to.deep.equal(new Uint8Array(0));
    expect(reader.uint(3, 'fourth')).to.equal(0);
    expect(reader.issue).to.include({ code: 'short', path: 'second', offset: 2 });
    expect(reader.at).to.equal(13);
  });

  for (const [attack, size] of [
    ['one octet too many', 4],
    ['the largest length of 16 bits', 0xffff],
    ['a length below zero', -1],
    ['a length that is no number', Number.NaN],
  ] as const) {
    it(`takes nothing for ${attack}`, () => {
      const reader = new Reader(Uint8Array.of(1, 2, 3));
      expect(reader.take(size, 'data').length).to.equal(0);
      expect(reader.issue?.code).to.equal('short');
      expect(reader.left).to.equal(0);
    });
  }

  it('reads nothing through a window that lies outside the buffer', () => {
    for (const [at, end] of [
      [4, 9],
      [0, 99],
      [3, 2],
    ] as const) {
      const reader = new Reader(Uint8Array.of(1, 2, 3), at, end);
      expect(reader.left).to.be.within(0, 3);
      reader.uint(48, 'much');
      expect(reader.issue?.code).to.equal('short');
      expect(reader.at).to.be.at.most(3);
    }
  });

  it('hands out octets without a copy of them', () => {
    const buffer = Uint8Array.of(1, 2, 3);
    const taken = new Reader(buffer).take(3, 'data');
    expect(toHex(taken)).to.equal('010203');
    expect(taken.buffer).to.equal(buffer.buffer);
  });
});

describe('Writer', () => {
  it('writes what the reader reads, in pieces of any width', () => {
    const piece = fc
      .integer({ min: 1, max: 48 })
      .chain((bits) => fc.tuple(fc.constant(bits), fc.nat(2 ** Math.min(bits, 31) - 1)));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const writer = new Writer(1);
        for (const [bits, value] of pieces) writer.uint(bits, value);
        const rest = (8 - (pieces.reduce((sum, [bits]) => sum + bits, 0) % 8)) % 8;
        if (rest > 0) writer.uint(rest, 0);
        const reader = new Reader(writer.written());
        for (const [bits, value] of pieces) expect(reader.uint(bits, 'piece')).to.equal(value);
      }),
    );
  });

  it('cuts off higher bits, and takes numbers below zero as their complement', () => {
    const writer = new Writer();
    writer.uint(8, 0x1ff);
    writer.uint(16, -2);
    writer.uint(4, 0x1a);
    writer.uint(4, -1);
    writer.uint(48, 2 ** 48 + 5);
    expect(toHex(writer.written())).to.equal('fffffeaf000000000005');
  });

  it('grows as needed', () => {
    const writer = new Writer(1);
    writer.put(new Uint8Array(70_000).fill(7));
    writer.uint(32, 0x01020304);
    expect(writer.written().length).to.equal(70_004);
    expect(toHex(writer.written().subarray(69_998))).to.equal('070701020304');
  });
});
