/** Values of fields that follow from the layouts of src/wire: what a field can hold is stated there, and nowhere else. */
import type { AnyField, InputOf, Layout, Shape } from '../wire/layout.js';
import { fromHex, ipv4Text, macText } from '../wire/text.js';
import { type Dice, type Draw, oneOf, weighted } from './dice.js';
import type { PlainValues } from './plan.js';

type Plain = PlainValues[string];

/** Fields changed at once, at most. */
const mostFields = 4;

const hexOctets = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));

export const hexOctet = (n: number): string => hexOctets[n & 0xff] ?? '';

function anyHex(length: number, dice: Dice): string {
  let text = '';
  for (let i = 0, word = 0; i < length; i++, word >>>= 8) {
    if (i % 4 === 0) word = dice.uint32();
    text += hexOctet(word);
  }
  return text;
}

/** Octets as hex, `most` at most (up to 255); the lengths that parsers get wrong are frequent. */
export function octets(most: number): Draw<string> {
  return weighted(
    [6, (dice) => anyHex(dice.below(Math.min(24, most) + 1), dice)],
    [1, (dice) => '41'.repeat(Math.min(most, dice.of([0, 1, 4, 16, 254, 255])))],
  );
}

/** Whole numbers of so many bits: the ends of the range and single bits more often than the rest. */
export function uint(bits: number): Draw<number> {
  const max = 2 ** bits - 1;
  return weighted(
    [3, oneOf(0, 1, max, max - 1, Math.floor(max / 2) + 1)],
    [1, (dice) => 2 ** dice.below(bits)],
    [2, (dice) => (bits > 32 ? dice.below(2 ** (bits - 32)) * 2 ** 32 + dice.uint32() : dice.below(max + 1))],
  );
}

export const address: Draw<string> = weighted(
  [3, oneOf('0.0.0.0', '255.255.255.255', '127.0.0.1', '224.0.0.1', '10.255.255.255')],
  [2, (dice) => ipv4Text(dice.uint32())],
);

function ofShape(shape: Shape): Draw<Plain> | undefined {
  switch (shape.kind) {
    case 'uint': {
      const [first, ...more] = Object.keys(shape.names ?? {}).map(Number);
      return first === undefined
        ? uint(shape.bits)
        : weighted<number>([1, oneOf(first, ...more)], [1, uint(shape.bits)]);
    }
    case 'flag':
      return (dice) => dice.oneIn(2);
    case 'big': {
      const high = uint(shape.bits - 32);
      return (dice) => String((BigInt(high(dice)) << 32n) | BigInt(dice.uint32()));
    }
    case 'ipv4':
      return address;
    case 'mac':
      return (dice) => macText(dice.below(2 ** 16) * 2 ** 32 + dice.uint32());
    case 'bytes':
      return octets(255);
    case 'text':
      return (dice) => String.fromCharCode(...dice.list(255, () => dice.below(256)));
    case 'ipv6':
    case 'custom':
      return undefined;
  }
}

const fieldsOf = (layout: Layout<unknown>): readonly AnyField[] =>
  layout.parts.flatMap((part) => ('when' in part ? part.fields : [part]));

/**
 * Some of the layout's fields, each with any value that fits; what is left out is computed or has its default. Own
 * draws replace what would follow from the shape; null leaves a field out always.
 */
export function someFields(
  layout: Layout<unknown>,
  own: Readonly<Record<string, Draw<Plain> | null>> = {},
): Draw<PlainValues> {
  const choices = fieldsOf(layout).flatMap(({ name, shape }) => {
    const given = own[name];
    const draw = given === null ? undefined : (given ?? ofShape(shape));
    return draw ? [{ name, draw }] : [];
  });
  const [first, ...more] = choices;
  if (!first) return () => ({});
  const choose = oneOf(first, ...more);
  return (dice) => {
    const values: Record<string, Plain> = {};
    for (let left = dice.below(Math.min(mostFields, choices.length) + 1); left > 0; left--) {
      const { name, draw } = choose(dice);
      values[name] = draw(dice);
    }
    return values;
  };
}

const kinds = new WeakMap<Layout<unknown>, ReadonlyMap<string, Shape['kind']>>();

function kindsOf(layout: Layout<unknown>): ReadonlyMap<string, Shape['kind']> {
  let found = kinds.get(layout);
  if (!found) {
    found = new Map(fieldsOf(layout).map(({ name, shape }) => [name, shape.kind]));
    kinds.set(layout, found);
  }
  return found;
}

/** The values as an encoder takes them. */
export function inputOf<V>(layout: Layout<V>, values: PlainValues): InputOf<Layout<V>> {
  return fill(layout, {}, values);
}

/** The same put into what an encoder takes already. */
export function fill<V>(layout: Layout<V>, input: object, values: PlainValues): InputOf<Layout<V>> {
  const filled = input as Record<string, unknown>;
  const known = kindsOf(layout);
  for (const name in values) {
    const value = values[name];
    const kind = known.get(name);
    if (value === undefined || kind === undefined) continue;
    filled[name] =
      kind === 'bytes' ? (fromHex(String(value)) ?? new Uint8Array(0)) : kind === 'big' ? BigInt(value) : value;
  }
  // only fields of this layout, each with a value of its shape
  return filled as InputOf<Layout<V>>;
}
