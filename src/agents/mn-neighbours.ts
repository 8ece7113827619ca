/** Whom a host knows on its link: ARP for IPv4 (RFC 826), neighbour discovery for IPv6 (RFC 4861 §7.2). */
import { arpOperations } from '../wire/arp.js';
import { broadcastMac } from '../wire/ethernet.js';
import { isIpv6 } from '../wire/ipv6-address.js';
import { icmpv6Types } from '../wire/icmpv6.js';
import { decode } from '../wire/layout.js';
import { allNodes, ndpHopLimit, ndpOptions, neighbourAdvertisement, neighbourSolicitation } from '../wire/ndp.js';
import { option, optionIn } from '../wire/options.js';
import { isLinkLocal, multicastMac, solicitedNode } from './addresses.js';
import { arpFrame, type Heard, icmpv6Frame } from './host-frames.js';
import type { MnLink } from './mn-link.js';
import { earliest, Retry } from './mn-retry.js';

/** Most neighbours remembered, and most that are looked for at once. */
const mostNeighbours = 1024;
const mostSearches = 64;

interface Search {
  readonly retry: Retry;
  /** What is to be done once the neighbour is known. */
  readonly then: ((mac: string) => void)[];
}

export class MnNeighbours {
  readonly #link: MnLink;
  readonly #known = new Map<string, string>();
  readonly #searches = new Map<string, Search>();
  /** Told when somebody else has, or wants, a tentative address of ours. */
  readonly #onClaim: (address: string) => void;

  constructor(link: MnLink, onClaim: (address: string) => void) {
    this.#link = link;
    this.#onClaim = onClaim;
  }

  macOf(address: string): string | undefined {
    return this.#known.get(address);
  }

  /** Does something once the hardware address is known: at once, or after asking. `anew` asks in any case. */
  resolve(address: string, now: number, then: (mac: string) => void, anew = false): void {
    const known = this.#known.get(address);
    if (known !== undefined && !anew) return then(known);
    const running = this.#searches.get(address);
    if (running) return void running.then.push(then);
    if (this.#searches.size >= mostSearches) return;
    const search = { retry: new Retry(), then: [then] };
    this.#searches.set(address, search);
    search.retry.start(
      now,
      this.#link.times.neighbour,
      () => this.#solicit(address),
      () => {
        this.#searches.delete(address);
        this.#link.tell({ kind: 'unanswered', what: 'neighbour' });
      },
    );
  }

  learn(address: string, mac: string): void {
    if (this.#known.size >= mostNeighbours && !this.#known.has(address)) return;
    this.#known.set(address, mac);
    const search = this.#searches.get(address);
    if (!search) return;
    this.#searches.delete(address);
    this.#link.tell({ kind: 'neighbour', address, mac });
    for (const then of search.then) then(mac);
  }

  deadline(): number | undefined {
    return earliest(...[...this.#searches.values()].map(({ retry }) => retry.deadline));
  }

  timer(now: number): void {
    for (const { retry } of [...this.#searches.values()]) retry.timer(now);
  }

  hear(heard: Heard): void {
    if (heard.arp) this.#hearArp(heard);
    else if (heard.icmpv6 && heard.ipv6?.hopLimit === ndpHopLimit) this.#hearNdp(heard, heard.icmpv6);
  }

  #hearArp({ arp }: Heard): void {
    if (!arp) return;
    if (arp.senderIp !== '0.0.0.0') this.learn(arp.senderIp, arp.senderMac);
    if (arp.operation !== arpOperations.request || !this.#link.ipv4.has(arp.targetIp)) return;
    const { mac } = this.#link;
    const answer = { senderMac: mac, senderIp: arp.targetIp, targetMac: arp.senderMac, targetIp: arp.senderIp };
    const ends = { source: mac, destination: arp.senderMac };
    this.#link.send(arpFrame(ends, { operation: arpOperations.reply, ...answer }));
  }

  #hearNdp({ ipv6 }: Heard, message: Uint8Array): void {
    if (!ipv6) return;
    if (message[0] === icmpv6Types.neighbourSolicitation) {
      const asked = decode(neighbourSolicitation, message);
      if (!asked.ok) return;
      const mac = optionIn(ndpOptions.sourceLinkLayer, asked.value.options)?.mac;
      if (mac !== undefined && ipv6.source !== '::') this.learn(ipv6.source, mac);
      this.#answer(asked.value.target, ipv6.source, mac);
    } else if (message[0] === icmpv6Types.neighbourAdvertisement) {
      const told = decode(neighbourAdvertisement, message);
      if (!told.ok) return;
      const { target, options } = told.value;
      if (this.#link.ipv6.get(target) === 'tentative') return this.#onClaim(target);
      const mac = optionIn(ndpOptions.targetLinkLayer, options)?.mac;
      if (mac !== undefined) this.learn(target, mac);
    }
  }

  #answer(target: string, from: string, mac: string | undefined): void {
    const state = this.#link.ipv6.get(target);
    if (state === undefined) return;
    if (state === 'tentative') {
      // RFC 4862 §5.4.3: another host that tries the same address
      if (from === '::') this.#onClaim(target);
      return;
    }
    const toAll = from === '::';
    const destination = toAll ? allNodes : from;
    const ends = { source: this.#link.mac, destination: toAll ? multicastMac(allNodes) : (mac ?? this.macOf(from)) };
    if (ends.destination === undefined) return;
    const options = [option(ndpOptions.targetLinkLayer, { mac: this.#link.mac })];
    const message = { solicited: !toAll, override: true, target, options };
    this.#link.send(
      icmpv6Frame(
        { source: ends.source, destination: ends.destination },
        { source: target, destination },
        neighbourAdvertisement,
        message,
      ),
    );
  }

  #solicit(address: string): void {
    const { mac } = this.#link;
    if (!isIpv6(address)) {
      const request = { senderMac: mac, senderIp: this.#link.source4, targetIp: address };
      return this.#link.send(arpFrame({ source: mac, destination: broadcastMac }, request));
    }
    const source = sourceFor(address, this.#link);
    if (source !== undefined) this.#link.send(solicitation(mac, source, address));
  }
}

/** A neighbour solicitation; from `::` it asks whether anybody has the address, RFC 4862 §5.4.2. */
export function solicitation(mac: string, source: string, target: string): Uint8Array {
  const destination = solicitedNode(target);
  const options = source === '::' ? [] : [option(ndpOptions.sourceLinkLayer, { mac })];
  const ends = { source: mac, destination: multicastMac(destination) };
  return icmpv6Frame(ends, { source, destination }, neighbourSolicitation, { target, options });
}

/** An own address that is in use, of the same scope as the other end's where there is one. */
export function sourceFor(address: string, link: MnLink): string | undefined {
  const valid = [...link.ipv6].filter(([, state]) => state === 'valid').map(([own]) => own);
  const scope = isLinkLocal(address) || address.startsWith('ff02');
  return valid.findLast((own) => isLinkLocal(own) === scope) ?? valid.at(-1);
}
