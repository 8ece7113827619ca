/** What of the requests of an MPA can be the same in another run, where names, addresses, keys and times are others. */
import { isUnset } from '../oracle/request.js';
import type { SecurityAssociation } from '../wire/auth.js';
import { verifies } from '../wire/auth.js';
import type { Dialect, Extension } from '../wire/extensions.js';
import { coveredBy, decodeRrp, decodeRrq, infiniteLifetime, isAccepted, type Rrq } from '../wire/mobileip.js';
import type { Traits } from './compare.js';
import type { Message } from './packet.js';

export interface Side {
  readonly dialect: Dialect;
  /** Undefined where authenticators of this side cannot be judged. */
  readonly mnHa: SecurityAssociation | undefined;
  readonly faHa: SecurityAssociation | undefined;
}

/** The requests of one MN, in the capture or now, with what its replies have granted so far. */
export class RequestHistory {
  readonly #side: Side;
  #identification: bigint | undefined;
  #homeAddress: string | undefined;
  #key: number | undefined;

  constructor(side: Side) {
    this.#side = side;
  }

  /** Takes the next request in. */
  request({ bytes, from, to }: Message): Traits {
    const decoded = decodeRrq(bytes, this.#side.dialect);
    if (!decoded.ok) return { request: 'no Registration Request' };
    const rrq = decoded.value;
    const greKey = rrq.extensions.find((e) => e.name === 'greKey');
    const before = this.#identification;
    this.#identification = rrq.identification;
    return {
      request: rrq.lifetime === 0 ? 'deregistration' : 'registration',
      flags: flagsText(rrq),
      'lifetime asked for': rrq.lifetime === 0 ? '0' : rrq.lifetime === infiniteLifetime ? 'infinite' : 'some seconds',
      'home address': this.#homeAddressText(rrq.homeAddress),
      'home agent': rrq.homeAgent === to.address ? 'where it was sent' : isUnset(rrq.homeAgent) ? 'unset' : 'another',
      'care-of address':
        rrq.careOfAddress === from.address
          ? "the sender's"
          : rrq.careOfAddress === rrq.homeAddress
            ? 'the home address'
            : 'another',
      ...(before !== undefined && {
        identification: rrq.identification > before ? 'greater' : rrq.identification === before ? 'the same' : 'less',
      }),
      extensions: rrq.extensions.map((e) => (e.name === 'raw' ? `type ${e.type}` : e.name)).join(', ') || 'none',
      authentication: this.#authenticationText(rrq.extensions, bytes),
      ...(greKey && { 'A flag': greKey.a ? 'A=1' : 'A=0', key: this.#keyText(greKey.key) }),
    };
  }

  /** Takes in what a reply grants. */
  reply(request: Uint8Array, reply: Uint8Array): void {
    const rrq = decodeRrq(request, this.#side.dialect);
    const rrp = decodeRrp(reply, this.#side.dialect);
    if (!rrq.ok || !rrp.ok || !isAccepted(rrp.value.code)) return;
    if (rrq.value.lifetime === 0) {
      this.#key = undefined;
      this.#homeAddress = undefined;
      return;
    }
    const asked = rrq.value.extensions.find((e) => e.name === 'greKey')?.key;
    const granted = rrp.value.extensions.find((e) => e.name === 'greKey')?.key;
    // draft §6.1: a renewal names the key of the HA where that chose for both directions, else the own one
    this.#key = asked === 0 ? granted : asked;
    this.#homeAddress = rrp.value.homeAddress;
  }

  #homeAddressText(address: string): string {
    if (address === '0.0.0.0') return '0';
    if (address === '255.255.255.255') return 'all ones';
    return address === this.#homeAddress ? 'as granted' : 'of its own choice';
  }

  #keyText(key: number): string {
    if (key === 0) return '0';
    return key === this.#key ? 'as agreed before' : 'of its own choice';
  }

  #authenticationText(extensions: readonly Extension[], bytes: Uint8Array): string {
    const texts = extensions.flatMap((e) => {
      if (e.name !== 'mnHa' && e.name !== 'faHa') return [];
      const sa = e.name === 'mnHa' ? this.#side.mnHa : this.#side.faHa;
      if (sa?.spi !== e.spi) return [`${e.name} unchecked`];
      const isRight = verifies(sa, coveredBy(bytes, e), e.authenticator ?? new Uint8Array(0));
      return [`${e.name} ${isRight ? 'right' : 'wrong'}`];
    });
    return texts.join(', ') || 'none';
  }
}

const flagsText = (rrq: Rrq): string =>
  [
    ...[rrq.simultaneous && 'S', rrq.broadcast && 'B', rrq.decapsulation && 'D', rrq.minimal && 'M', rrq.gre && 'G'],
    ...[rrq.reservedR && 'r', rrq.reverseTunneling && 'T', rrq.reservedX && 'x'],
  ]
    .filter((flag) => flag !== false)
    .join(' ') || 'none';
