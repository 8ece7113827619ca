/**
 * The mobile nodes that an MPA acts for, draft §5.5.2: their registrations and the keys of both directions. Found by MAC
 * address, by NAI, and by tunnel; no path of a packet walks the table.
 */
import { low32 } from '../wire/mobileip.js';
import { Deadlines, type Due } from './deadlines.js';
import type { TunnelKind } from './ha-bindings.js';
import type { NodeClock } from './mpa-clocks.js';
import type { TunnelMode } from './mpa-config.js';
import type { MpaRequest, Purpose } from './mpa-rules.js';
import type { RevocationPeer } from './revocation.js';

/** What an accepted registration settles. Addresses are numbers; keys are undefined where the tunnel has none. */
export interface MpaTerms {
  readonly tunnel: TunnelKind;
  /** Home agent address of the reply: the other end of the tunnel (RFC 3024 §4.3.1). */
  readonly homeAgent: number;
  /** 0 where the HA assigned none: L2 only. */
  readonly homeAddress: number;
  readonly reverseKey: number | undefined;
  readonly forwardKey: number | undefined;
}

export interface MpaBinding {
  readonly terms: MpaTerms;
  /** Milliseconds since the Unix epoch. */
  readonly expires: number;
  /** Last GRE sequence number taken; RFC 2890 §2.2 starts with 2^32-1. */
  sequence: number;
  /** Who may revoke it, where that was agreed on. */
  readonly revocation: RevocationPeer | undefined;
}

/** The request that an answer is awaited for. */
export interface Pending {
  readonly request: MpaRequest;
  readonly purpose: Purpose;
  /** Milliseconds since the Unix epoch. */
  readonly sentAt: number;
}

/** `attached`: to be registered. `leaving`: being deregistered. `stopped`: the HA wants no more requests. */
export type Phase = 'attached' | 'leaving' | 'stopped';

export interface Device extends Due {
  readonly nai: string;
  readonly mac: number;
  readonly mode: TunnelMode;
  /** Key that the MPA chose for its direction, where the mode has it choose. */
  readonly ownKey: number | undefined;
  readonly clock: NodeClock;
  phase: Phase;
  /** Dotted address that requests go to. */
  homeAgent: string;
  /** As a number; 0 while none is known. */
  homeAddress: number;
  /** Seconds to ask for at the most. */
  mostLifetime: number;
  binding: MpaBinding | undefined;
  pending: Pending | undefined;
  /** Requests sent since the last success. */
  attempts: number;
  /** When the next request is due, in milliseconds since the Unix epoch. */
  next: number;
  /** Home agents that were asked since the last success. */
  readonly asked: Set<string>;
  /** A frame that has to wait for the home address. */
  waiting: Uint8Array | undefined;
}

/** Tells tunnels apart: L2 by key, others by key and home address, each at its home agent. */
const tunnelName = (tunnel: TunnelKind, homeAgent: number, key: number | undefined, homeAddress: number): string =>
  tunnel === 'l2' ? `l2 ${homeAgent} ${key}` : `${tunnel} ${homeAgent} ${key} ${homeAddress}`;

export class DeviceTable {
  private readonly byMac = new Map<number, Device>();
  private readonly byNai = new Map<string, Device>();
  private readonly byHome = new Map<number, Device>();
  private readonly byTunnel = new Map<string, Device>();
  private readonly byIdentification = new Map<number, Device>();
  private readonly deadlines = new Deadlines<Device>();

  get size(): number {
    return this.byMac.size;
  }

  at(mac: number): Device | undefined {
    return this.byMac.get(mac);
  }

  named(nai: string): Device | undefined {
    return this.byNai.get(nai);
  }

  /** The device that last got this home address. */
  atHome(homeAddress: number): Device | undefined {
    return this.byHome.get(homeAddress);
  }

  /** The device whose forward tunnel this is; `homeAddress` counts for tunnels other than L2. */
  behind(tunnel: TunnelKind, homeAgent: number, key: number | undefined, homeAddress: number): Device | undefined {
    return this.byTunnel.get(tunnelName(tunnel, homeAgent, key, homeAddress));
  }

  /** The device whose request has this low half of the Identification and is not answered yet. */
  awaiting(low: number): Device | undefined {
    return this.byIdentification.get(low);
  }

  /** Every device; for looking, not for the path of a packet. */
  all(): Iterable<Device> {
    return this.byMac.values();
  }

  add(device: Device): void {
    this.byMac.set(device.mac, device);
    this.byNai.set(device.nai, device);
  }

  remove(device: Device): void {
    this.bind(device, undefined);
    this.await(device, undefined);
    this.byMac.delete(device.mac);
    this.byNai.delete(device.nai);
    this.deadlines.remove(device);
  }

  /** Gives the device a tunnel, or takes it away. */
  bind(device: Device, binding: MpaBinding | undefined): void {
    const old = device.binding?.terms;
    if (old) {
      const name = tunnelName(old.tunnel, old.homeAgent, old.forwardKey, old.homeAddress);
      if (this.byTunnel.get(name) === device) this.byTunnel.delete(name);
      if (this.byHome.get(old.homeAddress) === device) this.byHome.delete(old.homeAddress);
    }
    device.binding = binding;
    if (!binding) return;
    const { tunnel, homeAgent, forwardKey, homeAddress } = binding.terms;
    this.byTunnel.set(tunnelName(tunnel, homeAgent, forwardKey, homeAddress), device);
    if (homeAddress !== 0) this.byHome.set(homeAddress, device);
  }

  /** Notes the request that an answer is awaited for. */
  await(device: Device, pending: Pending | undefined): void {
    const old = device.pending && low32(device.pending.request.identification);
    if (old !== undefined && this.byIdentification.get(old) === device) this.byIdentification.delete(old);
    device.pending = pending;
    if (pending) this.byIdentification.set(low32(pending.request.identification), device);
  }

  /** Sets the timer of the device: its next request, or the end of its binding. */
  schedule(device: Device): void {
    this.deadlines.set(device, Math.min(device.next, device.binding?.expires ?? Infinity));
  }

  deadline(): number | undefined {
    return this.deadlines.next();
  }

  /** A device whose timer has gone off at `now`. */
  due(now: number): Device | undefined {
    return this.deadlines.take(now);
  }
}
