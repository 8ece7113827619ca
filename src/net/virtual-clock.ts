import { EventQueue } from './event-queue.js';
import type { Clock, Timer } from './port.js';

/**
 * A clock that jumps from event to event. One event runs per turn of the event loop (setImmediate), so that everything
 * promised by the event before has settled; the process stays alive only while events are pending. Real input and
 * output is not waited for: virtual time runs on meanwhile.
 */
export class VirtualClock implements Clock {
  readonly #start: number;
  /** Virtual milliseconds since the start; kept apart because the epoch's size would eat its fraction. */
  #elapsed = 0;
  #queue = new EventQueue();
  #pumping = false;

  constructor(start: number) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  setTimer(ms: number, fire: () => void): Timer {
    return this.#set(ms, fire, false);
  }

  /**
   * The same clock for a device under test: its timers go off when time passes them, but time does not run ahead for
   * them while whoever tests the device is busy with something else than waiting.
   */
  get passive(): Clock {
    return { now: () => this.now(), setTimer: (ms, fire) => this.#set(ms, fire, true) };
  }

  #set(ms: number, fire: () => void, passive: boolean): Timer {
    const event = this.#queue.add(this.#elapsed + Math.max(0, ms), fire, passive);
    this.#pump();
    return { cancel: () => this.#queue.cancel(event) };
  }

  /** Resolves when no timer is running and nothing that settles at once has set another. */
  async idle(): Promise<void> {
    // Two quiet turns, because an immediate of the caller's own may run after ours.
    for (let quiet = 0; quiet < 2;) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#queue.active === 0 ? quiet + 1 : 0;
    }
  }

  #pump(): void {
    if (this.#pumping || this.#queue.active === 0) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const event = this.#queue.active > 0 ? this.#queue.take() : undefined;
      if (event === undefined) return;
      this.#elapsed = Math.max(this.#elapsed, event.at);
      try {
        event.run();
      } finally {
        this.#pump();
      }
    });
  }
}
