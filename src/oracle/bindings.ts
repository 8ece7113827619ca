/**
 * The bindings that the device must have, as far as exchanges tell: what the replies granted and no later exchange took
 * back. Lookups are by key, home address and MN, so that 70 000 live MNs cost no scan.
 */
import type { Exchange } from './exchange.js';
import { naiOf } from './exchange.js';

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

export type BindingKeys = Pick<Binding, 'reverseKey' | 'forwardKey' | 'bidirectional'>;

/** RFC 3344 §3.3: this lifetime never ends. */
const infinite = 0xffff;

export const mnOf = (x: Exchange): string => {
  const nai = naiOf(x.rrq);
  if (nai !== undefined) return nai;
  return x.rrq.homeAddress === '0.0.0.0' ? x.rrp.homeAddress : x.rrq.homeAddress;
};

export class Bindings {
  readonly #byMn = new Map<string, Binding[]>();
  readonly #byForwardKey = new Map<number, Set<Binding>>();
  readonly #seen = new Set<string>();

  /** Whether the device has ever accepted a registration of this MN, so that it must know how to authenticate to it. */
  hasSeen(mn: string): boolean {
    return this.#seen.has(mn);
  }

  /** Live bindings of an MN at `now`; more than one only with simultaneous bindings. */
  of(mn: string, now: number): readonly Binding[] {
    return (this.#byMn.get(mn) ?? []).filter((b) => b.until > now);
  }

  /** Live bindings whose forward key this is. */
  withForwardKey(key: number, now: number): readonly Binding[] {
    return [...(this.#byForwardKey.get(key) ?? [])].filter((b) => b.until > now);
  }

  /** Whether any live binding uses the key in either direction. */
  usesKey(key: number, now: number): boolean {
    for (const list of this.#byMn.values()) {
      if (list.some((b) => b.until > now && (b.forwardKey === key || b.reverseKey === key))) return true;
    }
    return false;
  }

  /** Whether a live binding of that care-of address has the key as its reverse key. */
  reverseKeyOf(key: number, careOf: string, now: number): boolean {
    for (const list of this.#byMn.values()) {
      if (list.some((b) => b.until > now && b.careOf === careOf && b.reverseKey === key)) return true;
    }
    return false;
  }

  /** Takes in an accepted exchange. `keys` is what the binding now uses, by direction. */
  apply(x: Exchange, keys: BindingKeys): void {
    const mn = mnOf(x);
    this.#seen.add(mn);
    const own = this.#byMn.get(mn) ?? [];
    if (!x.registers) {
      // RFC 3344 §3.8.2.2: care-of address equal to the home address ends all bindings
      const all = x.rrq.careOfAddress === x.rrq.homeAddress;
      this.#replace(
        mn,
        own,
        own.filter((b) => !all && b.careOf !== x.rrq.careOfAddress),
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
    // RFC 3344 §3.8.2.2: without S, or where simultaneous bindings are not supported, earlier ones go
    const keepsOthers = x.rrq.simultaneous && x.rrp.code === 0;
    this.#replace(mn, own, [...own.filter((b) => keepsOthers && b.careOf !== binding.careOf), binding]);
  }

  /** Forgets an MN, for instance when its case is over. */
  forget(mn: string): void {
    this.#replace(mn, this.#byMn.get(mn) ?? [], []);
  }

  #replace(mn: string, before: readonly Binding[], after: Binding[]): void {
    for (const b of before) {
      if (b.forwardKey === undefined) continue;
      const set = this.#byForwardKey.get(b.forwardKey);
      set?.delete(b);
      if (set?.size === 0) this.#byForwardKey.delete(b.forwardKey);
    }
    for (const b of after) {
      if (b.forwardKey === undefined) continue;
      const set = this.#byForwardKey.get(b.forwardKey);
      if (set) set.add(b);
      else this.#byForwardKey.set(b.forwardKey, new Set([b]));
    }
    if (after.length === 0) this.#byMn.delete(mn);
    else this.#byMn.set(mn, after);
  }
}
