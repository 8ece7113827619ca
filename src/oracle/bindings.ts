/**
 * The bindings that the device must have, as far as exchanges tell: what the replies granted and no later exchange took
 * back. Lookups are by key, home address and MN, so that 70 000 live MNs cost no scan.
 */
import { BindingIndex } from './binding-index.js';
import { Standing } from './doubts.js';
import type { Exchange } from './exchange.js';
import { naiOf } from './exchange.js';
import { leavesOpen } from './left-open.js';
import { Lately } from './lately.js';
import { Recent } from './recent.js';
import { isUnset } from './request.js';
import { Rounds } from './rounds.js';
import { endOfLifetime, type Rrq } from '../wire/mobileip.js';

export interface Binding {
  /** NAI, else the home address. */
  readonly mn: string;
  readonly homeAgent: string;
  readonly careOf: string;
  readonly homeAddress: string;
  readonly l2: boolean;
  readonly gre: boolean;
  /** The request had the GRE Key extension without the G bit. */
  readonly greImplied?: boolean;
  /** The request had the B bit. */
  readonly broadcast?: boolean;
  /** MPA to HA; undefined without GRE keys. */
  readonly reverseKey?: number | undefined;
  /** HA to MPA; undefined without GRE keys. */
  readonly forwardKey?: number | undefined;
  /** True when the HA chose one key for both directions. */
  readonly bidirectional: boolean;
  /** Milliseconds since the Unix epoch when the reply was seen; and when the granted lifetime ends. */
  readonly since: number;
  readonly until: number;
  readonly lifetime: number;
  readonly standing: Standing;
}

export type BindingKeys = Pick<Binding, 'reverseKey' | 'forwardKey' | 'bidirectional'>;

/** Clocks of lawful devices may count whole seconds; in milliseconds. */
const clockTick = 1000;
/** MNs remembered at least after their binding has gone. */
const seenKept = 10_000;
/** How many are looked at for expiry at each binding that comes: more than one, so that memory follows the live. */
const sweptAtOnce = 2;

const none: readonly Binding[] = [];

/** Those of a list that live; nearly always all of them. */
const living = (list: readonly Binding[], now: number): readonly Binding[] =>
  list.every((b) => b.until > now) ? list : list.filter((b) => b.until > now);

export const mnOf = (x: Exchange): string => {
  const nai = naiOf(x.rrq);
  if (nai !== undefined) return nai;
  return x.rrq.homeAddress === '0.0.0.0' ? x.rrp.homeAddress : x.rrq.homeAddress;
};

/** Pairs of tunnel ends remembered; with more without keys, none counts as keyed any longer. */
const mostTunnels = 10_000;

export class Bindings {
  readonly #byMn = new Map<string, readonly Binding[]>();
  readonly #byForwardKey = new BindingIndex<number>();
  readonly #byReverseKey = new BindingIndex<number>();
  readonly #byHomeAddress = new BindingIndex<string>();
  /** In L2 mode a home address decides nothing, but a revocation names an MN by it. */
  readonly #l2ByHomeAddress = new BindingIndex<string>();
  readonly #lately = new Lately();
  readonly #seen = new Recent<string, true>(seenKept);
  readonly #rounds = new Rounds(this.#byMn);
  #lastEnds = { homeAgent: '', careOf: '', name: '' };
  readonly #tunnels = { keyed: new Set<string>(), keyedL2: new Set<string>(), keyless: new Set<string>() };

  /** Whether the device has ever accepted a registration of this MN, so that it must know how to authenticate to it. */
  hasSeen(mn: string): boolean {
    return this.#seen.get(mn) === true;
  }

  /** Live bindings of an MN at `now`; more than one only with simultaneous bindings. */
  of(mn: string, now: number): readonly Binding[] {
    return living(this.#byMn.get(mn) ?? none, now);
  }

  /**
   * Whether every lawful device has this binding, and with these keys, from the one moment to the other: a request that
   * was sent before it was known may have been worked on before.
   */
  isCertain(b: Binding, from: number, to: number): boolean {
    return b.since <= from && b.standing.certainUntil > to && !b.standing.isDoubtful;
  }

  /** Whether a request whose reply was not seen may have changed this binding. */
  isDoubtful(b: Binding): boolean {
    return b.standing.isDoubtful;
  }

  /** Takes in a request, for those who may not see its reply; `changes` says of which bindings it leaves open the fate. */
  ask(rrq: Rrq, mn: string, now: number, changes: (b: Binding) => boolean): void {
    for (const b of this.#concerned(rrq, mn, now)) if (changes(b)) b.standing.doubt(rrq.identification);
  }

  /** Takes in that a request was answered, in whatever way. */
  answered(rrq: Rrq, mn: string, now: number): void {
    for (const b of this.#concerned(rrq, mn, now)) b.standing.settle(rrq.identification);
  }

  /** Bindings of the MN, and of others under its home address: RFC 2794 §3 lets a device know one by either. */
  #concerned({ homeAddress }: Rrq, mn: string, now: number): readonly Binding[] {
    const own = this.of(mn, now);
    if (isUnset(homeAddress) || !this.#isHome(homeAddress)) return own;
    return [...own, ...this.#allAt(homeAddress, now).filter((b) => b.mn !== mn)];
  }

  /** Live bindings whose forward key this is. */
  withForwardKey(key: number, now: number): readonly Binding[] {
    return this.#byForwardKey.live(key, now);
  }

  /** Whether GRE between these ends was only ever agreed on with keys; for L2 mode, whether it ever was. */
  isKeyed(homeAgent: string, careOf: string, mode: 'any' | 'l2' = 'any'): boolean {
    const ends = this.#ends(homeAgent, careOf);
    const { keyed, keyedL2, keyless } = this.#tunnels;
    const known = mode === 'l2' ? keyedL2 : keyed;
    return keyless.size < mostTunnels && known.has(ends) && !keyless.has(ends);
  }

  /** A name for two ends; they are nearly always those of the time before. */
  #ends(homeAgent: string, careOf: string): string {
    const last = this.#lastEnds;
    if (homeAgent === last.homeAgent && careOf === last.careOf) return last.name;
    this.#lastEnds = { homeAgent, careOf, name: `${homeAgent} ${careOf}` };
    return this.#lastEnds.name;
  }

  /** Live bindings in normal mode that have this home address. */
  atHome(homeAddress: string, now: number): readonly Binding[] {
    return this.#byHomeAddress.live(homeAddress, now);
  }

  /** Bindings in normal mode with this home address that were replaced or ended only lately. */
  lately(homeAddress: string, now: number): readonly Binding[] {
    return this.#lately.at(homeAddress, now);
  }

  /** Live bindings whose reverse key this is. */
  withReverseKey(key: number, now: number): readonly Binding[] {
    return this.#byReverseKey.live(key, now);
  }

  /** Whether any live binding uses the key in either direction. */
  usesKey(key: number, now: number): boolean {
    return this.withForwardKey(key, now).length > 0 || this.withReverseKey(key, now).length > 0;
  }

  /** Whether a live binding of that care-of address has the key as its reverse key. */
  reverseKeyOf(key: number, careOf: string, now: number): boolean {
    return this.withReverseKey(key, now).some((b) => b.careOf === careOf);
  }

  /** Takes in an accepted exchange. `keys` is what the binding now uses, by direction. */
  apply(x: Exchange, keys: BindingKeys): void {
    const mn = mnOf(x);
    this.#seen.set(mn, true);
    this.sweep(x.reply.at);
    const own = this.#byMn.get(mn) ?? [];
    const open = this.#leftOpen(x, mn, own);
    for (const b of open) b.standing.certainUntil = -Infinity;
    if (!x.registers) {
      // RFC 3344 §3.8.2.2: care-of address equal to the home address ends all bindings
      const all = x.rrq.careOfAddress === x.rrq.homeAddress;
      this.#replace(
        mn,
        own,
        own.filter((b) => b.careOf !== x.rrq.careOfAddress && (!all || open.includes(b))),
        x.reply.at,
      );
      return;
    }
    // the device's clock may have run since the request was sent
    const surely = endOfLifetime(x.request.at, x.rrp.lifetime) - clockTick;
    const binding: Binding = {
      mn,
      homeAgent: x.rrp.homeAgent,
      careOf: x.rrq.careOfAddress,
      homeAddress: x.rrp.homeAddress,
      l2: x.asked?.a === true,
      gre: x.rrq.gre || x.asked !== undefined,
      greImplied: !x.rrq.gre,
      broadcast: x.rrq.broadcast,
      reverseKey: keys.reverseKey,
      forwardKey: keys.forwardKey,
      bidirectional: keys.bidirectional,
      since: x.reply.at,
      until: endOfLifetime(x.reply.at, x.rrp.lifetime),
      lifetime: x.rrp.lifetime,
      standing: new Standing(open.some((b) => b.mn !== mn) ? -Infinity : surely),
    };
    if (binding.gre) {
      const ends = this.#ends(binding.homeAgent, binding.careOf);
      const known = this.#tunnels[binding.forwardKey === undefined ? 'keyless' : 'keyed'];
      if (known.size < mostTunnels) known.add(ends);
      if (binding.l2 && this.#tunnels.keyedL2.size < mostTunnels) this.#tunnels.keyedL2.add(ends);
    }
    // RFC 3344 §3.8.2.2: without S, or where simultaneous bindings are not supported, earlier ones go
    const keepsOthers = x.rrq.simultaneous && x.rrp.code === 0;
    this.#replace(mn, own, [...own.filter((b) => keepsOthers && b.careOf !== binding.careOf), binding], x.reply.at);
  }

  /** Lets go of bindings that have expired: a few for each that comes, so that memory follows the live ones at no cost. */
  sweep(now: number): void {
    this.#rounds.look(sweptAtOnce, (list) => {
      const live = living(list, now);
      if (live.length < list.length) this.#replace(list[0]?.mn ?? '', list, live, now);
    });
    this.#lately.sweep(now);
  }

  /** MNs with a live binding, of whatever mode, that has this home address. */
  mnsOf(homeAddress: string, now: number): readonly string[] {
    return this.#allAt(homeAddress, now).map((b) => b.mn);
  }

  /** Bindings, of this MN and of others with its home address, of which the exchange leaves open what becomes. */
  #leftOpen(x: Exchange, mn: string, own: readonly Binding[]): readonly Binding[] {
    const { homeAddress } = x.rrq;
    const open = own.filter((b) => leavesOpen(x, mn, b));
    for (const home of homeAddress === x.rrp.homeAddress ? [homeAddress] : [homeAddress, x.rrp.homeAddress]) {
      if (!this.#isHome(home)) continue;
      for (const b of this.#allAt(home, x.reply.at)) if (b.mn !== mn && leavesOpen(x, mn, b)) open.push(b);
    }
    return open;
  }

  #isHome(homeAddress: string): boolean {
    return this.#byHomeAddress.has(homeAddress) || this.#l2ByHomeAddress.has(homeAddress);
  }

  #allAt(homeAddress: string, now: number): readonly Binding[] {
    return [...this.atHome(homeAddress, now), ...this.#l2ByHomeAddress.live(homeAddress, now)];
  }

  /** Keys turn out to be for the other direction than was thought. */
  turnKeys(): void {
    const turned = new Map<Binding, Binding>();
    const turn = (b: Binding): Binding => {
      const { reverseKey, forwardKey, ...rest } = b;
      const known = turned.get(b);
      if (known || b.bidirectional || reverseKey === undefined || forwardKey === undefined) return known ?? b;
      const other = { ...rest, reverseKey: forwardKey, forwardKey: reverseKey };
      turned.set(b, other);
      return other;
    };
    this.#lately.turn(turn);
    for (const [mn, own] of this.#byMn) this.#replace(mn, own, own.map(turn), -Infinity);
  }

  /** Forgets an MN, for instance when its case is over; with `now`, what was sent to it until then may be under way. */
  forget(mn: string, now = -Infinity): void {
    this.#replace(mn, this.#byMn.get(mn) ?? [], [], now);
  }

  /** Forgets every MN, for the device was started anew and has forgotten them too. */
  forgetAll(): void {
    for (const mn of [...this.#byMn.keys()]) this.forget(mn);
    this.#seen.clear();
  }

  /** `now` is when those end that go; -Infinity when no packet of theirs can come any longer. */
  #replace(mn: string, before: readonly Binding[], after: readonly Binding[], now: number): void {
    for (const b of before) {
      if (after.includes(b)) continue;
      this.#unlist(b);
      if (now > -Infinity && !b.l2 && !isUnset(b.homeAddress) && !after.some((a) => looksAlike(a, b))) {
        this.#lately.add(b, now);
      }
    }
    for (const b of after) if (!before.includes(b)) this.#list(b);
    if (after.length === 0) this.#byMn.delete(mn);
    else this.#byMn.set(mn, after);
  }

  #list(b: Binding): void {
    this.#byForwardKey.add(b.forwardKey, b);
    this.#byReverseKey.add(b.reverseKey, b);
    if (!isUnset(b.homeAddress)) this.#home(b).add(b.homeAddress, b);
  }

  #unlist(b: Binding): void {
    this.#byForwardKey.drop(b.forwardKey, b);
    this.#byReverseKey.drop(b.reverseKey, b);
    if (!isUnset(b.homeAddress)) this.#home(b).drop(b.homeAddress, b);
  }

  #home({ l2 }: Binding): BindingIndex<string> {
    return l2 ? this.#l2ByHomeAddress : this.#byHomeAddress;
  }
}

/** Whether packets cannot tell the one binding from the other: a renewal that changes nothing makes such. */
const looksAlike = (a: Binding, b: Binding): boolean =>
  a.careOf === b.careOf &&
  a.homeAddress === b.homeAddress &&
  a.homeAgent === b.homeAgent &&
  a.reverseKey === b.reverseKey &&
  a.forwardKey === b.forwardKey &&
  a.gre === b.gre &&
  a.l2 === b.l2;
