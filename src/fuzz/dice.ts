/** Choices for generators of inputs, all of which follow from one number: fast, for a run makes millions of them. */
import { type Random, seededRandom } from '../tester/random.js';

export type Draw<T> = (dice: Dice) => T;

export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number from 0 to `n` - 1; `n` is 1 to 2^32. */
  below(n: number): number {
    return Math.floor((this.#random.uint32() / 2 ** 32) * n);
  }

  uint32(): number {
    return this.#random.uint32();
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  of<const T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** From none to `most` of what is drawn, behind what is in the list already. */
  list<T>(most: number, draw: Draw<T>, list: T[] = []): T[] {
    for (let left = this.below(most + 1); left > 0; left--) list.push(draw(this));
    return list;
  }
}

/** Draws in one of several ways, each as often as its weight, a whole number, says. */
export function weighted<T>(
  ...ways: readonly [readonly [number, Draw<T>], ...(readonly [number, Draw<T>])[]]
): Draw<T> {
  const [[, first]] = ways;
  const all = ways.flatMap(([weight, draw]) => Array.from({ length: weight }, () => draw));
  return (dice) => (all[dice.below(all.length)] ?? first)(dice);
}

/** Draws one of these values. */
export const oneOf =
  <const T>(...list: readonly [T, ...T[]]): Draw<T> =>
  (dice) =>
    dice.of(list);
