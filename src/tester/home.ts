/**
 * What lies behind the device, as far as the tester can use it: who answers echo requests from normal-mode MNs and who
 * does so on the L2 home link. Either the gateway that the configuration names or the tester finds, or, where there is
 * none, another MN of the tester's own, which is as good a correspondent.
 */
import { ipv4Number, ipv4Text } from '../wire/text.js';
import { numberOf, type Shard, whole, within } from '../spec/shard.js';
import type { Mode } from './request.js';

export interface Correspondent {
  readonly ip: string;
  /** L2 only; absent when the configuration names a gateway that has not answered ARP. */
  readonly mac?: string;
  /** `declared`: named by the configuration but not heard of yet. `peer`: an MN of the tester. */
  readonly kind: 'gateway' | 'declared' | 'peer';
}

export interface Home {
  /** A registration that the device is known to answer: proof of life. */
  readonly fence: Mode;
  readonly l3: Correspondent | undefined;
  readonly l2: Correspondent | undefined;
  /** Why there is no correspondent, for the verdicts that need one. */
  readonly missing: string;
  readonly addresses: HostAddresses;
}

/** How many addresses are handed out before they are used again. */
const room = 120;

/** Hands out addresses of the home network to MNs that have to bring their own: downwards from .250, then round again. */
export class HostAddresses {
  readonly #base: number;
  readonly #isTaken: (address: string) => boolean;
  readonly #shard: Shard;
  readonly #out = new Set<string>();
  #next = 0;

  /** `network` is a prefix such as `10.99.0.0/24`; addresses that are taken are passed over. */
  constructor(network: string, isTaken: (address: string) => boolean, shard = whole) {
    this.#base = (ipv4Number(network.split('/')[0] ?? '') ?? 0) & ~0xff;
    this.#isTaken = isTaken;
    this.#shard = shard;
  }

  next(): string {
    const address =
      this.#nextThat((one) => !this.#out.has(one) && !this.#isTaken(one)) ??
      this.#nextThat((one) => !this.#isTaken(one)) ??
      this.#borrowed();
    this.#out.add(address);
    return address;
  }

  /** The next one of this shard for which that holds. */
  #nextThat(holds: (address: string) => boolean): string | undefined {
    const round = Math.floor(room / this.#shard.total);
    for (let tried = 0; tried < round; tried++) {
      const address = this.#at(within(numberOf(this.#next++, this.#shard), room, this.#shard));
      if (holds(address)) return address;
    }
    return undefined;
  }

  /** Of a shard whose few addresses are all taken. */
  #borrowed(): string {
    const all = Array.from({ length: room }, (_, place) => this.#at(place));
    return all.find((address) => !this.#isTaken(address)) ?? this.#at(0);
  }

  /** Whoever had it needs it no longer. */
  giveBack(address: string): void {
    this.#out.delete(address);
  }

  #at(place: number): string {
    return ipv4Text((this.#base + 250 - place) >>> 0);
  }
}

/** The addresses at which a gateway is usually found, most likely one first. */
export function likelyGateways(network: string, homeAgent: string): string[] {
  const base = (ipv4Number(network.split('/')[0] ?? '') ?? 0) & ~0xff;
  return [ipv4Text((base + 1) >>> 0), ipv4Text((base + 254) >>> 0), homeAgent];
}
