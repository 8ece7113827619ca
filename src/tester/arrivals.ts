/** Things that arrive, and those who wait for them: no polling, no sleeping past the event. */
import type { Clock } from '../net/port.js';

export class Arrivals<T> {
  readonly #clock: Clock;
  readonly #items: T[] = [];
  readonly #keep: number;
  #waiting: ((item: T) => boolean)[] = [];

  /** `keep` is how many of the latest items are remembered for those who come late. */
  constructor(clock: Clock, keep = 10_000) {
    this.#clock = clock;
    this.#keep = keep;
  }

  get all(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length > this.#keep) this.#items.shift();
    this.#waiting = this.#waiting.filter((offer) => !offer(item));
  }

  /** The first item for which `wanted` holds, already here or coming within `ms`; undefined when none comes. */
  first(ms: number, wanted: (item: T) => boolean = () => true): Promise<T | undefined> {
    const here = this.#items.find(wanted);
    if (here !== undefined) return Promise.resolve(here);
    return new Promise((resolve) => {
      const offer = (item: T): boolean => {
        if (!wanted(item)) return false;
        timer.cancel();
        resolve(item);
        return true;
      };
      const timer = this.#clock.setTimer(ms, () => {
        this.#waiting = this.#waiting.filter((other) => other !== offer);
        resolve(undefined);
      });
      this.#waiting.push(offer);
    });
  }
}

/** Aborting ends it early. */
export const pause = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(ms, end);
    signal?.addEventListener('abort', end);
  });
