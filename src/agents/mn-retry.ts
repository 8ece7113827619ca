/** One thing that is asked again until it is answered, a few times at most. */
import { mostAttempts } from './mn-types.js';

export class Retry {
  #due: number | undefined;
  #attempts = 0;
  #action: ((now: number) => void) | undefined;
  #giveUp: ((now: number) => void) | undefined;
  #interval = 0;

  /** Acts now, then again after `interval` milliseconds and twice that, and so on; `giveUp` when all was in vain. */
  start(now: number, interval: number, action: (now: number) => void, giveUp: (now: number) => void): void {
    this.#attempts = 0;
    this.#interval = interval;
    this.#action = action;
    this.#giveUp = giveUp;
    this.#act(now);
  }

  stop(): void {
    this.#due = undefined;
    this.#action = undefined;
  }

  get deadline(): number | undefined {
    return this.#due;
  }

  timer(now: number): void {
    if (this.#due === undefined || now < this.#due) return;
    if (this.#attempts < mostAttempts) return this.#act(now);
    this.stop();
    this.#giveUp?.(now);
  }

  #act(now: number): void {
    this.#due = now + this.#interval * 2 ** this.#attempts++;
    this.#action?.(now);
  }
}

/** The earliest of several deadlines. */
export function earliest(...deadlines: readonly (number | undefined)[]): number | undefined {
  const due = deadlines.filter((deadline) => deadline !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}
