/**
 * The binding table, RFC 3344 §3.8.1 and draft §5.5.1: mobile nodes by identity and by home address, their bindings, and
 * the L2 bindings by care-of address and reverse key. Only lookups in maps: no path of a packet walks the table.
 */
import { Deadlines, type Due } from './deadlines.js';
import type { RevocationPeer } from './revocation.js';

/** `gre` carries IPv4 packets, `l2` carries Ethernet frames. */
export type TunnelKind = 'ip-in-ip' | 'gre' | 'l2';

export interface MobileNode {
  /** The NAI, or `ip:` and the home address for a mobile node without one. */
  readonly id: string;
  /** 0 where no home address is known: L2 only (draft §5.5.1). */
  homeAddress: number;
  /** The newest last. */
  readonly bindings: Binding[];
  /** MAC addresses that the bridge has learned behind it. */
  macs: Set<number> | undefined;
}

/** What a registration settles. Addresses are numbers; keys are undefined where the tunnel has none. */
export interface BindingTerms {
  readonly careOf: number;
  /** Home agent address of the reply: the outer source of the forward tunnel (RFC 3344 §4.2.3). */
  readonly homeAgent: number;
  readonly tunnel: TunnelKind;
  readonly reverseKey: number | undefined;
  readonly forwardKey: number | undefined;
  /** The key by which a renewal reflects what was agreed (draft §6.2): the one of the request, or that given for 0. */
  readonly agreedKey: number | undefined;
  /** B of the request. */
  readonly broadcast: boolean;
  /** D of the request. */
  readonly decapsulation: boolean;
  /** Where registration revocation is agreed (RFC 3543). */
  readonly revocation?: RevocationPeer;
}

export interface Binding extends Due {
  readonly node: MobileNode;
  terms: BindingTerms;
  /** Last GRE sequence number taken; RFC 2890 §2.2 starts with 2^32-1. */
  sequence: number;
}

const initialSequence = 0xffffffff;

export class BindingTable {
  private readonly byId = new Map<string, MobileNode>();
  private readonly byHome = new Map<number, MobileNode>();
  private readonly l2 = new Map<number, Map<number, Binding>>();
  private readonly ports = new Set<Binding>();
  private readonly broadcasts = new Set<Binding>();
  private readonly deadlines = new Deadlines<Binding>();
  private count = 0;

  /** Number of bindings. */
  get size(): number {
    return this.count;
  }

  get nodes(): number {
    return this.byId.size;
  }

  find(id: string): MobileNode | undefined {
    return this.byId.get(id);
  }

  atHome(homeAddress: number): MobileNode | undefined {
    return this.byHome.get(homeAddress);
  }

  /** The L2 binding that frames with this outer source and key belong to. */
  l2At(careOf: number, key: number): Binding | undefined {
    return this.l2.get(careOf)?.get(key);
  }

  /** Every binding; for looking, not for the path of a packet. */
  *all(): Generator<Binding> {
    for (const node of this.byId.values()) yield* node.bindings;
  }

  /** All L2 bindings: the tunnel ports of the bridge. */
  l2Bindings(): Iterable<Binding> {
    return this.ports;
  }

  /** L3 bindings that asked for broadcasts. */
  broadcastBindings(): Iterable<Binding> {
    return this.broadcasts;
  }

  /** Makes the binding of this mobile node and care-of address, or changes the one that is there. */
  put(id: string, homeAddress: number, terms: BindingTerms, due: number): Binding {
    const node = this.byId.get(id) ?? { id, homeAddress, bindings: [], macs: undefined };
    this.byId.set(id, node);
    if (node.homeAddress !== homeAddress) this.leaveHome(node);
    node.homeAddress = homeAddress;
    if (homeAddress !== 0) this.byHome.set(homeAddress, node);
    const found = node.bindings.find((b) => b.terms.careOf === terms.careOf);
    const binding = found ?? { node, terms, sequence: initialSequence, due, slot: -1 };
    if (found) {
      this.unindex(found);
      node.bindings.splice(node.bindings.indexOf(found), 1);
      if (found.terms.reverseKey !== terms.reverseKey) found.sequence = initialSequence;
      found.terms = terms;
    } else {
      this.count++;
    }
    node.bindings.push(binding);
    this.index(binding);
    this.deadlines.set(binding, due);
    return binding;
  }

  remove(binding: Binding): void {
    const { node } = binding;
    const place = node.bindings.indexOf(binding);
    if (place < 0) return;
    node.bindings.splice(place, 1);
    this.count--;
    this.deadlines.remove(binding);
    this.unindex(binding);
    if (node.bindings.length > 0) return;
    this.leaveHome(node);
    this.byId.delete(node.id);
  }

  /** When the next binding expires. */
  deadline(): number | undefined {
    return this.deadlines.next();
  }

  /** A binding that has expired at `now`; it is still in the table. */
  expired(now: number): Binding | undefined {
    return this.deadlines.take(now);
  }

  private leaveHome(node: MobileNode): void {
    if (this.byHome.get(node.homeAddress) === node) this.byHome.delete(node.homeAddress);
  }

  private index(binding: Binding): void {
    const { careOf, reverseKey, tunnel, broadcast } = binding.terms;
    if (tunnel !== 'l2') {
      if (broadcast) this.broadcasts.add(binding);
      return;
    }
    this.ports.add(binding);
    if (reverseKey === undefined) return;
    const keys = this.l2.get(careOf) ?? new Map<number, Binding>();
    this.l2.set(careOf, keys.set(reverseKey, binding));
  }

  private unindex(binding: Binding): void {
    const { careOf, reverseKey } = binding.terms;
    this.ports.delete(binding);
    this.broadcasts.delete(binding);
    const keys = this.l2.get(careOf);
    if (keys === undefined || reverseKey === undefined || keys.get(reverseKey) !== binding) return;
    keys.delete(reverseKey);
    if (keys.size === 0) this.l2.delete(careOf);
  }
}
