/** Proof of life: a valid registration behind everything else, repeated with growing patience, for one may be lost. */
import type { Clock, Timer } from '../net/port.js';

/** Shortest time that a device is given for an answer it has given quickly so far, in milliseconds. */
export const leastPatience = 300;

export class Fence {
  readonly #clock: Clock;
  /** Sends one and gives the low half of its Identification. */
  readonly #send: () => number;
  readonly #low = new Set<number>();
  #roundTrip = 5;
  #begun = 0;
  #end: ((answered: boolean) => void) | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, send: () => number) {
    this.#clock = clock;
    this.#send = send;
  }

  /** How long an answer takes of late, in milliseconds. */
  get roundTrip(): number {
    return this.#roundTrip;
  }

  /** Resolves with whether an answer came within `patience` milliseconds. */
  stand(patience: number): Promise<boolean> {
    this.#low.clear();
    this.#begun = this.#clock.now();
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#try(patience, Math.min(patience, Math.max(leastPatience, 8 * this.#roundTrip)));
    });
  }

  #try(patience: number, wait: number): void {
    const left = patience - (this.#clock.now() - this.#begun);
    if (left <= 0) return this.#finish(false);
    this.#low.add(this.#send());
    this.#timer = this.#clock.setTimer(Math.min(wait, Math.max(1, left)), () => this.#try(patience, 2 * wait));
  }

  /** Told of every reply to a request of the tester; true when the fence is what it answers. */
  hear(low: number): boolean {
    if (!this.#end || !this.#low.has(low)) return false;
    if (this.#low.size === 1) this.#roundTrip = Math.max(this.#clock.now() - this.#begun, this.#roundTrip * 0.9);
    this.#finish(true);
    return true;
  }

  /** Told of a request that came back, for nobody listens where it went; when it is the fence, no answer can come. */
  refuse(low: number): void {
    if (this.#low.has(low)) this.fall();
  }

  /** No answer can come any longer. */
  fall(): void {
    this.#finish(false);
  }

  #finish(answered: boolean): void {
    this.#timer?.cancel();
    const end = this.#end;
    this.#end = undefined;
    end?.(answered);
  }
}
