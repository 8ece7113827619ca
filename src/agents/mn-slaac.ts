/** Stateless address autoconfiguration: RFC 4862 with the router discovery of RFC 4861 §6.3. */
import { icmpv6Types } from '../wire/icmpv6.js';
import { ipv6Bytes, ipv6Text } from '../wire/ipv6-address.js';
import { decode } from '../wire/layout.js';
import { allRouters, ndpHopLimit, ndpOptions, routerAdvertisement, routerSolicitation } from '../wire/ndp.js';
import { option, optionIn } from '../wire/options.js';
import { concat } from '../wire/text.js';
import { interfaceIdentifier, isLinkLocal, linkLocalOf, multicastMac, prefixOf, solicitedNode } from './addresses.js';
import { type Heard, icmpv6Frame } from './host-frames.js';
import type { MnLink } from './mn-link.js';
import { listenerReport } from './mn-listener.js';
import { solicitation } from './mn-neighbours.js';
import { earliest, Retry } from './mn-retry.js';

/** Most prefixes that addresses are made of. */
const mostPrefixes = 16;

interface Trial {
  readonly until: number;
  readonly then: ((now: number) => void)[];
}

export class Autoconfiguration {
  readonly linkLocal: string;
  readonly #link: MnLink;
  readonly #identifier: Uint8Array;
  readonly #learn: (address: string, mac: string) => void;
  readonly #retry = new Retry();
  readonly #trials = new Map<string, Trial>();
  readonly #prefixes = new Set<string>();
  /** Whether addresses are made of prefixes at all. */
  #active = false;

  /** `learn` takes the hardware address of a router. */
  constructor(link: MnLink, learn: (address: string, mac: string) => void) {
    this.#link = link;
    this.#learn = learn;
    this.#identifier = interfaceIdentifier(link.mac);
    this.linkLocal = linkLocalOf(link.mac);
  }

  /** Looks for routers, with a link-local address first. */
  start(now: number): void {
    this.#active = true;
    this.up(now, (at) => {
      this.#retry.start(
        at,
        this.#link.times.router,
        () => this.#solicitRouters(),
        () => this.#link.tell({ kind: 'unanswered', what: 'router' }),
      );
    });
  }

  /** Does something once there is a link-local address. */
  up(now: number, then: (at: number) => void): void {
    if (this.#link.ipv6.get(this.linkLocal) === 'valid') then(now);
    else this.use(this.linkLocal, now, then);
  }

  /** Tries an address for duplicates, then uses it: RFC 4862 §5.4. */
  use(address: string, now: number, then?: (at: number) => void): void {
    const running = this.#trials.get(address);
    if (running) {
      if (then) running.then.push(then);
      return;
    }
    if (this.#link.ipv6.get(address) === 'valid') return then?.(now);
    this.#link.ipv6.set(address, 'tentative');
    this.#trials.set(address, { until: now + this.#link.times.neighbour, then: then ? [then] : [] });
    // RFC 4861 §7.2.1, RFC 3810: a bridge that listens must know whom solicitations are for
    this.#link.send(listenerReport(this.#link.mac, [solicitedNode(address)]));
    this.#link.send(solicitation(this.#link.mac, '::', address));
  }

  /** RFC 4862 §5.4.5: an address that somebody else has is not used. */
  claimed(address: string): void {
    if (!this.#trials.delete(address)) return;
    this.#link.ipv6.delete(address);
    // RFC 4862 §5.4.5: whose link-local address is not unique stays silent
    if (address === this.linkLocal) this.#active = false;
    this.#link.tell({ kind: 'duplicate6', address });
  }

  deadline(): number | undefined {
    return earliest(this.#retry.deadline, ...[...this.#trials.values()].map(({ until }) => until));
  }

  timer(now: number): void {
    for (const [address, { until, then }] of [...this.#trials]) {
      if (now < until) continue;
      this.#trials.delete(address);
      this.#link.ipv6.set(address, 'valid');
      this.#link.tell({ kind: 'address6', address });
      for (const action of then) action(now);
    }
    this.#retry.timer(now);
  }

  /** RFC 4861 §6.1.2: from a link-local address, with the largest hop limit. */
  hear({ ipv6, icmpv6 }: Heard, now: number): void {
    if (icmpv6?.[0] !== icmpv6Types.routerAdvertisement || ipv6?.hopLimit !== ndpHopLimit) return;
    const decoded = decode(routerAdvertisement, icmpv6);
    if (!decoded.ok || !isLinkLocal(ipv6.source)) return;
    this.#retry.stop();
    const { options, routerLifetime } = decoded.value;
    const mac = optionIn(ndpOptions.sourceLinkLayer, options)?.mac;
    if (mac !== undefined) this.#learn(ipv6.source, mac);
    if (routerLifetime > 0) this.#link.router6 = ipv6.source;
    const prefixes = options.flatMap((each) => optionIn(ndpOptions.prefix, [each]) ?? []);
    // RFC 4862 §5.5.3: autonomous, not link-local, as long as the identifier leaves room for, alive
    const usable = prefixes.filter(
      (p) => p.autonomous && p.prefixLength === 64 && p.valid > 0 && p.preferred <= p.valid && !isLinkLocal(p.prefix),
    );
    for (const p of prefixes) if (p.onLink && p.prefixLength === 64) this.#link.onLink.add(prefixOf(p.prefix));
    this.#link.tell({ kind: 'router', address: ipv6.source, prefixes: usable.map(({ prefix }) => prefix) });
    if (!this.#active) return;
    for (const { prefix } of usable) {
      if (this.#prefixes.size >= mostPrefixes && !this.#prefixes.has(prefix)) continue;
      this.#prefixes.add(prefix);
      const network = (ipv6Bytes(prefix) ?? new Uint8Array(16)).subarray(0, 8);
      this.use(ipv6Text(concat(network, this.#identifier)), now);
    }
  }

  #solicitRouters(): void {
    const { mac } = this.#link;
    const ends = { source: mac, destination: multicastMac(allRouters) };
    const options = [option(ndpOptions.sourceLinkLayer, { mac })];
    this.#link.send(
      icmpv6Frame(ends, { source: this.linkLocal, destination: allRouters }, routerSolicitation, { options }),
    );
  }
}
