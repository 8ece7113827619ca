/**
 * A DHCPv6 client for one address, RFC 8415 §18.2. Its states: idle; soliciting; requesting (a server taken); bound;
 * renewing (asks its server); rebinding (asks all); releasing.
 */
import { dhcpv6, type Dhcpv6, dhcpv6Ports, dhcpv6Servers, dhcpv6Types } from '../wire/dhcpv6.js';
import { dhcpv6Options, dhcpv6Statuses } from '../wire/dhcpv6-options.js';
import { decode, encode } from '../wire/layout.js';
import { type Option, option, optionIn } from '../wire/options.js';
import { concat, sameBytes } from '../wire/text.js';
import { macOctets, multicastMac } from './addresses.js';
import { type Heard, udp6Frame } from './host-frames.js';
import type { MnLink } from './mn-link.js';
import { earliest, Retry } from './mn-retry.js';
import type { Lease6 } from './mn-types.js';

type State = 'idle' | 'soliciting' | 'requesting' | 'bound' | 'renewing' | 'rebinding' | 'releasing';
type MessageType = (typeof dhcpv6Types)[keyof typeof dhcpv6Types];

/** RFC 8415 §7.7: a lifetime, and a time, without end. */
const endless = 0xffffffff;
/** RFC 8415 §18.2.1: an advertisement that is taken at once. */
const highestPreference = 255;

interface Offer {
  readonly server: Option;
  readonly preference: number;
}

export class Dhcpv6Client {
  lease: Lease6 | undefined;
  readonly #link: MnLink;
  readonly #linkLocal: string;
  readonly #clientId: Option;
  readonly #iaid: number;
  /** Told of an address that is to be tried for duplicates and used, or to be given up. */
  readonly #use: (address: string, now: number) => void;
  readonly #retry = new Retry();
  #state: State = 'idle';
  #transaction = 0;
  #rapidCommit = false;
  #began = 0;
  #best: Offer | undefined;
  #server: Option | undefined;
  #renewAt: number | undefined;
  #rebindAt: number | undefined;
  #endAt: number | undefined;

  constructor(link: MnLink, linkLocal: string, use: (address: string, now: number) => void) {
    this.#link = link;
    this.#linkLocal = linkLocal;
    this.#use = use;
    const mac = macOctets(link.mac);
    // RFC 8415 §11.4: DUID-LL, hardware type 1
    this.#clientId = option(dhcpv6Options.clientId, { type: 3, body: concat(Uint8Array.of(0, 1), mac) });
    this.#iaid = new DataView(mac.buffer).getUint32(2);
  }

  start(now: number, rapidCommit = this.#rapidCommit): void {
    this.#forget();
    this.#rapidCommit = rapidCommit;
    this.#best = undefined;
    this.#ask(now, 'soliciting', (at) => {
      // RFC 8415 §18.2.1: when the first wait is over, the best advertisement is taken
      if (this.#best) return this.#request(at, this.#best.server);
      this.#send(dhcpv6Types.solicit, at, [
        ...(rapidCommit ? [option(dhcpv6Options.rapidCommit, {})] : []),
        this.#identity(),
      ]);
    });
  }

  renew(now: number): void {
    const { lease } = this;
    if (!lease) return;
    this.#ask(now, 'renewing', (at) => {
      this.#send(dhcpv6Types.renew, at, [...this.#serverOption(), this.#identity(lease.address)]);
    });
  }

  release(now: number): void {
    const { lease } = this;
    if (!lease) return;
    const ia = this.#identity(lease.address);
    const server = this.#serverOption();
    this.#forget(); // RFC 8415 §18.2.7: not used any more from the first RELEASE on
    this.#ask(now, 'releasing', (at) => this.#send(dhcpv6Types.release, at, [...server, ia]));
  }

  deadline(): number | undefined {
    return earliest(this.#retry.deadline, this.#renewAt, this.#rebindAt, this.#endAt);
  }

  timer(now: number): void {
    if (this.#endAt !== undefined && now >= this.#endAt) return this.start(now);
    if (this.#rebindAt !== undefined && now >= this.#rebindAt) {
      this.#rebindAt = undefined;
      const ia = this.#identity(this.lease?.address);
      return this.#ask(now, 'rebinding', (at) => this.#send(dhcpv6Types.rebind, at, [ia]));
    }
    if (this.#renewAt !== undefined && now >= this.#renewAt) {
      this.#renewAt = undefined;
      return this.renew(now);
    }
    this.#retry.timer(now);
  }

  hear({ udp, ipv6 }: Heard, now: number): void {
    if (udp?.destinationPort !== dhcpv6Ports.client || !ipv6 || this.#state === 'idle') return;
    const decoded = decode(dhcpv6, udp.payload);
    if (!decoded.ok || !this.#isOurs(decoded.value)) return;
    const { type, options } = decoded.value;
    if (type === dhcpv6Types.advertise && this.#state === 'soliciting') this.#hearAdvertise(options, now);
    else if (type === dhcpv6Types.reply) this.#hearReply(options, ipv6.source, now);
  }

  /** RFC 8415 §16.3, §16.10: our transaction and identifier, and a server that says who it is. */
  #isOurs({ transaction, options }: Dhcpv6): boolean {
    const client = options.find(({ code }) => code === dhcpv6Options.clientId.code);
    if (transaction !== this.#transaction || !client) return false;
    return sameBytes(client.data, this.#clientId.data) && serverIn(options) !== undefined;
  }

  #hearAdvertise(options: readonly Option[], now: number): void {
    const server = serverIn(options);
    const granted = addressIn(options, this.#iaid);
    if (!server) return;
    if (!granted) return this.#refused(options);
    const preference = optionIn(dhcpv6Options.preference, options)?.value ?? 0;
    if (!this.#best || preference > this.#best.preference) this.#best = { server, preference };
    if (preference === highestPreference) this.#request(now, server);
  }

  #request(now: number, server: Option): void {
    this.#server = server;
    this.#ask(now, 'requesting', (at) => this.#send(dhcpv6Types.request, at, [server, this.#identity()]));
  }

  #hearReply(options: readonly Option[], from: string, now: number): void {
    if (this.#state === 'releasing') {
      this.#forget();
      return this.#link.tell({ kind: 'released6' });
    }
    const rapid = options.some(({ code }) => code === dhcpv6Options.rapidCommit.code);
    if (this.#state === 'bound' || (this.#state === 'soliciting' && !(rapid && this.#rapidCommit))) return;
    const granted = addressIn(options, this.#iaid);
    if (!granted) return this.#refused(options);
    this.#server = serverIn(options);
    const { address, preferred, valid, t1, t2 } = granted;
    const renewed = this.lease?.address === address;
    this.#forget();
    this.#state = 'bound';
    this.lease = { address, from, preferred, valid, rapid };
    if (valid !== endless) {
      this.#endAt = now + valid * 1000;
      // RFC 8415 §21.4: with 0 the choice is the client's; the usual parts of the preferred lifetime
      this.#renewAt = now + (t1 || preferred * 0.5) * 1000;
      this.#rebindAt = now + (t2 || preferred * 0.8) * 1000;
    }
    if (renewed) this.#link.ipv6.set(address, 'valid');
    else this.#use(address, now);
    this.#link.tell({ kind: 'lease6', lease: this.lease });
  }

  #refused(options: readonly Option[]): void {
    const ia = optionIn(dhcpv6Options.iaNa, options);
    const status = optionIn(dhcpv6Options.status, ia?.options ?? []) ?? optionIn(dhcpv6Options.status, options);
    this.#link.tell({ kind: 'refused6', status: status?.code ?? dhcpv6Statuses.noAddresses });
  }

  #forget(): void {
    this.#retry.stop();
    if (this.lease) this.#link.ipv6.delete(this.lease.address);
    this.lease = undefined;
    this.#state = 'idle';
    this.#renewAt = this.#rebindAt = this.#endAt = undefined;
  }

  #ask(now: number, state: State, action: (at: number) => void): void {
    this.#state = state;
    this.#transaction = this.#link.random() & 0xffffff;
    this.#began = now;
    this.#retry.start(now, this.#link.times.dhcpv6, action, (at) => {
      if (state === 'soliciting' && this.#best) return this.#request(at, this.#best.server);
      this.#state = this.lease ? 'bound' : 'idle';
      this.#link.tell({ kind: 'unanswered', what: 'dhcpv6' });
    });
  }

  #serverOption(): readonly Option[] {
    return this.#server ? [this.#server] : [];
  }

  #identity(address?: string): Option {
    const options = address === undefined ? [] : [option(dhcpv6Options.iaAddress, { address })];
    return option(dhcpv6Options.iaNa, { iaid: this.#iaid, options });
  }

  #send(type: MessageType, now: number, options: readonly Option[]): void {
    const hundredths = Math.min(0xffff, Math.round((now - this.#began) / 10));
    const payload = encode(dhcpv6, {
      type,
      transaction: this.#transaction,
      options: [
        this.#clientId,
        option(dhcpv6Options.elapsedTime, { hundredths }),
        option(dhcpv6Options.optionRequest, { codes: Uint8Array.of(0, dhcpv6Options.dnsServers.code) }),
        ...options,
      ],
    });
    const ends = { source: this.#link.mac, destination: multicastMac(dhcpv6Servers) };
    const addresses = { source: this.#linkLocal, destination: dhcpv6Servers };
    const datagram = { sourcePort: dhcpv6Ports.client, destinationPort: dhcpv6Ports.server, payload };
    this.#link.send(udp6Frame(ends, addresses, datagram));
  }
}

const serverIn = (options: readonly Option[]): Option | undefined =>
  options.find(({ code }) => code === dhcpv6Options.serverId.code);

/** The address that our IA_NA has, unless its status says otherwise. */
function addressIn(
  options: readonly Option[],
  iaid: number,
): { address: string; preferred: number; valid: number; t1: number; t2: number } | undefined {
  const ias = options.flatMap((each) => optionIn(dhcpv6Options.iaNa, [each]) ?? []);
  const ia = ias.find((each) => each.iaid === iaid);
  const found = ia && optionIn(dhcpv6Options.iaAddress, ia.options);
  if (!ia || !found || found.valid === 0) return undefined;
  for (const list of [options, ia.options, found.options]) {
    if ((optionIn(dhcpv6Options.status, list)?.code ?? 0) !== dhcpv6Statuses.success) return undefined;
  }
  return { address: found.address, preferred: found.preferred, valid: found.valid, t1: ia.t1, t2: ia.t2 };
}
