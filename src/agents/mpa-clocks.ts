/** The time of mobile nodes as their home agents see it, RFC 3344 §5.7.1. It outlives an attachment. */
import { high32, ntpTimestamp } from '../wire/mobileip.js';

export interface NodeClock {
  /** Milliseconds that the home agent's clock is ahead. */
  offset: number;
  /** The high half for the next request where nonces are used. */
  nonce: number;
  /** Identification of the newest request; undefined when the next may be any. */
  last: bigint | undefined;
  /** When that was sent, in milliseconds since the Unix epoch. */
  lastSent: number;
}

/** Most nodes that are remembered; a forgotten one is no worse off than a new one. */
const mostClocks = 1 << 16;
/** A clock that tells milliseconds leaves this many low bits of a second's 32 unknown. */
const unknownBits = 22;

export class ClockMemory {
  /** Least recently attached first. */
  private readonly clocks = new Map<string, NodeClock>();

  get size(): number {
    return this.clocks.size;
  }

  of(nai: string): NodeClock {
    const clock = this.clocks.get(nai) ?? { offset: 0, nonce: 0, last: undefined, lastSent: -Infinity };
    this.clocks.delete(nai);
    this.clocks.set(nai, clock);
    if (this.clocks.size > mostClocks) {
      for (const oldest of this.clocks.keys()) {
        this.clocks.delete(oldest);
        break;
      }
    }
    return clock;
  }
}

/** The next Identification: a timestamp with random low bits, larger than the last, RFC 3344 §5.7.1. */
export function nextIdentification(clock: NodeClock, now: number, random: () => number): bigint {
  const time = ntpTimestamp(Math.floor(now + clock.offset)) & ~((1n << BigInt(unknownBits)) - 1n);
  const stamp = time | BigInt(random() >>> (32 - unknownBits));
  const { last } = clock;
  // the difference counts modulo 2^64: the era of NTP ends in 2036
  return last !== undefined && BigInt.asIntN(64, stamp - last) <= 0n ? BigInt.asUintN(64, last + 1n) : stamp;
}

/** Takes over the home agent's time from the high half of its reply, RFC 3344 §3.6.2.3. */
export function adjustClock(clock: NodeClock, identification: bigint, now: number): void {
  const ahead = (high32(identification) - high32(ntpTimestamp(now))) | 0; // signed, modulo 2^32
  clock.offset = ahead * 1000;
  // rfc-digest A-26: back to an earlier Identification too, for the home agent has asked for it
  clock.last = undefined;
}
