/** Goes through a map for ever, a few entries at a time: what is to be forgotten is found without a scan of all. */
export class Rounds<K, V> {
  readonly #map: ReadonlyMap<K, V>;
  #place: MapIterator<[K, V]> | undefined;

  constructor(map: ReadonlyMap<K, V>) {
    this.#map = map;
  }

  /** Shows the next `count` entries, or as many as are left of this round; `visit` may change the map. */
  look(count: number, visit: (key: K, value: V) => void): void {
    this.#place ??= this.#map.entries();
    for (let looked = 0; looked < count; looked++) {
      const next = this.#place.next();
      if (next.done) {
        this.#place = undefined;
        return;
      }
      visit(next.value[0], next.value[1]);
    }
  }
}
