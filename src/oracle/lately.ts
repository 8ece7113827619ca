/**
 * Bindings in normal mode that were replaced or ended only lately, by their home address: packets of theirs may still be
 * under way.
 */
import type { Binding } from './bindings.js';

/** How long after its end packets of a binding may still come, in milliseconds. */
export const underWay = 5000;
/** Kept of one home address, and of all; of more, the ones that ended first are let go. */
const [most, mostInAll] = [16, 20_000];

interface Ended {
  binding: Binding;
  /** When it ended, milliseconds since the Unix epoch. */
  readonly at: number;
}

export class Lately {
  readonly #byHomeAddress = new Map<string, Ended[]>();
  /** In the order in which they ended; those before `#first` are gone. */
  #all: Ended[] = [];
  #first = 0;

  add(binding: Binding, at: number): void {
    const ended = { binding, at };
    this.#all.push(ended);
    const here = this.#byHomeAddress.get(binding.homeAddress);
    if (!here) this.#byHomeAddress.set(binding.homeAddress, [ended]);
    else if (here.push(ended) > most) here.shift();
  }

  /** Those of a home address whose packets may be under way at `now`. */
  at(homeAddress: string, now: number): readonly Binding[] {
    const here = this.#byHomeAddress.get(homeAddress) ?? [];
    return here.filter(({ at }) => at + underWay > now).map(({ binding }) => binding);
  }

  /** Lets go of those whose packets cannot be under way any longer. */
  sweep(now: number): void {
    for (let next = this.#all[this.#first]; next; next = this.#all[++this.#first]) {
      if (next.at + underWay > now && this.#all.length - this.#first <= mostInAll) break;
      const here = this.#byHomeAddress.get(next.binding.homeAddress);
      if (here?.[0] !== next) continue; // more have ended here since
      if (here.length === 1) this.#byHomeAddress.delete(next.binding.homeAddress);
      else here.shift();
    }
    if (2 * this.#first <= this.#all.length) return;
    this.#all = this.#all.slice(this.#first);
    this.#first = 0;
  }

  /** Replaces every binding by what stands for it now, with the same home address. */
  turn(turned: (b: Binding) => Binding): void {
    for (const ended of this.#all) ended.binding = turned(ended.binding);
  }
}
