/** Captures in which bindings are revoked: by either side, acknowledged or not, and each message may be bent. */
import type { Endpoint } from '../../src/net/port.js';
import { udpPacket } from '../../src/net/udp-packet.js';
import { defaultDialect, type Extension, type WireContext } from '../../src/wire/extensions.js';
import { encode, type InputOf } from '../../src/wire/layout.js';
import { revocationAckLayout, revocationLayout } from '../../src/wire/mobileip.js';
import { type Answer, type Ask, ha, mnHa, mpa, nai, type Node, Scene } from './scene.js';

const wire: WireContext = { dialect: defaultDialect, keys: () => mnHa };
const signed: Extension = { name: 'mnHa', spi: 256 };
export const badlySigned: Extension = { ...signed, authenticator: new Uint8Array(16) };

/** Where a message goes, and its octets. */
interface Sending {
  readonly by?: 'ha' | 'mpa';
  readonly from?: Endpoint;
  readonly to?: Endpoint;
  readonly ipId?: number;
}

export class RevocationScene extends Scene {
  /** Identifier of the revocation that was sent last. */
  id = 0;
  #next = 40_000;

  /** What the clocks of both sides show, in seconds. */
  get seconds(): number {
    return Math.floor(this.now / 1000) + 1_000_000;
  }

  /** Registers, both sides offering revocation; they say I or not. */
  agree(who: Node, informs: { asked?: boolean; given?: boolean } = {}, ask: Ask = {}, answer: Answer = {}): this {
    const timestamp = this.seconds + 1; // a request is sent after a second and a half
    const offer = (inform = false): Extension => ({ name: 'revocationSupport', inform, timestamp });
    const greKey = (key: number): Extension => ({ name: 'greKey', key, a: who.l2 });
    return this.register(
      who,
      { extensions: [nai(who), greKey(0), offer(informs.asked), signed], ...ask },
      { extensions: [nai(who), greKey(0x700), offer(informs.given), signed], ...answer },
    );
  }

  revoke(who: Node, bent: InputOf<typeof revocationLayout> = {}, sending: Sending = {}): this {
    const { by = 'ha' } = sending;
    this.id = bent.revocationId ?? this.seconds;
    const message = {
      ...{ byHomeAgent: by === 'ha', homeAddress: who.home, homeDomain: ha, foreignDomain: mpa },
      ...{ revocationId: this.id, extensions: [signed], ...bent },
    };
    return this.#send(encode(revocationLayout, message, wire), by, sending);
  }

  /** By the proxy agent, or the side that is said. */
  acknowledge(who: Node, bent: InputOf<typeof revocationAckLayout> = {}, sending: Sending = {}): this {
    this.now += 10;
    const message = { homeAddress: who.home, revocationId: this.id, extensions: [signed], ...bent };
    return this.#send(encode(revocationAckLayout, message, wire), sending.by ?? 'mpa', sending);
  }

  #send(octets: Uint8Array, by: 'ha' | 'mpa', { from, to, ipId = this.#next++ }: Sending): this {
    const [here, there] = (by === 'ha' ? [ha, mpa] : [mpa, ha]).map((address) => ({ address, port: 434 }));
    return this.packet(udpPacket(from ?? here ?? noWhere, to ?? there ?? noWhere, octets, ipId));
  }
}

const noWhere: Endpoint = { address: '0.0.0.0', port: 0 };
