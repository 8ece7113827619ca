/** Identifications of the requests of each MN, in the order they were sent: RFC 3344 §5.7. */
import { replyCodes } from '../wire/mobileip.js';
import type { OracleContext } from './context.js';
import type { Exchange } from './exchange.js';
import { check, type Finding } from './finding.js';
import { Remembered } from './remembered.js';
import type { Request } from './request.js';

/** How long an Identification is remembered at least, in milliseconds; else as long as the binding asked for. */
const shortest = 60_000;

/** How long a set clock is remembered: as long as any Identification is, in milliseconds. */
const remembered = 0xffff * 1000;

/** Until when the Identification of a request matters. */
export const idMatters = (at: number, lifetime: number): number => at + Math.max(shortest, lifetime * 1000);

export const hexId = (id: bigint): string => `0x${id.toString(16).padStart(16, '0')}`;

/**
 * Two requests that were sent within so many milliseconds may overtake each other on their way, such as the end of a
 * registration and the next one.
 */
const overtaking = 1000;

/** A sender may set its clock a moment after the reply that told it to was seen, and one clock may serve all its MNs. */
const settling = 2000;

interface Last {
  readonly id: bigint;
  readonly at: number;
}

export class RequestOrder {
  readonly #last = new Remembered<Last>();
  /** When each sender was last told to set its clock. */
  readonly #told = new Remembered<number>();

  /** Each request of an MN by the same sender to the same home agent has a greater Identification than all before it. */
  judge(request: Request, context: OracleContext): Finding[] {
    const { mn, from, to, rrq } = request;
    if (mn === undefined || context.replay === 'nonces') return [];
    // requests to different home agents may be seen in another order than they were sent in
    const key = `${mn} ${from.address} ${to.address}`;
    const known = this.#last.get(key);
    const told = this.#told.get(from.address) ?? -Infinity;
    // a clock that was set may have gone back since
    const before = known && known.at > told + settling ? known.id : undefined;
    const id = rrq.identification;
    const latest = before === undefined || isLater(id, before) ? id : before;
    const at = Math.max(request.at, known?.at ?? request.at);
    this.#last.set(key, { id: latest, at }, request.at, idMatters(request.at, rrq.lifetime));
    // a capture put together from several may go back in time
    if (before === undefined || known === undefined || request.at < known.at) return [];
    const isInOrder = isLater(id, before);
    if (!isInOrder && id !== before && millisecondsBetween(id, before) + request.at - known.at < overtaking) return [];
    return [
      check('MN-05', isInOrder, `an Identification greater than ${hexId(before)}`, hexId(id)),
      check('MN-07', id !== before, `another Identification than the one before`, hexId(id)),
    ];
  }

  /** a reply with code 133 sets the clock of the sender, perhaps back: draft-leung-mip4-proxy-mode-10 §4.4. */
  hear(x: Exchange, context: OracleContext): void {
    if (x.rrp.code !== replyCodes.identificationMismatch || context.knobs['id_decrease_after_133'] === 'forbid') return;
    const { at } = x.reply;
    this.#told.set(x.request.from.address, at, at, at + remembered);
  }
}

/** How much later the second one is. */
const millisecondsBetween = (a: bigint, b: bigint): number => (Number(BigInt.asIntN(64, b - a)) / 2 ** 32) * 1000;

/** Compared modulo 2^64, for the era of NTP ends in 2036. */
function isLater(id: bigint, before: bigint): boolean {
  const step = BigInt.asUintN(64, id - before);
  return step !== 0n && step < 1n << 63n;
}
