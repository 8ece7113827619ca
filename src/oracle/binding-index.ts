import type { Binding } from './bindings.js';

/** Bindings by one property of theirs. A set is made only where several share a value: most values belong to one alone. */
export class BindingIndex<K> {
  readonly #found = new Map<K, Binding | Set<Binding>>();

  has(key: K): boolean {
    return this.#found.has(key);
  }

  /** Those that live at `now`, milliseconds since the Unix epoch. */
  live(key: K, now: number): readonly Binding[] {
    const found = this.#found.get(key);
    if (found === undefined) return [];
    if (found instanceof Set) return [...found].filter((b) => b.until > now);
    return found.until > now ? [found] : [];
  }

  /** A binding that has no such property, `key` undefined, is left out. */
  add(key: K | undefined, binding: Binding): void {
    if (key === undefined) return;
    const found = this.#found.get(key);
    if (found === undefined || found === binding) this.#found.set(key, binding);
    else if (found instanceof Set) found.add(binding);
    else this.#found.set(key, new Set([found, binding]));
  }

  drop(key: K | undefined, binding: Binding): void {
    if (key === undefined) return;
    const found = this.#found.get(key);
    if (found === binding) this.#found.delete(key);
    else if (found instanceof Set && found.delete(binding) && found.size === 0) this.#found.delete(key);
  }
}
