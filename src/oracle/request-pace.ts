/** How soon requests of one MN follow each other, for those who watch from anywhere in the network: RFC 3344 §3.6.3. */
import { ntpTimestamp } from '../wire/mobileip.js';
import { check, type Finding } from './finding.js';
import { Remembered } from './remembered.js';
import type { Request } from './request.js';

/** RFC 3344 §3.6.3 wants a second; a network may bring two messages half of that nearer to each other. */
export const shortest = 500;
/** How long a request is remembered, in milliseconds. */
const matters = 2000;
/** A second of the sender's own clock, but for some of it. */
const second = ntpTimestamp(900) - ntpTimestamp(0);

interface Sent {
  readonly at: number;
  readonly identification: bigint;
}

export class RequestPace {
  readonly #last = new Remembered<Sent>();

  /**
   * Registrations by the same sender; a node that leaves and comes back at once is another matter. Both the capture and
   * the timestamps have to say so: some captures have no times, and some senders no clock.
   */
  judge({ at, from, registers, rrq }: Request, mn: string): readonly Finding[] {
    if (!registers) return [];
    const { identification } = rrq;
    const name = `${mn} ${from.address}`;
    const before = this.#last.get(name);
    this.#last.set(name, { at, identification }, at, at + matters);
    if (!before || at < before.at || at - before.at > matters) return [];
    const gap = at - before.at;
    const step = BigInt.asUintN(64, identification - before.identification);
    const isTooSoon = gap < shortest && step > 0n && step < second;
    return [check('MN-01', !isTooSoon, 'a second since the request before', `${Math.round(gap)} ms`)];
  }
}
