/**
 * A DHCPv4 client, RFC 2131 §4.4. Its states: idle; selecting (DISCOVER sent); requesting (an offer taken); bound;
 * renewing (asks its server); rebinding (asks all servers). A lease that nobody prolongs ends.
 */
import { bootpOperations, dhcpv4, type Dhcpv4, dhcpv4OptionsOf, dhcpv4Ports } from '../wire/dhcpv4.js';
import { dhcpv4Options, dhcpv4Types } from '../wire/dhcpv4-options.js';
import { broadcastMac } from '../wire/ethernet.js';
import { decode, encode } from '../wire/layout.js';
import { type Option, option, optionIn } from '../wire/options.js';
import { macOctets } from './addresses.js';
import { type Heard, ipv4Frame, udp4Packet } from './host-frames.js';
import type { MnLink } from './mn-link.js';
import { earliest, Retry } from './mn-retry.js';
import type { Lease4 } from './mn-types.js';

type State = 'idle' | 'selecting' | 'requesting' | 'bound' | 'renewing' | 'rebinding';
type MessageType = (typeof dhcpv4Types)[keyof typeof dhcpv4Types];

const anyAddress = '0.0.0.0';
const allStations = '255.255.255.255';

export class Dhcpv4Client {
  lease: Lease4 | undefined;
  readonly #link: MnLink;
  readonly #unicast: (to: string, payload: Uint8Array) => void;
  readonly #retry = new Retry();
  #state: State = 'idle';
  #transaction = 0;
  #broadcast = false;
  #offer: { readonly address: string; readonly server: string } | undefined;
  /** When to renew, to rebind and to stop, in milliseconds since the Unix epoch. */
  #renewAt: number | undefined;
  #rebindAt: number | undefined;
  #endAt: number | undefined;

  /** `unicast` sends a UDP payload from the client port to the server port of a host on the link or behind the router. */
  constructor(link: MnLink, unicast: (to: string, payload: Uint8Array) => void) {
    this.#link = link;
    this.#unicast = unicast;
  }

  /** Begins anew. With `broadcast` the server is asked to answer to all. */
  start(now: number, broadcast = this.#broadcast): void {
    this.#broadcast = broadcast;
    this.#forget();
    this.#ask(now, 'selecting', () =>
      this.#sendAll(this.#message(dhcpv4Types.discover, [option(dhcpv4Options.parameters, { codes: wanted })])),
    );
  }

  renew(now: number): void {
    const { lease } = this;
    if (!lease) return;
    // RFC 2131 §4.3.2: the address is in ciaddr, and neither a server nor a requested address is named
    this.#ask(now, 'renewing', () => {
      this.#unicast(lease.server, this.#message(dhcpv4Types.request, [], lease.address));
    });
  }

  release(): void {
    const { lease } = this;
    if (!lease) return;
    this.#transaction = this.#link.random();
    const server = option(dhcpv4Options.serverId, { address: lease.server });
    this.#unicast(lease.server, this.#message(dhcpv4Types.release, [server], lease.address));
    this.#forget();
  }

  deadline(): number | undefined {
    return earliest(this.#retry.deadline, this.#renewAt, this.#rebindAt, this.#endAt);
  }

  timer(now: number): void {
    if (this.#endAt !== undefined && now >= this.#endAt) return this.start(now);
    if (this.#rebindAt !== undefined && now >= this.#rebindAt) {
      this.#rebindAt = undefined;
      const { lease } = this;
      return this.#ask(now, 'rebinding', () => this.#sendAll(this.#message(dhcpv4Types.request, [], lease?.address)));
    }
    if (this.#renewAt !== undefined && now >= this.#renewAt) {
      this.#renewAt = undefined;
      return this.renew(now);
    }
    this.#retry.timer(now);
  }

  hear({ udp, ipv4 }: Heard, now: number): void {
    if (udp?.destinationPort !== dhcpv4Ports.client || ipv4 === undefined) return;
    const decoded = decode(dhcpv4, udp.payload);
    if (!decoded.ok) return;
    const message = decoded.value;
    const isOurs = message.transaction === this.#transaction && message.clientMac === this.#link.mac;
    if (!isOurs || message.operation !== bootpOperations.reply || this.#state === 'idle') return;
    const options = dhcpv4OptionsOf(message);
    const type = optionIn(dhcpv4Options.messageType, options)?.type;
    const server = optionIn(dhcpv4Options.serverId, options)?.address;
    if (type === dhcpv4Types.offer && this.#state === 'selecting') this.#takeOffer(message, server, now);
    else if (this.#state === 'selecting' || this.#state === 'bound') return;
    else if (type === dhcpv4Types.ack) this.#bind(message, options, server ?? this.#offer?.server, ipv4.source, now);
    else if (type === dhcpv4Types.nak) {
      this.#link.tell({ kind: 'nak4', server });
      this.start(now); // RFC 2131 §3.1.5
    }
  }

  /** The first offer that can be used. */
  #takeOffer({ yourAddress: address }: Dhcpv4, server: string | undefined, now: number): void {
    if (server === undefined || address === anyAddress) return;
    this.#offer = { address, server };
    const options = [
      option(dhcpv4Options.requestedAddress, { address }),
      option(dhcpv4Options.serverId, { address: server }),
      option(dhcpv4Options.parameters, { codes: wanted }),
    ];
    // RFC 2131 §4.4.1: the REQUEST has the transaction of the offer
    this.#ask(now, 'requesting', () => this.#sendAll(this.#message(dhcpv4Types.request, options)), this.#transaction);
  }

  #bind(message: Dhcpv4, options: readonly Option[], server: string | undefined, from: string, now: number): void {
    const seconds = optionIn(dhcpv4Options.leaseTime, options)?.seconds;
    if (server === undefined || seconds === undefined || message.yourAddress === anyAddress) return;
    this.#forget();
    this.#state = 'bound';
    const subnetMask = optionIn(dhcpv4Options.subnetMask, options)?.address;
    const router = optionIn(dhcpv4Options.router, options)?.address;
    this.lease = { address: message.yourAddress, server, from, subnetMask, router, seconds };
    // RFC 2131 §4.4.5: T1 and T2, where the server says nothing of them
    const t1 = optionIn(dhcpv4Options.renewalTime, options)?.seconds ?? seconds * 0.5;
    const t2 = optionIn(dhcpv4Options.rebindingTime, options)?.seconds ?? seconds * 0.875;
    if (seconds !== endless) {
      this.#renewAt = now + t1 * 1000;
      this.#rebindAt = now + t2 * 1000;
      this.#endAt = now + seconds * 1000;
    }
    this.#link.ipv4.add(this.lease.address);
    this.#link.subnetMask = subnetMask;
    this.#link.router4 = router;
    this.#link.tell({ kind: 'lease4', lease: this.lease });
  }

  #forget(): void {
    this.#retry.stop();
    if (this.lease) this.#link.ipv4.delete(this.lease.address);
    this.lease = undefined;
    this.#state = 'idle';
    this.#renewAt = this.#rebindAt = this.#endAt = undefined;
  }

  #ask(now: number, state: State, action: () => void, transaction = this.#link.random()): void {
    this.#state = state;
    this.#transaction = transaction;
    this.#retry.start(now, this.#link.times.dhcpv4, action, () => {
      // a lease that is still good is kept while nobody prolongs it
      this.#state = this.lease ? 'bound' : 'idle';
      this.#link.tell({ kind: 'unanswered', what: 'dhcpv4' });
    });
  }

  #message(type: MessageType, options: readonly Option[], clientAddress = anyAddress): Uint8Array {
    const { mac } = this.#link;
    const identifier = macOctets(mac);
    return encode(dhcpv4, {
      transaction: this.#transaction,
      broadcast: this.#broadcast && clientAddress === anyAddress,
      clientAddress,
      clientMac: mac,
      options: [
        option(dhcpv4Options.messageType, { type }),
        option(dhcpv4Options.clientId, { type: 1, identifier }),
        ...options,
      ],
    });
  }

  #sendAll(payload: Uint8Array): void {
    const addresses = { source: this.lease?.address ?? anyAddress, destination: allStations };
    const datagram = { sourcePort: dhcpv4Ports.client, destinationPort: dhcpv4Ports.server, payload };
    const ends = { source: this.#link.mac, destination: broadcastMac };
    this.#link.send(ipv4Frame(ends, udp4Packet(addresses, datagram)));
  }
}

/** RFC 2131 §3.3: a lease without end. */
const endless = 0xffffffff;
/** Parameters asked for: mask, router, name server, lease, renewal and rebinding time. */
const wanted = Uint8Array.of(1, 3, 6, 51, 58, 59);
