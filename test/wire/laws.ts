/** The laws that every layout obeys, in one place: a new layout is proven by one call with a few examples. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Reader, Writer } from '../../src/wire/cursor.js';
import {
  type AnyField,
  decode,
  dissect,
  type Dissected,
  encode,
  type InputOf,
  type Layout,
  print,
  read,
  write,
} from '../../src/wire/layout.js';
import { concat, ipv4Text, macText, toHex } from '../../src/wire/text.js';
import { plain } from './plain.js';

/** Fails unless the node and all below lie within `from` and `to`, children in order and within their parent. */
export function expectWithin(node: Dissected, from: number, to: number): void {
  const end = node.offset + node.length;
  const label = `${node.name} at ${node.offset}, ${node.length} octets, within ${from} to ${to}`;
  expect(node.offset >= from && node.length >= 0 && end <= to, label).to.equal(true);
  let last = node.offset;
  for (const child of node.children ?? []) {
    expect(child.offset, `${child.name} starts before its elder`).to.be.at.least(last);
    last = child.offset;
    expectWithin(child, node.offset, end);
  }
}

/** All issues of a tree, each with the name of its node. */
export function issuesOf(node: Dissected): { readonly name: string; readonly issue: string }[] {
  const own = node.issue === undefined ? [] : [{ name: node.name, issue: node.issue }];
  return [...own, ...(node.children ?? []).flatMap(issuesOf)];
}

/** Fails unless all that was given is there again, at any depth; what was left out may have any value. */
function expectGiven(found: unknown, given: unknown, path: string): void {
  if (typeof given !== 'object' || given === null) {
    expect(found, path).to.equal(given);
    return;
  }
  if (Array.isArray(given)) expect(found, path).to.have.lengthOf(given.length);
  for (const [key, own] of Object.entries(given)) {
    expectGiven((found as Record<string, unknown>)[key], own, `${path}.${key}`);
  }
}

const fieldsOf = (l: Layout<unknown>): AnyField[] =>
  l.parts.flatMap((part) => ('when' in part ? [...part.fields] : [part]));

/** Octets up to the end of the last field of a fixed size: a message cut before that lacks something. */
function fixedEnd(l: Layout<unknown>, tree: Dissected): number {
  const variable = new Set(
    fieldsOf(l).flatMap((f) => (['bytes', 'text', 'custom'].includes(f.shape.kind) ? [f.name] : [])),
  );
  const ends = (tree.children ?? [])
    .filter((node) => !variable.has(node.name))
    .map((node) => node.offset + node.length);
  return Math.max(...ends);
}

/** Whatever a caller may hand to an encoder, drawn from the layout itself. */
function anyInput(l: Layout<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const { name, shape } of fieldsOf(l)) {
    if (shape.kind === 'uint') fields[name] = fc.nat({ max: 2 ** Math.min(shape.bits, 31) - 1 });
    else if (shape.kind === 'flag') fields[name] = fc.boolean();
    else if (shape.kind === 'big') fields[name] = fc.bigInt({ min: 0n, max: (1n << BigInt(shape.bits)) - 1n });
    else if (shape.kind === 'ipv4') fields[name] = fc.nat(0xffffffff).map(ipv4Text);
    else if (shape.kind === 'ipv6') fields[name] = fc.ipV6().filter((text) => !text.includes('.'));
    else if (shape.kind === 'mac') fields[name] = fc.nat(2 ** 48 - 1).map(macText);
    else if (shape.kind === 'bytes') fields[name] = fc.uint8Array({ maxLength: 40 });
  }
  return fc.record(fields, { requiredKeys: [] });
}

export interface Laws<V> {
  readonly layout: Layout<V>;
  /** Coherent values; whatever is given must come back. */
  readonly examples: readonly InputOf<Layout<V>>[];
  readonly context?: unknown;
}

/** Registers one test a law. */
export function obeysTheLaws<V>({ layout: l, examples, context }: Laws<V>): void {
  const untyped = l as Layout<unknown>;
  const encoded = (): Uint8Array[] => examples.map((example) => encode(l, example, context));

  describe(`laws of ${l.name}`, () => {
    it('decodes what it encoded to the same values', () => {
      for (const example of examples) {
        const decoded = decode(l, encode(l, example, context), context);
        if (!decoded.ok) expect.fail(decoded.issue.message);
        expectGiven(plain(decoded.value), plain(example), l.name);
      }
    });

    it('encodes what it decoded to the same octets', () => {
      for (const octets of encoded()) expectSameAgain(octets);
    });

    it('reads the same in the middle of a larger buffer, whatever stands around', () => {
      for (const octets of encoded()) {
        const alone = read(l, new Reader(octets), context);
        for (const fill of [0x00, 0xff]) {
          const around = new Uint8Array(10).fill(fill);
          const reader = new Reader(concat(around, octets, around), 10, 10 + octets.length);
          expect(read(l, reader, context)).to.deep.equal(alone);
          expect(reader.issue).to.equal(undefined);
          expect(reader.at).to.equal(10 + octets.length);
        }
      }
    });

    it('writes the same behind other octets', () => {
      for (const [i, octets] of encoded().entries()) {
        const example = examples[i];
        if (example === undefined || toHex(octets) === '') continue;
        const decoded = decode(l, octets, context);
        if (!decoded.ok) expect.fail(decoded.issue.message);
        const writer = new Writer(1);
        writer.put(new Uint8Array(10).fill(0xff));
        write(l, writer, decoded.value, context);
        expect(toHex(writer.written().subarray(10))).to.equal(toHex(octets));
      }
    });

    it('reads any shortened form without a throw or an octet from beyond, and misses what is cut', () => {
      for (const octets of encoded()) {
        const needed = fixedEnd(untyped, dissect(l, octets, context));
        for (let size = 0; size < octets.length; size++) {
          const shorter = octets.slice(0, size);
          const decoded = decode(l, shorter, context);
          const reader = new Reader(octets, 0, size);
          const value = read(l, reader, context);
          expect(reader.at, 'octets read').to.be.at.most(size);
          expect(reader.issue).to.deep.equal(decoded.ok ? undefined : decoded.issue);
          if (decoded.ok) {
            expect(size, 'a fixed field is cut').to.be.at.least(needed);
            expect(value).to.deep.equal(decoded.value);
            expectSameAgain(shorter);
          } else {
            expect(decoded.issue.code).to.equal('short');
            expect(decoded.issue.offset).to.be.at.most(size);
            expect(fieldsOf(untyped).map((f) => f.name)).to.include(decoded.issue.path);
            expect(issuesOf(dissect(l, shorter, context))).to.not.deep.equal([]);
          }
        }
      }
    });

    it('dissects its examples without an issue', () => {
      for (const octets of encoded()) {
        const tree = dissect(l, octets, context);
        expect(issuesOf(tree)).to.deep.equal([]);
        expectWithin(tree, 0, octets.length);
      }
    });

    it('decodes any octets or names an issue, and loses none of them', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...encoded()),
          fc.uint8Array({ maxLength: 80 }),
          fc.nat(60),
          (example, noise, at) => {
            expectSameAgain(noise);
            expectSameAgain(concat(example.subarray(0, at), noise));
          },
        ),
      );
    });

    it('dissects any octets without a throw or a node outside', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...encoded()),
          fc.uint8Array({ maxLength: 80 }),
          fc.nat(60),
          (example, noise, at) => {
            for (const octets of [noise, concat(example.subarray(0, at), noise)]) {
              const tree = dissect(l, octets, context);
              expectWithin(tree, 0, octets.length);
              print(tree);
              const further = dissect(l, concat(new Uint8Array(7), octets), context, 7);
              expectWithin(further, 7, 7 + octets.length);
            }
          },
        ),
      );
    });

    it('encodes any values, however wrong their lengths and checksums', () => {
      fc.assert(
        fc.property(anyInput(untyped), (input) => {
          expectSameAgain(encode(untyped, input as InputOf<Layout<unknown>>, context));
        }),
      );
    });
  });

  function expectSameAgain(octets: Uint8Array): void {
    const decoded = decode(l, octets, context);
    if (decoded.ok) expect(toHex(encode(l, decoded.value, context))).to.equal(toHex(octets));
  }
}
