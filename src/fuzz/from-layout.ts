/** Arbitraries that follow from the layouts of src/wire: what a field can hold is stated there, and nowhere else. */
import fc from 'fast-check';
import type { AnyField, InputOf, Layout, Shape } from '../wire/layout.js';
import { fromHex, toHex } from '../wire/text.js';
import type { PlainValues } from './plan.js';

type Plain = PlainValues[string];

/** Octets as hex; the lengths that parsers get wrong are frequent. */
export const octets = (most: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 6, arbitrary: fc.uint8Array({ maxLength: Math.min(24, most) }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(0, 1, 4, 16, 254, 255).map((n) => new Uint8Array(Math.min(n, most)).fill(0x41)),
      },
    )
    .map(toHex);

/** Whole numbers of so many bits: the ends of the range and single bits more often than the rest. */
export function uint(bits: number): fc.Arbitrary<number> {
  const max = 2 ** bits - 1;
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 1, max, max - 1, Math.floor(max / 2) + 1) },
    { weight: 1, arbitrary: fc.nat({ max: bits - 1 }).map((bit) => 2 ** bit) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max }) },
  );
}

export const address = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('0.0.0.0', '255.255.255.255', '127.0.0.1', '224.0.0.1', '10.255.255.255') },
  { weight: 2, arbitrary: fc.ipV4() },
);

function ofShape(shape: Shape): fc.Arbitrary<Plain> | undefined {
  switch (shape.kind) {
    case 'uint': {
      const named = Object.keys(shape.names ?? {}).map(Number);
      return named.length > 0 ? fc.oneof(fc.constantFrom(...named), uint(shape.bits)) : uint(shape.bits);
    }
    case 'flag':
      return fc.boolean();
    case 'big':
      return fc.bigInt({ min: 0n, max: 2n ** BigInt(shape.bits) - 1n }).map(String);
    case 'ipv4':
      return address;
    case 'mac':
      return fc.uint8Array({ minLength: 6, maxLength: 6 }).map((mac) => toHex(mac).replaceAll(/(..)(?=.)/g, '$1:'));
    case 'bytes':
      return octets(255);
    case 'text':
      return fc.string({ maxLength: 255, unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)) });
    case 'ipv6':
    case 'custom':
      return undefined;
  }
}

const fieldsOf = (layout: Layout<unknown>): readonly AnyField[] =>
  layout.parts.flatMap((part) => ('when' in part ? part.fields : [part]));

/**
 * Some of the layout's fields, each with any value that fits; what is left out is computed or has its default. Own
 * arbitraries replace what would follow from the shape; null leaves a field out always. Shrinks towards none.
 */
export function someFields(
  layout: Layout<unknown>,
  own: Readonly<Record<string, fc.Arbitrary<Plain> | null>> = {},
): fc.Arbitrary<PlainValues> {
  const choices: Record<string, fc.Arbitrary<Plain>> = {};
  for (const { name, shape } of fieldsOf(layout)) {
    const given = own[name];
    const arbitrary = given === null ? undefined : (given ?? ofShape(shape));
    if (arbitrary) choices[name] = arbitrary;
  }
  const pairs = Object.entries(choices).map(([name, arbitrary]) =>
    arbitrary.map((value): [string, Plain] => [name, value]),
  );
  if (pairs.length === 0) return fc.constant({});
  return fc
    .uniqueArray(fc.oneof(...pairs), { maxLength: Math.min(4, pairs.length), selector: ([name]) => name })
    .map((list) => Object.fromEntries(list));
}

/** The values as an encoder takes them. */
export function inputOf<V>(layout: Layout<V>, values: PlainValues): InputOf<Layout<V>> {
  const input: Record<string, unknown> = {};
  for (const { name, shape } of fieldsOf(layout)) {
    const value = values[name];
    if (value === undefined) continue;
    input[name] =
      shape.kind === 'bytes'
        ? (fromHex(String(value)) ?? new Uint8Array(0))
        : shape.kind === 'big'
          ? BigInt(value)
          : value;
  }
  // only fields of this layout, each with a value of its shape
  return input as InputOf<Layout<V>>;
}
