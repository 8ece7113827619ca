/**
 * Tunnel packets beside what was agreed: with the key and home address of a binding that has ended, or between other
 * ends than its own. A registration that was not captured explains them where both sides act on it; so they count only
 * if the other side does not, though packets of it were seen.
 */
import { type Binding, mnOf } from '../oracle/bindings.js';
import type { Exchange } from '../oracle/exchange.js';
import { type Finding, violated } from '../oracle/finding.js';
import type { TunnelFrame } from '../oracle/frame.js';
import type { Oracle } from '../oracle/oracle.js';
import { Remembered } from '../oracle/remembered.js';
import { isUnset, type Request } from '../oracle/request.js';

export type Way = 'up' | 'down';

interface Known {
  readonly binding: Binding;
  readonly oracle: Oracle;
  /** Ways in which its packets were seen. */
  readonly ways: Set<Way>;
  ended: { readonly at: number; readonly by: 'deregistration' | 'revocation' | 'expiry' };
}

/** Keeps what is needed to tell of a finding, and gives what tells of it. */
export type Report = (finding: Finding, way: Way, binding: Binding) => () => void;

interface Held {
  readonly ways: Set<Way>;
  readonly reports: (() => void)[];
}

/** What a packet may be sent late, and how long after the end one is still told by it, in milliseconds. */
const grace = 5000;
const longest = 60_000;
/** A lifetime is followed for so long. */
const longestLife = 86_400_000;
const mostTunnels = 1000;
const mostOfOne = 8;
/** Stands among Identifications for what no request asked for. */
const untold = -1n;
const opposite = { up: 'down', down: 'up' } as const;

export class Strays {
  /** By way, key and home address: those between these ends and others. */
  readonly #known = new Remembered<readonly Known[]>();
  readonly #latest = new Remembered<Known>();
  /** Identifications of requests that are not answered, by MN: what became of its binding is open. */
  readonly #open = new Remembered<Set<bigint>>();
  readonly #held = new Map<string, Held>();
  #openBefore = -Infinity;

  asked({ rrq, mn, at, registers }: Request): void {
    if (mn === undefined || !registers) return;
    const open = this.#open.get(mn) ?? new Set();
    if (open.size < mostOfOne) open.add(rrq.identification);
    this.#open.set(mn, open, at, at + longest);
  }

  /** `isCertain`: it is told whose keys are whose. */
  answered(x: Exchange, oracle: Oracle, isCertain: boolean): void {
    const mn = mnOf(x);
    const { at } = x.reply;
    this.#open.get(mn)?.delete(x.rrq.identification);
    if (!x.accepted) return;
    this.#open.delete(mn);
    if (!x.registers) {
      const known = this.#latest.get(mn);
      const { careOfAddress, homeAddress } = x.rrq;
      const isMeant = known?.binding.careOf === careOfAddress || careOfAddress === homeAddress;
      if (known && isMeant && known.ended.at > at) known.ended = { at, by: 'deregistration' };
      return;
    }
    for (const binding of oracle.bindings.of(mn, at)) {
      // without a home address nothing but the key tells whose a packet is
      if (binding.since !== at || binding.l2 || !binding.gre || isUnset(binding.homeAddress)) continue;
      if (!isCertain && !binding.bidirectional) continue;
      const before = this.#known.get(nameOf('down', binding))?.find((one) => isBetween(one, binding));
      const ways = before?.binding.mn === mn ? before.ways : new Set<Way>();
      const known: Known = { binding, oracle, ways, ended: { at: binding.until, by: 'expiry' } };
      const until = Math.min(binding.until, at + longestLife) + longest;
      this.#latest.set(mn, known, at, until);
      for (const name of [nameOf('up', binding), nameOf('down', binding)]) {
        const others = (this.#known.get(name) ?? []).filter((one) => !isBetween(one, binding));
        this.#known.set(name, [...others, known].slice(-mostOfOne), at, until);
      }
    }
  }

  /** Whether packets with the agreed key came that way. */
  hasSeen({ mn }: Binding, way: Way): boolean {
    return this.#latest.get(mn)?.ways.has(way) === true;
  }

  /** What becomes of the binding of an MN is open until it registers again. */
  leaveOpen(mn: string, at: number): void {
    const open = this.#open.get(mn) ?? new Set();
    this.#open.set(mn, open.add(untold), at, at + longestLife);
  }

  /** A revocation of that time is acknowledged: the binding that the MN had then, at that care-of address, is gone. */
  revoked(mn: string, careOf: string, revokedAt: number, at: number): void {
    const known = this.#latest.get(mn);
    if (known?.binding.careOf !== careOf || known.binding.since >= revokedAt || known.ended.at <= at) return;
    known.ended = { at, by: 'revocation' };
    this.#open.get(mn)?.delete(untold);
  }

  /** The same for all that are known now. */
  leaveAllOpen(at: number): void {
    this.#openBefore = at;
  }

  /** Takes in a packet that is not known to be of any binding, or is of one that stands. */
  packet(frame: TunnelFrame, report: Report): void {
    const { gre, inner, outer, at } = frame;
    if (!inner) return;
    for (const [way, home] of [
      ['down', inner.destination],
      ['up', inner.source],
    ] as const) {
      const ends = way === 'down' ? [outer.source, outer.destination] : [outer.destination, outer.source];
      const [homeAgent = '', careOf = ''] = ends;
      const here = this.#known.get(`${way} ${gre?.key} ${home}`) ?? [];
      const own = here.find((one) => isBetween(one, { homeAgent, careOf }));
      if (own) {
        if (at <= own.ended.at) own.ways.add(way);
        else this.#afterEnd(own, way, home, at, report);
        continue;
      }
      const atCareOf = here.findLast(({ binding }) => binding.careOf === careOf);
      if (atCareOf) this.#elsewhere(atCareOf, way, homeAgent, at, report);
      const atAgent = here.findLast(({ binding }) => binding.homeAgent === homeAgent);
      if (atAgent) this.#elsewhere(atAgent, way, careOf, at, report);
    }
  }

  /** At the end of the capture. */
  end(): void {
    for (const { ways, reports } of this.#held.values()) {
      if (ways.size === 1) for (const report of reports) report();
    }
    this.#held.clear();
  }

  #afterEnd(known: Known, way: Way, home: string, at: number, report: Report): void {
    const { binding, ended, oracle } = known;
    const late = at - ended.at;
    if (late < grace || late > longest || this.#isOpen(binding)) return;
    // where the home address has another binding, that one decides
    if (oracle.bindings.atHome(home, at).length > 0) return;
    const id = way === 'up' ? 'TN-14' : ended.by === 'expiry' ? 'HA-49' : 'TN-04';
    const text = `${Math.round(late / 1000)} s after its ${ended.by}`;
    const finding = violated(id, `no packet of ${binding.mn} once its binding has ended`, text);
    this.#hold(known, way, `${binding.homeAgent} ${binding.careOf} ${binding.mn}`, () => report(finding, way, binding));
  }

  #elsewhere(known: Known, way: Way, end: string, at: number, report: Report): void {
    const { binding, ended, oracle } = known;
    if (at > ended.at || this.#isOpen(binding) || oracle.bindings.isDoubtful(binding)) return;
    const tunnel = `${end} ${binding.mn}`;
    const { homeAgent, careOf } = binding;
    const [from, to] = way === 'up' ? [careOf, homeAgent] : [homeAgent, careOf];
    const finding = violated(way === 'up' ? 'TN-08' : 'TN-02', `a tunnel from ${from} to ${to}`, `one with ${end}`);
    this.#hold(known, way, tunnel, () => report(finding, way, binding));
  }

  #hold(known: Known, way: Way, tunnel: string, report: () => () => void): void {
    let held = this.#held.get(tunnel);
    if (!held) {
      if (this.#held.size >= mostTunnels) return;
      this.#held.set(tunnel, (held = { ways: new Set(), reports: [] }));
    }
    held.ways.add(way);
    if (known.ways.has(opposite[way]) && held.reports.length < mostOfOne) held.reports.push(report());
  }

  #isOpen({ mn, since }: Binding): boolean {
    return since <= this.#openBefore || (this.#open.get(mn)?.size ?? 0) > 0;
  }
}

type Ends = Pick<Binding, 'homeAgent' | 'careOf'>;

const isBetween = ({ binding }: Known, { homeAgent, careOf }: Ends): boolean =>
  binding.homeAgent === homeAgent && binding.careOf === careOf;

const nameOf = (way: Way, { reverseKey, forwardKey, homeAddress }: Binding): string =>
  `${way} ${way === 'up' ? reverseKey : forwardKey} ${homeAddress}`;
