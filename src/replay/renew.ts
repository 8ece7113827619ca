/**
 * Makes a captured request fit for another run: addresses of this network, keys and home addresses that the new replies
 * gave, a new Identification, and authenticators over all that. What was wrong in the capture stays wrong.
 */
import type { Dialect } from '../wire/extensions.js';
import { decodeRrp, decodeRrq, encodeRrq, high32, low32, ntpTimestamp, type Rrq } from '../wire/mobileip.js';
import type { Message } from './packet.js';
import { keysOf, type Signing, unsigned } from './sign-again.js';

export interface Renewal extends Signing {
  readonly dialect: Dialect;
  readonly replay: 'timestamps' | 'nonces';
  /** Another address for one of the capture; the same where there is none. */
  readonly address: (captured: string) => string;
}

/** Identifications nearer to the clock than this are current ones: milliseconds. */
const current = 1000;

export class Renewer {
  readonly #options: Renewal;
  readonly #keys = new Map<string, number>();
  /** By the node that they were granted to, wherever it is. */
  readonly #keysOfNodes = new Map<string, number>();
  readonly #homeAddresses = new Map<string, string>();
  readonly #identifications = new Map<bigint, bigint>();
  readonly #nonces = new Map<string, bigint>();
  /** How far the clock of the senders was from that of the capture, in milliseconds. */
  readonly #skew: number;
  #last = 0n;

  constructor(options: Renewal, skew: number) {
    this.#options = options;
    this.#skew = skew;
  }

  /** The octets to send at `now`; undefined when they are no request that could be renewed. */
  request({ bytes, at }: Message, now: number): Uint8Array | undefined {
    const { dialect, address } = this.#options;
    const decoded = decodeRrq(bytes, dialect);
    if (!decoded.ok) return undefined;
    const rrq = decoded.value;
    const renewed: Rrq = {
      ...rrq,
      homeAgent: address(rrq.homeAgent),
      // a care-of address equal to the home address means all bindings, and stays so
      careOfAddress:
        rrq.careOfAddress === rrq.homeAddress ? this.homeAddress(rrq.homeAddress) : address(rrq.careOfAddress),
      homeAddress: this.homeAddress(rrq.homeAddress),
      identification: this.#identification(rrq, at, now),
      extensions: rrq.extensions.map((e) => (e.name === 'greKey' ? { ...e, key: this.#keyOf(rrq, e.key) } : e)),
    };
    const extensions = unsigned(renewed.extensions, bytes, this.#options);
    return encodeRrq({ ...renewed, extensions }, { dialect, keys: keysOf(this.#options) });
  }

  /** Takes in what a new reply says in the place of the captured one. */
  learn(step: { readonly request: Uint8Array; readonly captured: Uint8Array }, reply: Uint8Array): void {
    const { dialect } = this.#options;
    const [rrq, before, now] = [
      decodeRrq(step.request, dialect),
      decodeRrp(step.captured, dialect),
      decodeRrp(reply, dialect),
    ];
    if (!rrq.ok || !before.ok || !now.ok) return;
    this.#nonces.set(mnOf(rrq.value), now.value.identification);
    const [was, is] = [before.value, now.value].map((m) => m.extensions.find((e) => e.name === 'greKey')?.key);
    if (was !== undefined && is !== undefined) {
      this.#keys.set(`${rrq.value.careOfAddress} ${was}`, is);
      this.#keysOfNodes.set(`${mnOf(rrq.value)} ${was}`, is);
    }
    if (before.value.homeAddress !== '0.0.0.0')
      this.#homeAddresses.set(before.value.homeAddress, now.value.homeAddress);
  }

  /** draft §6.1: after a handover a request names the key that was agreed on at another care-of address. */
  #keyOf(rrq: Rrq, captured: number): number {
    return this.#keysOfNodes.get(`${mnOf(rrq)} ${captured}`) ?? this.key(rrq.careOfAddress, captured);
  }

  /** The key that stands for one of the capture, under its care-of address. */
  key(careOf: string, captured: number): number {
    return this.#keys.get(`${careOf} ${captured}`) ?? captured;
  }

  homeAddress(captured: string): string {
    return this.#homeAddresses.get(captured) ?? captured;
  }

  /** A repeated Identification stays repeated, an old one old by as much; current ones are those of now. */
  #identification(rrq: Rrq, at: number, now: number): bigint {
    const old = rrq.identification;
    const known = this.#identifications.get(old);
    if (known !== undefined) return known;
    const renewed = this.#options.replay === 'nonces' ? this.#nonce(rrq) : this.#timestamp(old, at, now);
    this.#identifications.set(old, renewed);
    return renewed;
  }

  #nonce(rrq: Rrq): bigint {
    const last = this.#nonces.get(mnOf(rrq));
    if (last === undefined) return rrq.identification;
    return (BigInt(high32(last)) << 32n) | BigInt(low32(rrq.identification));
  }

  #timestamp(old: bigint, at: number, now: number): bigint {
    const away = timeOf(old) - timeOf(ntpTimestamp(at)) - this.#skew;
    if (Math.abs(away) >= current) return ntpTimestamp(now + away);
    const wanted = (ntpTimestamp(now) & ~0xffffn) | (old & 0xffffn);
    this.#last = wanted > this.#last ? wanted : this.#last + 1n;
    return this.#last;
  }
}

const mnOf = ({ extensions, homeAddress }: Rrq): string => extensions.find((e) => e.name === 'nai')?.nai ?? homeAddress;

/** Milliseconds since 1900, as far as a number holds them. */
const timeOf = (id: bigint): number => high32(id) * 1000 + (low32(id) / 2 ** 32) * 1000;

/** How far the Identifications of accepted requests were from the clock of the capture: the median, in milliseconds. */
export function skewOf(requests: readonly Message[], dialect: Dialect): number {
  const all = requests
    .flatMap(({ bytes, at }) => {
      const decoded = decodeRrq(bytes, dialect);
      return decoded.ok ? [timeOf(decoded.value.identification) - timeOf(ntpTimestamp(at))] : [];
    })
    .sort((a, b) => a - b);
  return all[all.length >> 1] ?? 0;
}
