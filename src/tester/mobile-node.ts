/** One mobile node as the tester plays it behind its proxy: identity, requests, and packets in its tunnel. */
import type { Binding } from '../oracle/bindings.js';
import type { TunnelFrame } from '../oracle/frame.js';
import { arp, arpOperations } from '../wire/arp.js';
import { broadcastMac, ethernet } from '../wire/ethernet.js';
import { etherTypes } from '../wire/gre.js';
import { icmpEcho } from '../wire/icmp.js';
import { ipProtocols, ipv4, type Ipv4Input } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import { encodeRrq, type RrqInput } from '../wire/mobileip.js';
import { macText } from '../wire/text.js';
import { knobValue } from '../spec/knobs.js';
import { type Bend, finish, finishGre, type GreBend } from './bend.js';
import type { HostAddresses } from './home.js';
import { standIn } from './own-keys.js';
import type { Pending } from './pending.js';
import type { Recorder } from './recorder.js';
import { agreedKeyOf, endingOf, type Mode, type RequestOptions, validRequest } from './request.js';
import type { Session } from './session.js';
import type { Station } from './stations.js';

export interface MobileNodeOptions {
  readonly nai?: string;
  /** Which of the tester's addresses is its care-of address; 0 for the first. */
  readonly careOf?: number;
  readonly during: string;
  readonly recorder?: Recorder | undefined;
  /** It is all the same with which key it asks, so it asks with one that the device does not refuse. */
  readonly anyKey?: boolean;
}

/** What may be bent in a tunnel packet; everything left out is as the binding says. */
export interface TunnelOptions extends GreBend {
  /** The station that sends, when it is not the care-of address of the binding. */
  readonly from?: Station;
  readonly outer?: Ipv4Input;
  /** Sends the outer packet in fragments of at most this many octets. */
  readonly fragment?: number;
  /** Another binding's keys and mode than the current one's, for instance those of before. */
  readonly binding?: Binding;
}

/** Locally administered addresses of the tester's mobile nodes. */
const firstMac = 0x02_67_00_00_00_00;

/** Whether a MAC address is of a mobile node of this tester, or of another one beside it. */
export const isOfTester = (mac: string): boolean => mac.startsWith('02:67:');

export class MobileNode {
  readonly nai: string;
  /** Locally administered, unique in the run. */
  readonly mac: string;
  readonly during: string;
  readonly recorder: Recorder | undefined;
  /** The reverse key that it announces when it does not ask with 0: random, never 0. */
  ownKey: number;
  station: Station;
  /** Who hears what comes out of its L2 tunnel, in place of the little host in here. */
  host: { hear(frame: TunnelFrame): void } | undefined;
  readonly #session: Session;
  readonly #anyKey: boolean;
  #ip: string | undefined;
  #addresses: HostAddresses | undefined;
  /** The address that it has last announced in its L2 tunnel. */
  #announced: string | undefined;
  /** The HoA that it asks for where the device assigns none. */
  #ownHome: string | undefined;

  constructor(session: Session, options: MobileNodeOptions) {
    const number = session.nextMn();
    this.#session = session;
    this.nai = options.nai ?? `mn${number}-${session.runId}@${session.config.pixit.realm}`;
    this.mac = macText(firstMac + number);
    this.ownKey = session.random.uint32() || 1;
    this.during = options.during;
    this.recorder = options.recorder;
    this.#anyKey = options.anyKey ?? false;
    this.station = session.stations.at(options.careOf ?? 0);
  }

  /** Address used inside the tunnel: the HoA, or one of the home network for an L2 MN without HoA. */
  get ip(): string | undefined {
    return (this.#ip ??= this.#addresses?.next());
  }

  set ip(address: string | undefined) {
    this.#ip = address;
  }

  /** Lets it have one of these addresses once it needs any: most MNs never do, and there are not many. */
  takeAddressFrom(addresses: HostAddresses): void {
    this.#addresses = addresses;
  }

  /** Takes another address when it next needs one: the device has given this one to somebody. */
  yieldAddress(address: string): void {
    if (this.#addresses && this.#ip === address) this.#ip = undefined;
  }

  /** Gives the address back that it took: others may have it. */
  giveAddressBack(): void {
    if (this.#ip !== undefined) this.#addresses?.giveBack(this.#ip);
    if (this.#ownHome !== undefined) this.#session.addresses?.giveBack(this.#ownHome);
  }

  /** The binding that the latest accepted exchange granted; undefined when there is none that lives. */
  get binding(): Binding | undefined {
    return this.#session.oracle.bindings.of(this.nai, this.#session.clock.now()).at(-1);
  }

  /** The key that a renewal names to keep what was agreed. */
  get agreedKey(): number | undefined {
    return agreedKeyOf(this.binding, this.#session.config);
  }

  /** What a request that ends its binding asks for; undefined where there is none to end. */
  get ending(): RequestOptions | undefined {
    const { binding } = this;
    return binding && endingOf(binding, this.#session.config);
  }

  request(options: RequestOptions = {}): RrqInput {
    const homeAddress = options.homeAddress ?? this.#homeAddressFor(options);
    const { refusedModes, config } = this.#session;
    const wish = this.#anyKey ? standIn(options, refusedModes, config) : options;
    return validRequest(this.#session, this.nai, this.station.address, this.ownKey, wish, homeAddress);
  }

  /** 0.0.0.0 asks for any; draft §7: in L2 mode it may stand whatever the device assigns. */
  #homeAddressFor({ a }: RequestOptions): string {
    const { config, addresses } = this.#session;
    if (config.pics.dynamicHomeAddress || a === true) return '0.0.0.0';
    return (this.#ownHome ??= addresses?.next() ?? '0.0.0.0');
  }

  /** Sends a request, bent if asked, and waits for nothing. */
  send(request: RrqInput, { bend }: { readonly bend?: Bend | undefined } = {}): Pending {
    const { wire, onBent } = this.#session;
    const { during } = this;
    const octets = finish(request, bend, wire, encodeRrq);
    if (bend) onBent?.({ during, kind: 'request', field: bend.field, twin: encodeRrq(request, wire), octets });
    return this.#session.send(this.station, octets, {
      during,
      recorder: this.recorder,
      checksum: bend?.checksum,
      renews: !bend && this.binding !== undefined,
    });
  }

  /** RFC 3344 §5.7.2: with nonces, the first request is denied and brings the nonce for the next. */
  async synchronise(mode: Mode): Promise<void> {
    if (this.#session.isSynchronised(this.nai)) return;
    await this.send(this.request(mode)).replies.first(this.#session.config.timeout);
  }

  /** Sends an IPv4 packet into the tunnel: as it is in normal mode, in an Ethernet frame to `mac` in L2 mode. */
  tunnel(inner: Uint8Array, mac: string, options: TunnelOptions = {}): void {
    const binding = options.binding ?? this.binding;
    if (!binding) return;
    if (binding.l2) {
      this.#announce(options);
      const frame = { destination: mac, source: this.mac, etherType: etherTypes.ipv4, payload: inner };
      this.tunnelFrame(encode(ethernet, frame), options);
    } else if (binding.gre || options.gre) {
      this.#sendGre(etherTypes.ipv4, inner, binding, options);
    } else {
      this.#send(ipProtocols.ipInIp, inner, options);
    }
  }

  /** RFC 5227 §2.3: whoever takes an address says so, for others may remember the one who had it before. */
  #announce({ binding }: TunnelOptions): void {
    if (binding || this.ip === undefined || this.ip === this.#announced) return;
    this.#announced = this.ip;
    this.tunnelFrame(this.whoHas(this.ip));
  }

  /** Sends a whole Ethernet frame into the L2 tunnel. */
  tunnelFrame(frame: Uint8Array, options: TunnelOptions = {}): void {
    const binding = options.binding ?? this.binding;
    if (!binding) return;
    const [type] = knobValue(this.#session.config.knobs, 'l2_ptype').split('+').map(Number);
    this.#sendGre(type ?? etherTypes.transparentEthernetBridging, frame, binding, options);
  }

  #sendGre(protocol: number, payload: Uint8Array, binding: Binding, options: TunnelOptions): void {
    const valid = { protocol, key: binding.reverseKey, payload };
    this.#send(ipProtocols.gre, finishGre(valid, options, this.during, this.#session.onBent), options);
  }

  #send(protocol: number, payload: Uint8Array, options: TunnelOptions): void {
    const packet = { payload, ...options.outer, protocol };
    this.#session.sendPacket(options.from ?? this.station, packet, this.recorder, options.fragment);
  }

  /** An ICMP echo request from this MN, as an IPv4 packet. */
  echo(to: string, payload: Uint8Array, header: Ipv4Input = {}): Uint8Array {
    const message = { type: 8, identifier: 0x6772, sequence: 1, payload };
    return encode(ipv4, {
      source: this.ip ?? '0.0.0.0',
      destination: to,
      protocol: ipProtocols.icmp,
      payload: encode(icmpEcho, message),
      ...header,
    });
  }

  /** An ARP request for `ip`, as a broadcast Ethernet frame. */
  whoHas(ip: string): Uint8Array {
    const payload = encode(arp, { senderMac: this.mac, senderIp: this.ip ?? '0.0.0.0', targetIp: ip });
    return encode(ethernet, { destination: broadcastMac, source: this.mac, etherType: etherTypes.arp, payload });
  }

  /** As a host on its L2 link: answers ARP for its own address, and echo requests. In normal mode: echo requests. */
  hear(frame: TunnelFrame): void {
    if (frame.inner) return this.#answerEcho(frame.inner, undefined);
    if (this.host) this.host.hear(frame);
    if (this.host || !frame.gre || !this.binding?.l2) return;
    const link = decode(ethernet, frame.gre.payload);
    if (!link.ok) return;
    if (link.value.etherType === etherTypes.ipv4 && link.value.destination === this.mac) {
      const inner = decode(ipv4, link.value.payload);
      if (inner.ok) this.#answerEcho(inner.value, link.value.source);
    }
    if (link.value.etherType !== etherTypes.arp) return;
    const asked = decode(arp, link.value.payload);
    if (!asked.ok) return;
    const { operation, targetMac } = asked.value;
    if (operation === arpOperations.reply && targetMac === this.mac) {
      this.#heardArp?.(asked.value.senderIp, asked.value.senderMac);
    }
    if (operation !== arpOperations.request || asked.value.targetIp !== this.#ip) return;
    const payload = encode(arp, {
      operation: arpOperations.reply,
      senderMac: this.mac,
      senderIp: asked.value.targetIp,
      targetMac: asked.value.senderMac,
      targetIp: asked.value.senderIp,
    });
    this.tunnelFrame(
      encode(ethernet, { destination: asked.value.senderMac, source: this.mac, etherType: etherTypes.arp, payload }),
    );
  }

  #heardArp: ((ip: string, mac: string) => void) | undefined;
  /** Told of every ARP reply to it that comes out of its tunnel. */
  onArpReply(listener: (ip: string, mac: string) => void): void {
    this.#heardArp = listener;
  }

  #answerEcho(
    packet: {
      readonly source: string;
      readonly destination: string;
      readonly protocol: number;
      readonly payload: Uint8Array;
    },
    mac: string | undefined,
  ): void {
    if (packet.protocol !== ipProtocols.icmp || packet.destination !== this.#ip) return;
    const asked = decode(icmpEcho, packet.payload);
    if (!asked.ok || asked.value.type !== 8) return;
    const answer = { ...asked.value, type: 0, checksum: undefined };
    const inner = encode(ipv4, {
      source: packet.destination,
      destination: packet.source,
      protocol: ipProtocols.icmp,
      payload: encode(icmpEcho, answer),
    });
    this.tunnel(inner, mac ?? broadcastMac);
  }
}
