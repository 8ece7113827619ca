/** How soon, and with which identifiers, revocations of one binding follow each other: RFC 3543 §3.3 and §4.2.2.1. */
import type { Revocation } from '../wire/mobileip.js';
import { check, type Finding } from './finding.js';
import { Remembered } from './remembered.js';
import { shortest } from './request-pace.js';
import type { Agreement, Side } from './revocation-agreements.js';

/** A revocation is not repeated for longer; in milliseconds. */
const longest = 60_000;
/** By how much a clock of seconds may differ from that of the capture, for the network's sake too. */
const roughly = 2;

interface Sent {
  readonly at: number;
  readonly id: number;
  readonly isTimed: boolean;
}

/** By how many seconds one identifier is later than another; modulo 2^32, as the clock is. */
export const laterBy = (id: number, before: number): number => (id - before) | 0;

/**
 * Whether the clock of the capture runs as that of the sender does, which its registration showed some time before: some
 * captures have no times, and nothing is then known of how soon a message came.
 */
export function isTimed({ clocks }: Agreement, by: Side, id: number, at: number): boolean {
  const clock = clocks[by];
  const passed = (at - clock.at) / 1000;
  return passed >= 1 && Math.abs(laterBy(id, clock.shown) - passed) <= roughly;
}

export class RevocationPace {
  readonly #last = new Remembered<Sent>();

  /** A second between two, and a new identifier in each; identifiers count seconds, so only the capture tells less. */
  judge(message: Revocation, at: number, by: Side, agreement: Agreement): readonly Finding[] {
    const { homeAddress, homeDomain, foreignDomain, revocationId: id } = message;
    const name = [by, agreement.mpa.address, homeAddress, homeDomain, foreignDomain].join(' ');
    const before = this.#last.get(name);
    const sent = { at, id, isTimed: isTimed(agreement, by, id, at) };
    this.#last.set(name, sent, at, at + longest);
    // one that came back since has another binding
    if (!before || before.at <= agreement.since || at < before.at || at - before.at > longest) return [];
    const gap = at - before.at;
    const step = laterBy(id, before.id);
    if (gap < shortest) {
      const isTooSoon = sent.isTimed && step >= 0 && step <= 1;
      return [check('RV-09', !isTooSoon, 'a second between two revocations of a binding', `${Math.round(gap)} ms`)];
    }
    if (by === 'mpa' || !before.isTimed) return [];
    return [check('RV-04', step !== 0, 'a new identifier in a repetition', `${id} once more`)];
  }
}
