/** GRE keys: which are in use, which rest after use, and which one to hand out next. */

/** Most resting keys that are remembered. */
const mostResting = 1 << 17;
const mostRandomTries = 16;

export class KeyPool {
  private readonly random: () => number;
  private readonly quarantine: number;
  /** Bindings that use a key; keys may be shared in L3 mode, and an MPA may choose one that is already in use. */
  private readonly inUse = new Map<number, number>();
  /** Released keys and when they may be used again, oldest first. */
  private readonly resting = new Map<number, number>();

  constructor(random: () => number, quarantine: number) {
    this.random = random;
    this.quarantine = quarantine;
  }

  /** Keys in use, counting each once. */
  get size(): number {
    return this.inUse.size;
  }

  /** A key that is not 0, in use, resting or `except`. It counts as in use only once it is held. */
  pick(now: number, except = 0): number {
    this.wake(now);
    // Unguessable and never 0: 0 on the wire is the request for a key (draft §3)
    let key = 0;
    for (let tries = 0; this.taken(key, except); tries++) {
      // a random source that repeats itself must not keep us here
      key = (tries < mostRandomTries ? this.random() : key + 1) >>> 0;
    }
    return key;
  }

  hold(key: number): void {
    this.inUse.set(key, (this.inUse.get(key) ?? 0) + 1);
  }

  release(key: number, now: number): void {
    const users = this.inUse.get(key) ?? 0;
    if (users > 1) {
      this.inUse.set(key, users - 1);
      return;
    }
    this.inUse.delete(key);
    // late packets of the old tunnel must not find a new owner
    this.resting.delete(key);
    this.resting.set(key, now + this.quarantine);
    if (this.resting.size > mostResting) this.wake(Infinity, 1);
  }

  private taken(key: number, except: number): boolean {
    return key === 0 || key === except || this.inUse.has(key) || this.resting.has(key);
  }

  private wake(now: number, most = Infinity): void {
    for (const [key, until] of this.resting) {
      if (until > now || most-- <= 0) return;
      this.resting.delete(key);
    }
  }
}
