/** Goes through a map for ever, a few values at a time: what is to be forgotten is found without a scan of all. */
export class Rounds<V> {
  readonly #map: ReadonlyMap<unknown, V>;
  #place: MapIterator<V> | undefined;

  constructor(map: ReadonlyMap<unknown, V>) {
    this.#map = map;
  }

  /** Shows the next `count` values, or as many as are left of this round; `visit` may change the map. */
  look(count: number, visit: (value: V) => void): void {
    this.#place ??= this.#map.values();
    for (let looked = 0; looked < count; looked++) {
      const next = this.#place.next();
      if (next.done) {
        this.#place = undefined;
        return;
      }
      visit(next.value);
    }
  }
}
