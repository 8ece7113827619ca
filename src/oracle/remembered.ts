/** What is kept of each mobile node for as long as it matters, so that memory follows the nodes that are alive. */
import { Rounds } from './rounds.js';

/** Beyond so many the one longest untouched goes first. */
const most = 100_000;
/** Entries looked at for expiry at each new one: more than one, so that they go faster than they come. */
const looked = 3;

export class Remembered<V> {
  readonly #all = new Map<string, { readonly name: string; readonly value: V; readonly until: number }>();
  readonly #rounds = new Rounds(this.#all);

  get(name: string): V | undefined {
    return this.#all.get(name)?.value;
  }

  /** Keeps `value` until the time `until`, milliseconds since the Unix epoch, or longer. */
  set(name: string, value: V, now: number, until: number): void {
    this.#all.delete(name);
    this.#all.set(name, { name, value, until });
    this.#rounds.look(looked, (entry) => {
      if (entry.until < now) this.#all.delete(entry.name);
    });
    if (this.#all.size <= most) return;
    const oldest = this.#all.keys().next();
    if (!oldest.done) this.#all.delete(oldest.value);
  }

  delete(name: string): void {
    this.#all.delete(name);
  }
}
