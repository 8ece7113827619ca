/** Addresses that a server of the home network has given, or is about to give, to clients. Bounded by the pool. */

interface Lease {
  readonly number: number;
  /** Milliseconds since the Unix epoch. */
  until: number;
}

export class Leases {
  readonly #size: number;
  readonly #isTaken: (number: number) => boolean;
  readonly #byClient = new Map<string, Lease>();
  readonly #numbers = new Map<number, string>();

  /** A pool of the numbers 0 to `size` - 1; `isTaken` tells those that somebody else has. */
  constructor(size: number, isTaken: (number: number) => boolean) {
    this.#size = size;
    this.#isTaken = isTaken;
  }

  get count(): number {
    return this.#byClient.size;
  }

  /** The number that a client has, though its time may be over. */
  of(client: string): number | undefined {
    return this.#byClient.get(client)?.number;
  }

  /** Gives the client its number again, the one it wishes for, or the first that is free; undefined when none is. */
  take(client: string, now: number, ms: number, wish?: number): number | undefined {
    const known = this.#byClient.get(client);
    if (known) {
      known.until = now + ms;
      return known.number;
    }
    if (wish !== undefined && this.#isFree(wish, now)) return this.#give(client, wish, now + ms);
    for (let number = 0; number < this.#size; number++) {
      if (this.#isFree(number, now)) return this.#give(client, number, now + ms);
    }
    return undefined;
  }

  release(client: string): void {
    const lease = this.#byClient.get(client);
    if (!lease) return;
    this.#byClient.delete(client);
    this.#numbers.delete(lease.number);
  }

  #isFree(number: number, now: number): boolean {
    if (number < 0 || number >= this.#size || this.#isTaken(number)) return false;
    const holder = this.#numbers.get(number);
    if (holder === undefined) return true;
    if ((this.#byClient.get(holder)?.until ?? 0) > now) return false;
    this.release(holder);
    return true;
  }

  #give(client: string, number: number, until: number): number {
    this.#byClient.set(client, { number, until });
    this.#numbers.set(number, client);
    return number;
  }
}
