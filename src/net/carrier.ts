import type { Clock } from './port.js';

/** A packet or frame as it leaves its sender. */
export interface Transit {
  /** When it was sent. */
  readonly at: number;
  /** Name of the Ethernet link; undefined for a whole IPv4 packet. */
  readonly link: string | undefined;
  /** To be read only: it is on its way to the receivers. */
  readonly bytes: Uint8Array;
}

/** Lost, or arriving after so many virtual milliseconds; undefined leaves the decision to others. */
export type Fate = 'drop' | { readonly delay: number } | undefined;

export type Observer = (transit: Transit) => void;
export type Interceptor = (transit: Transit) => Fate;

/** Carries everything sent in a memory network, past observers and interceptors, to its arrival. */
export class Carrier {
  readonly #clock: Clock;
  readonly #latency: number;
  readonly #observers = new Set<Observer>();
  readonly #interceptors = new Set<Interceptor>();

  constructor(clock: Clock, latency: number) {
    this.#clock = clock;
    this.#latency = latency;
  }

  /** Shows every transit, lost ones as well; the returned function ends it. */
  tap(observer: Observer): () => void {
    // A wrapper of its own, so that the same function given twice counts twice.
    const entry: Observer = (transit) => observer(transit);
    this.#observers.add(entry);
    return () => void this.#observers.delete(entry);
  }

  /** Lets a function decide the fate of every transit; the first that decides wins. The returned function ends it. */
  intercept(decide: Interceptor): () => void {
    const entry: Interceptor = (transit) => decide(transit);
    this.#interceptors.add(entry);
    return () => void this.#interceptors.delete(entry);
  }

  carry(link: string | undefined, bytes: Uint8Array, arrive: () => void): void {
    const transit: Transit = { at: this.#clock.now(), link, bytes };
    for (const observer of this.#observers) observer(transit);
    const fate = this.#fateOf(transit);
    if (fate === 'drop') return;
    this.#clock.setTimer(fate?.delay ?? this.#latency, arrive);
  }

  #fateOf(transit: Transit): Fate {
    for (const decide of this.#interceptors) {
      const fate = decide(transit);
      if (fate !== undefined) return fate;
    }
    return undefined;
  }
}
