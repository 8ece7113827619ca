/**
 * The bindings that the device must have, as far as exchanges tell: what the replies granted and no later exchange took
 * back. Lookups are by key, home address and MN, so that 70 000 live MNs cost no scan.
 */
import { BindingIndex } from './binding-index.js';
import { Doubts } from './doubts.js';
import type { Exchange } from './exchange.js';
import { naiOf } from './exchange.js';
import { leavesOpen } from './left-open.js';
import { isUnset } from './request.js';
import { Rounds } from './rounds.js';
import type { Rrq } from '../wire/mobileip.js';

export interface Binding {
  /** NAI, else the home address. */
  readonly mn: string;
  readonly homeAgent: string;
  readonly careOf: string;
  readonly homeAddress: string;
  readonly l2: boolean;
  readonly gre: boolean;
  /** MPA to HA; undefined without GRE keys. */
  readonly reverseKey?: number;
  /** HA to MPA; undefined without GRE keys. */
  readonly forwardKey?: number;
  /** True when the HA chose one key for both directions. */
  readonly bidirectional: boolean;
  /** Milliseconds since the Unix epoch when the reply was seen; and when the granted lifetime ends. */
  readonly since: number;
  readonly until: number;
  readonly lifetime: number;
}

/** A binding under its home address; `ended` in milliseconds since the Unix epoch, undefined while it stands. */
interface AtHome {
  binding: Binding;
  ended: number | undefined;
}

export type BindingKeys = Pick<Binding, 'reverseKey' | 'forwardKey' | 'bidirectional'>;

/** RFC 3344 §3.3: this lifetime never ends. */
const infinite = 0xffff;
/** Clocks of lawful devices may count whole seconds; in milliseconds. */
const clockTick = 1000;
/** MNs remembered after their binding has gone. */
const mostSeen = 10_000;
/** How many are looked at for expiry at each binding that comes: more than one, so that memory follows the live. */
const sweptAtOnce = 2;

export const mnOf = (x: Exchange): string => {
  const nai = naiOf(x.rrq);
  if (nai !== undefined) return nai;
  return x.rrq.homeAddress === '0.0.0.0' ? x.rrp.homeAddress : x.rrq.homeAddress;
};

/** How long after its end packets of a binding may still be under way, in milliseconds; and how many such are kept. */
export const underWay = 5000;
const mostEnded = 16;
/** Bindings under one home address, ended ones among them, from which on those are let go of. */
const manyAtHome = 24;
/** Pairs of tunnel ends remembered; with more without keys, none counts as keyed any longer. */
const mostTunnels = 10_000;

export class Bindings {
  readonly #byMn = new Map<string, Binding[]>();
  readonly #byForwardKey = new BindingIndex<number>();
  readonly #byReverseKey = new BindingIndex<number>();
  readonly #byHomeAddress = new Map<string, AtHome[]>();
  /** In L2 mode a home address decides nothing, but a revocation names an MN by it. */
  readonly #l2ByHomeAddress = new BindingIndex<string>();
  readonly #seen = new Set<string>();
  /** Until when every lawful device has a binding; not those of which an exchange has left open what the device has. */
  readonly #certain = new WeakMap<Binding, number>();
  readonly #doubts = new Doubts();
  readonly #mnRounds = new Rounds(this.#byMn);
  readonly #homeRounds = new Rounds(this.#byHomeAddress);
  readonly #tunnels = { keyed: new Set<string>(), keyedL2: new Set<string>(), keyless: new Set<string>() };

  /** Whether the device has ever accepted a registration of this MN, so that it must know how to authenticate to it. */
  hasSeen(mn: string): boolean {
    return this.#seen.has(mn);
  }

  /** Live bindings of an MN at `now`; more than one only with simultaneous bindings. */
  of(mn: string, now: number): readonly Binding[] {
    return (this.#byMn.get(mn) ?? []).filter((b) => b.until > now);
  }

  /**
   * Whether every lawful device has this binding, and with these keys, from the one moment to the other: a request that
   * was sent before it was known may have been worked on before.
   */
  isCertain(b: Binding, from: number, to: number): boolean {
    return b.since <= from && (this.#certain.get(b) ?? -Infinity) > to && !this.#doubts.has(b);
  }

  /** Whether a request whose reply was not seen may have changed this binding. */
  isDoubtful(b: Binding): boolean {
    return this.#doubts.has(b);
  }

  /** Takes in a request, for those who may not see its reply; `changes` says of which bindings it leaves open the fate. */
  ask(rrq: Rrq, mn: string, now: number, changes: (b: Binding) => boolean): void {
    for (const b of this.#concerned(rrq, mn, now)) if (changes(b)) this.#doubts.raise(b, rrq.identification);
  }

  /** Takes in that a request was answered, in whatever way. */
  answered(rrq: Rrq, mn: string, now: number): void {
    for (const b of this.#concerned(rrq, mn, now)) this.#doubts.settle(b, rrq.identification);
  }

  /** Bindings of the MN, and of others under its home address: RFC 2794 §3 lets a device know one by either. */
  #concerned({ homeAddress }: Rrq, mn: string, now: number): readonly Binding[] {
    const own = this.of(mn, now);
    if (isUnset(homeAddress)) return own;
    return [...own, ...this.#allAt(homeAddress, now).filter((b) => b.mn !== mn)];
  }

  /** Live bindings whose forward key this is. */
  withForwardKey(key: number, now: number): readonly Binding[] {
    return this.#byForwardKey.live(key, now);
  }

  /** Whether GRE between these ends was only ever agreed on with keys; for L2 mode, whether it ever was. */
  isKeyed(homeAgent: string, careOf: string, mode: 'any' | 'l2' = 'any'): boolean {
    const ends = `${homeAgent} ${careOf}`;
    const { keyed, keyedL2, keyless } = this.#tunnels;
    const known = mode === 'l2' ? keyedL2 : keyed;
    return keyless.size < mostTunnels && known.has(ends) && !keyless.has(ends);
  }

  /** Live bindings in normal mode that have this home address. */
  atHome(homeAddress: string, now: number): readonly Binding[] {
    return (this.#byHomeAddress.get(homeAddress) ?? [])
      .filter((e) => e.ended === undefined && e.binding.until > now)
      .map((e) => e.binding);
  }

  /** Bindings in normal mode with this home address that were replaced or ended only lately. */
  lately(homeAddress: string, now: number): readonly Binding[] {
    return (this.#byHomeAddress.get(homeAddress) ?? [])
      .filter((e) => e.ended !== undefined && e.ended + underWay > now)
      .map((e) => e.binding);
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
    this.#seen.add(mn);
    this.sweep(x.reply.at);
    const own = this.#byMn.get(mn) ?? [];
    const open = this.#leftOpen(x, mn, own);
    for (const b of open) this.#certain.delete(b);
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
    const binding: Binding = {
      mn,
      homeAgent: x.rrp.homeAgent,
      careOf: x.rrq.careOfAddress,
      homeAddress: x.rrp.homeAddress,
      l2: x.asked?.a === true,
      gre: x.rrq.gre || x.asked !== undefined,
      ...keys,
      since: x.reply.at,
      until: x.rrp.lifetime === infinite ? Infinity : x.reply.at + x.rrp.lifetime * 1000,
      lifetime: x.rrp.lifetime,
    };
    // the device's clock may have run since the request was sent
    const surely = x.request.at + x.rrp.lifetime * 1000 - clockTick;
    if (!open.some((b) => b.mn !== mn)) this.#certain.set(binding, x.rrp.lifetime === infinite ? Infinity : surely);
    if (binding.gre) {
      const ends = `${binding.homeAgent} ${binding.careOf}`;
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
    this.#mnRounds.look(sweptAtOnce, (mn, list) => {
      const live = list.filter((b) => b.until > now);
      if (live.length < list.length) this.#replace(mn, list, live, now);
    });
    this.#homeRounds.look(sweptAtOnce, (homeAddress, here) => {
      const left = here.filter(({ ended = Infinity }) => ended + underWay > now);
      if (left.length < here.length) this.#setHome(homeAddress, left);
    });
    for (const mn of this.#seen) {
      if (this.#seen.size <= mostSeen) break;
      this.#seen.delete(mn);
    }
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
      if (!this.#byHomeAddress.has(home) && !this.#l2ByHomeAddress.has(home)) continue;
      for (const b of this.#allAt(home, x.reply.at)) if (b.mn !== mn && leavesOpen(x, mn, b)) open.push(b);
    }
    return open;
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
      const until = this.#certain.get(b);
      if (until !== undefined) this.#certain.set(other, until);
      this.#doubts.pass(b, other);
      return other;
    };
    for (const here of this.#byHomeAddress.values()) for (const entry of here) entry.binding = turn(entry.binding);
    for (const [mn, own] of this.#byMn) {
      this.#unlist(own);
      const after = own.map(turn);
      this.#list(after);
      this.#byMn.set(mn, after);
    }
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

  #replace(mn: string, before: readonly Binding[], after: Binding[], now: number): void {
    for (const b of before) if (!after.includes(b)) this.#leaveHome(b, now);
    for (const b of after) if (!before.includes(b)) this.#comeHome(b);
    this.#unlist(before);
    this.#list(after);
    if (after.length === 0) this.#byMn.delete(mn);
    else this.#byMn.set(mn, after);
  }

  #list(bindings: readonly Binding[]): void {
    for (const b of bindings) {
      this.#byForwardKey.add(b.forwardKey, b);
      this.#byReverseKey.add(b.reverseKey, b);
      this.#l2ByHomeAddress.add(l2HomeAddress(b), b);
    }
  }

  #unlist(bindings: readonly Binding[]): void {
    for (const b of bindings) {
      this.#byForwardKey.drop(b.forwardKey, b);
      this.#byReverseKey.drop(b.reverseKey, b);
      this.#l2ByHomeAddress.drop(l2HomeAddress(b), b);
    }
  }

  #comeHome(binding: Binding): void {
    if (binding.l2 || binding.homeAddress === '0.0.0.0') return;
    const here = this.#byHomeAddress.get(binding.homeAddress) ?? [];
    here.push({ binding, ended: undefined });
    const ended = here.length < manyAtHome ? [] : here.filter((e) => e.ended !== undefined);
    const tooOld = new Set(ended.slice(0, -mostEnded));
    this.#setHome(binding.homeAddress, tooOld.size === 0 ? here : here.filter((e) => !tooOld.has(e)));
  }

  #leaveHome(binding: Binding, now: number): void {
    const here = this.#byHomeAddress.get(binding.homeAddress);
    const own = here?.find((e) => e.binding === binding);
    if (!here || !own) return;
    own.ended = now;
    if (now === -Infinity) {
      this.#setHome(
        binding.homeAddress,
        here.filter((e) => e !== own),
      );
    }
  }

  #setHome(homeAddress: string, here: AtHome[]): void {
    if (here.length === 0) this.#byHomeAddress.delete(homeAddress);
    else this.#byHomeAddress.set(homeAddress, here);
  }
}

const l2HomeAddress = ({ l2, homeAddress }: Binding): string | undefined =>
  l2 && homeAddress !== '0.0.0.0' ? homeAddress : undefined;
