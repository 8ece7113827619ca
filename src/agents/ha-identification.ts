/** Replay protection, RFC 3344 §5.7: what is remembered of each mobile node, and what an Identification is worth. */
import { high32, ntpTimestamp } from '../wire/mobileip.js';

/** Difference of two NTP timestamps, correct across the era change of 2036. */
const since = (later: bigint, earlier: bigint): bigint => BigInt.asIntN(64, later - earlier);

/** The newest accepted timestamp of each mobile node. */
export class TimestampMemory {
  private readonly skew: bigint;
  private readonly most: number;
  /** Oldest acceptance first. */
  private readonly marks = new Map<string, bigint>();

  /** `skewSeconds` is the most that a timestamp may differ from the clock; `most` bounds the memory. */
  constructor(skewSeconds: number, most: number) {
    this.skew = (BigInt(Math.round(skewSeconds * 1000)) * 2n ** 32n) / 1000n;
    this.most = most;
  }

  get size(): number {
    return this.marks.size;
  }

  /** RFC 3344 §5.7.1: close to our clock, and later than every accepted one. */
  isFresh(id: string, identification: bigint, now: number): boolean {
    const offset = since(identification, ntpTimestamp(now));
    if (offset > this.skew || offset < -this.skew) return false;
    const mark = this.marks.get(id);
    return mark === undefined || since(identification, mark) > 0n;
  }

  accepted(id: string, identification: bigint, now: number): void {
    this.marks.delete(id);
    this.marks.set(id, identification);
    // what the clock alone refuses by now need not be remembered
    const oldest = ntpTimestamp(now) - this.skew;
    for (const [other, mark] of this.marks) {
      if (since(mark, oldest) >= 0n && this.marks.size <= this.most) return;
      this.marks.delete(other);
    }
  }
}

/** The nonce that each mobile node has to use next, RFC 3344 §5.7.2. */
export class NonceMemory {
  private readonly random: () => number;
  private readonly most: number;
  private readonly nonces = new Map<string, number>();

  constructor(random: () => number, most: number) {
    this.random = random;
    this.most = most;
  }

  isFresh(id: string, identification: bigint): boolean {
    return this.nonces.get(id) === high32(identification);
  }

  /** A new nonce for this mobile node; the old one is void. */
  next(id: string): number {
    const old = this.nonces.get(id);
    let nonce = this.random() >>> 0;
    if (nonce === old) nonce = (nonce + 1) >>> 0;
    this.nonces.delete(id);
    this.nonces.set(id, nonce);
    if (this.nonces.size > this.most) {
      for (const oldest of this.nonces.keys()) {
        this.nonces.delete(oldest);
        break;
      }
    }
    return nonce;
  }
}
