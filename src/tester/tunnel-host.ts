/** A mobile node as the Ethernet host that it is: the emulator of src/agents behind the L2 tunnel of a registered MN. */
import { MnHost } from '../agents/mn-host.js';
import type { Lease4, MnCommand, MnEvent, MnOutput } from '../agents/mn-types.js';
import type { Clock, Timer } from '../net/port.js';
import type { TunnelFrame } from '../oracle/frame.js';
import { Arrivals } from './arrivals.js';
import type { MobileNode } from './mobile-node.js';
import { cookieIn } from './probe.js';
import type { Session } from './session.js';

/** Milliseconds between attempts; a server may first look whether an address is free, which takes it a second or more. */
const serverWait = { dhcpv4: 1500, dhcpv6: 1000, router: 1000 } as const;

/**
 * What became of the first request for each service of the home link in this run: one that was silent is not waited for
 * again.
 */
const services = new WeakMap<Session, Map<MnCommand['kind'], 'answers' | 'silent'>>();

type EventOf<K extends MnEvent['kind']> = Extract<MnEvent, { readonly kind: K }>;

export class TunnelHost {
  readonly mn: MobileNode;
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #host: MnHost;
  /** Where events go: one for each verb that waits. */
  readonly #listeners = new Set<Arrivals<MnEvent>>();
  #timer: Timer | undefined;
  #ownIp: string | undefined;

  constructor(session: Session, mn: MobileNode) {
    this.mn = mn;
    this.#session = session;
    this.#clock = session.clock;
    const neighbour = Math.max(200, Math.min(session.patience, 1000));
    const random = (): number => session.random.uint32();
    this.#host = new MnHost({ mac: mn.mac, random, times: { ...serverWait, neighbour } });
    mn.host = this;
    session.hosts.set(mn.nai, mn);
  }

  /** Its IPv6 link-local address. */
  get linkLocal(): string {
    return this.#host.linkLocal;
  }

  /** A lease by DHCPv4; undefined when no server gives one. With `broadcast` the answers are to come to all. */
  async dhcpv4(options: { readonly broadcast?: boolean } = {}): Promise<Lease4 | undefined> {
    const event = await this.#served({ kind: 'dhcpv4', ...options }, ['lease4']);
    if (!event) return undefined;
    if (this.#ownIp !== undefined && this.#ownIp !== event.lease.address) this.#host.link.ipv4.delete(this.#ownIp);
    this.#ownIp = this.mn.ip = event.lease.address;
    return event.lease;
  }

  /** Asks its server to prolong the lease now. */
  renew4(): Promise<MnEvent | undefined> {
    return this.#do({ kind: 'renew4' }, ['lease4', 'nak4']);
  }

  /** Gives the lease back; nothing answers that. */
  release4(): void {
    this.#command({ kind: 'release4' });
  }

  /** An address by DHCPv6; `refused6` is a server that gives none. Undefined: no server answers. */
  dhcpv6(
    options: { readonly rapidCommit?: boolean } = {},
  ): Promise<EventOf<'lease6'> | EventOf<'refused6'> | undefined> {
    return this.#served({ kind: 'dhcpv6', ...options }, ['lease6', 'refused6']);
  }

  /** An address of a router's prefix; undefined when no router advertises one that addresses may be made of. */
  async slaac(): Promise<{ readonly address: string; readonly router: string } | undefined> {
    const router = await this.#served({ kind: 'slaac' }, ['router']);
    if (!router || router.prefixes.length === 0) return undefined;
    const isGlobal = (event: MnEvent): boolean => event.kind === 'address6' && event.address !== this.linkLocal;
    const event = await this.#until((e) => isGlobal(e) || e.kind === 'duplicate6');
    return event?.kind === 'address6' ? { address: event.address, router: router.address } : undefined;
  }

  /** Takes its link-local address into use. */
  async up6(): Promise<boolean> {
    if (this.#host.link.ipv6.get(this.linkLocal) === 'valid') return true;
    const event = await this.#do({ kind: 'up6' }, ['address6', 'duplicate6']);
    return event?.kind === 'address6';
  }

  /** Whether an echo request to an IPv4 or IPv6 address is answered. */
  async ping(address: string): Promise<boolean> {
    const payload = new Uint8Array(8).map(() => this.#session.random.uint32());
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = this.#until((e) => e.kind === 'echo' && e.from === address, this.#session.patience);
      this.#command({ kind: 'ping', address, payload });
      if (await answer) return true;
    }
    return false;
  }

  /** The hardware address of an IPv4 or IPv6 neighbour; undefined when nobody answers. */
  async resolve(address: string): Promise<string | undefined> {
    const event = await this.#do({ kind: 'resolve', address }, ['neighbour'], (e) => e.address === address);
    return event?.mac;
  }

  /** A frame as it came out of the tunnel. */
  hear(frame: TunnelFrame): void {
    if (!frame.gre || this.mn.binding?.l2 !== true) return;
    // kept for the report while a verb waits; what carries a cookie has been kept already
    if (this.#listeners.size > 0 && cookieIn(frame.bytes) === undefined) {
      const { source, destination } = frame.outer;
      this.mn.recorder?.add('received', 'ip', source, destination, frame.bytes, frame.at);
      this.#session.judge.add(this.#session.oracle.frame(frame), this.mn.during, frame.bytes);
    }
    this.#step(() => this.#host.step({ kind: 'frame', bytes: frame.gre?.payload ?? frame.bytes }, this.#clock.now()));
  }

  /** Gives its leases back and says no more. */
  close(): void {
    this.#command({ kind: 'release4' });
    this.#command({ kind: 'release6' });
    this.#timer?.cancel();
    if (this.mn.host === this) this.mn.host = undefined;
  }

  /** As `#do`, but a service that was silent from the first is not asked again in this run. */
  async #served<K extends MnEvent['kind']>(command: MnCommand, kinds: readonly K[]): Promise<EventOf<K> | undefined> {
    const known = services.get(this.#session) ?? new Map<MnCommand['kind'], 'answers' | 'silent'>();
    services.set(this.#session, known);
    if (known.get(command.kind) === 'silent') return undefined;
    const event = await this.#do(command, kinds);
    if (event) known.set(command.kind, 'answers');
    else if (!known.has(command.kind)) known.set(command.kind, 'silent');
    return event;
  }

  /** Obeys a command, and the first event of these kinds; undefined when the host gives up. */
  async #do<K extends MnEvent['kind']>(
    command: MnCommand,
    kinds: readonly K[],
    fits: (event: EventOf<K>) => boolean = () => true,
  ): Promise<EventOf<K> | undefined> {
    const isWanted = (e: MnEvent): e is EventOf<K> => (kinds as readonly string[]).includes(e.kind);
    const isEnd = (e: MnEvent): boolean => e.kind === 'unanswered' || e.kind === 'duplicate6';
    const found = this.#until((e) => (isWanted(e) && fits(e)) || isEnd(e));
    this.#command(command);
    const event = await found;
    return event && isWanted(event) ? event : undefined;
  }

  /** The next event that fits, within `ms`; the host gives up by itself long before the usual time. */
  async #until(fits: (event: MnEvent) => boolean, ms = 20_000): Promise<MnEvent | undefined> {
    const events = new Arrivals<MnEvent>(this.#clock);
    this.#listeners.add(events);
    const event = await events.first(ms, fits);
    this.#listeners.delete(events);
    return event;
  }

  #command(command: MnCommand): void {
    this.#step(() => this.#host.step({ kind: 'command', command }, this.#clock.now()));
  }

  #step(step: () => readonly MnOutput[]): void {
    this.#takeIp();
    for (const output of step()) {
      if (output.kind === 'frame') this.mn.tunnelFrame(output.bytes);
      else for (const events of this.#listeners) events.push(output.event);
    }
    this.#arm();
  }

  /** The address that the MN was given by hand, or by its registration. */
  #takeIp(): void {
    const { ip } = this.mn;
    if (ip === this.#ownIp) return;
    if (this.#ownIp !== undefined) this.#host.link.ipv4.delete(this.#ownIp);
    if (ip !== undefined) this.#host.link.ipv4.add(ip);
    this.#ownIp = ip;
  }

  #arm(): void {
    this.#timer?.cancel();
    const due = this.#host.deadline();
    this.#timer =
      due === undefined
        ? undefined
        : this.#clock.setTimer(Math.max(0, due - this.#clock.now()), () =>
            this.#step(() => this.#host.step({ kind: 'timer' }, this.#clock.now())),
          );
  }
}
