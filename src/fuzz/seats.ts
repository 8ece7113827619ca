/**
 * The mobile nodes that send the messages of volleys. One stays for some messages on end and then takes leave of the
 * device: so a device keeps few bindings at once, and sees renewals as well as first registrations.
 */
import { numberOf } from '../spec/shard.js';
import type { Session } from '../tester/session.js';

/** Messages that a mobile node sends before another takes its seat. */
const uses = 32;

export interface Seat {
  readonly nai: string;
  /** Identities that bindings were granted to: a message may name another than its own. */
  readonly granted: Set<string>;
  used: number;
}

export const seatOf = (nai: string): Seat => ({ nai, granted: new Set(), used: 0 });

export class Seats {
  readonly #session: Session;
  #seats: Seat[] = [];
  #count = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Somebody whom the device has not seen before. */
  fresh(): Seat {
    const { config, runId } = this.#session;
    const number = numberOf(this.#count++, config.shard) + 1;
    return seatOf(`fz${number.toString(36)}-${runId}@${config.pixit.realm}`);
  }

  /** Who sits there now. */
  at(index: number): Seat {
    return (this.#seats[index] ??= this.fresh());
  }

  /** Counts a volley; gives those whose time is over, and seats others in their place. */
  rise(): readonly Seat[] {
    const over = this.#seats.filter((seat) => ++seat.used >= uses);
    this.#seats = this.#seats.map((seat) => (seat.used >= uses ? this.fresh() : seat));
    return over;
  }

  /** The device has forgotten all of them. */
  clear(): void {
    this.#seats = [];
  }
}
