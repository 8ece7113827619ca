/**
 * One run against one device: its sockets, the oracle that judges everything seen, and who waits for what. Cases and
 * mobile nodes work through it.
 */
import type { Clock, Datagram, Endpoint, Net } from '../net/port.js';
import type { OracleContext } from '../oracle/context.js';
import { keyLookup } from '../oracle/context.js';
import type { Circumstances } from '../oracle/deserves.js';
import { type Exchange, naiOf } from '../oracle/exchange.js';
import { type Finding, holds } from '../oracle/finding.js';
import { Oracle } from '../oracle/oracle.js';
import { readTunnelFrame, type TunnelFrame } from '../oracle/frame.js';
import type { RunConfig } from '../spec/config.js';
import { numberOf, seedOf, within } from '../spec/shard.js';
import { fragmentPacket } from '../wire/fragment.js';
import { icmpEcho } from '../wire/icmp.js';
import type { Dialect, WireContext } from '../wire/extensions.js';
import { decode, encode } from '../wire/layout.js';
import { ipv4, type Ipv4Input } from '../wire/ipv4.js';
import { high32, ntpTimestamp } from '../wire/mobileip.js';
import type { OnBent } from './bend.js';
import { handMade } from './hand-made.js';
import { HostAddresses, likelyGateways } from './home.js';
import { Judge } from './judge.js';
import type { Mismatch } from './mismatch.js';
import type { MobileNode } from './mobile-node.js';
import { Pending, type Reply } from './pending.js';
import { cookieIn, Probe } from './probe.js';
import { type Random, seededRandom } from './random.js';
import type { Recorder } from './recorder.js';
import { runIdOf } from './run-id.js';
import { SentRequests } from './sent-requests.js';
import { type Station, Stations } from './stations.js';

/** RFC 792. */
const portUnreachable = { type: 3, code: 3 } as const;

/** What is sent, and how. */
export interface SendOptions {
  readonly during: string;
  readonly recorder?: Recorder | undefined;
  /**
   * The UDP checksum to send, made from the right one; 0 says "none". The datagram is then made by hand, so the station
   * must be one that can do so.
   */
  readonly checksum?: ((right: number) => number) | undefined;
  /** It is valid, and the MN has a binding: until it is answered, it is open what has become of that. */
  readonly renews?: boolean;
}

/** Revocations and what else comes that answers no request. */
export type Listener = (station: Station, datagram: Datagram) => void;

/** Seconds by which an Identification is off that no case expects to be accepted; RFC 3344 §5.7.1 has 7 as the usual tolerance. */
const staleAt = 55;

/** A reply that has a request behind it. */
const answersOnly = [holds('HA-50')];

export class Session {
  readonly config: RunConfig;
  readonly target: Endpoint;
  readonly clock: Clock;
  readonly dialect: Dialect;
  readonly wire: WireContext;
  readonly oracle: Oracle;
  readonly judge = new Judge();
  /** Told of every bent message and packet. */
  onBent: OnBent | undefined;
  readonly stations: Stations;
  readonly random: Random;
  /** Distinguishes the MNs of this run from those of any other. */
  readonly runId: string;
  /** MNs that answer ARP in their L2 tunnel, by NAI. */
  readonly hosts = new Map<string, MobileNode>();
  /** Datagrams to the tester that answer none of its requests, bounded. */
  readonly unsolicited: Datagram[] = [];
  /** Of the home network that the configuration names: for MNs that have to bring an address of their own. */
  readonly addresses: HostAddresses | undefined;
  /** Names of the modes with keys whose first, valid request was denied as prohibited or unavailable. */
  readonly refusedModes = new Set<string>();
  /** How the device differs from the profile; known before the first case. */
  mismatch: Mismatch | undefined;
  /** Longest round trip seen lately, in milliseconds; how patient the tester is follows from it. */
  roundTrip = 5;
  /** Shortest round trip of the run, in milliseconds: what the device needs at least. */
  quickest = Infinity;

  /** Told of every datagram that is no Registration Reply to a request of the tester. */
  readonly listeners = new Set<Listener>();

  /** Asked first of every datagram: true says that it answers something which was not sent through here. */
  claim: ((datagram: Datagram) => boolean) | undefined;

  /** Told of packets that came back because nobody listens on their port: the IPv4 packet as far as it is quoted. */
  refused: ((quote: Uint8Array) => void) | undefined;

  /** RFC 3344 §5.7.2: by NAI, the high half that the next request must have. */
  readonly #nonces = new Map<string, number>();
  readonly #sent: SentRequests;
  readonly #probes = new Map<number, Probe>();
  #lastIdentification = 0n;
  #probeCount = 0;
  #mnCount = 0;
  #packetCount = 0;
  /** Which probe a tunnel packet carried, by the Identification of its outer header: an ICMP error may quote no more. */
  readonly #carried = new Map<number, number>();

  constructor(config: RunConfig, net: Net, target: Endpoint, dialect: Dialect) {
    this.config = config;
    this.target = target;
    this.clock = net.clock;
    this.dialect = dialect;
    this.#sent = new SentRequests(dialect);
    const context: OracleContext = {
      dialect,
      knobs: config.knobs,
      replay: config.mnHa.replay,
      mnHa: config.mnHa,
      ...(config.faHa && { faHa: config.faHa }),
    };
    this.oracle = new Oracle(context);
    this.wire = { dialect, keys: keyLookup(context) };
    this.random = seededRandom(seedOf(config.seed, config.shard));
    this.runId = runIdOf(config, this.clock, this.random);
    this.stations = new Stations(net.clock, config.rate);
    const { homeNetwork, gateway } = config.pixit;
    const gateways = gateway?.ipv4 === undefined ? likelyGateways(homeNetwork ?? '', target.address) : [gateway.ipv4];
    this.addresses = homeNetwork === undefined ? undefined : addressesOf(this, homeNetwork, gateways);
  }

  async open(net: Net): Promise<void> {
    await this.stations.open(net, this.config.local, this.config.gre, {
      onDatagram: (station, datagram) => this.#onDatagram(station, datagram),
      onPacket: (station, bytes, at) => this.#onPacket(station, bytes, at),
    });
  }

  close(): Promise<void> {
    return this.stations.close();
  }

  /** A fresh Identification: a timestamp, or where nonces are agreed the last nonce of this MN and a number of ours. */
  identification(nai: string): bigint {
    const own = this.#timestamp();
    if (this.config.mnHa.replay === 'timestamps') return own;
    return (BigInt(this.#nonces.get(nai) ?? 0) << 32n) | (own & 0xffffffffn);
  }

  /** Whether requests of this MN can be accepted already: with nonces, the device must have sent one first. */
  isSynchronised(nai: string): boolean {
    return this.config.mnHa.replay === 'timestamps' || this.#nonces.has(nai);
  }

  /** Timestamps that never repeat and never go back in one run, RFC 3344 §5.7.1. */
  #timestamp(): bigint {
    const now = ntpTimestamp(this.clock.now());
    // the lowest bits are unknown to a millisecond clock, so they are free to be random
    const mixed = (now & ~0xffffn) | BigInt(this.random.uint32() & 0xffff);
    this.#lastIdentification = mixed > this.#lastIdentification ? mixed : this.#lastIdentification + 1n;
    return this.#lastIdentification;
  }

  /** How long an answer is waited for that has come quickly so far, in milliseconds. */
  get patience(): number {
    return Math.max(200, 6 * this.roundTrip);
  }

  nextMn(): number {
    return numberOf(this.#mnCount++, this.config.shard) + 1;
  }

  /** Sends a request from a station and waits for nothing: the reply arrives at what is returned. */
  send(station: Station, bytes: Uint8Array, options: SendOptions): Pending {
    const to = this.target;
    const message = { at: this.clock.now(), from: station.udp.local, to, bytes };
    const pending = new Pending(this.clock, message, options.during, options.recorder);
    this.#sent.add(pending, options.renews ? this.oracle.sent(message) : undefined);
    if (options.checksum) {
      this.#sendHandMade(station, to, bytes, options);
      return pending;
    }
    this.stations.sendUdp(station, to, bytes, (at) => {
      message.at = at;
      options.recorder?.add('sent', 'udp', show(message.from), show(to), bytes, at);
    });
    return pending;
  }

  #sendHandMade(station: Station, to: Endpoint, payload: Uint8Array, options: SendOptions): void {
    const packet = handMade(station.udp.local, to, payload, options.checksum ?? ((right) => right));
    this.sendPacket(station, packet, options.recorder);
  }

  /** What still comes for this request answers nothing that anybody waits for. */
  forget(pending: Pending): void {
    this.#sent.forget(pending);
  }

  newProbe(during: string, recorder: Recorder): Probe {
    const probe = new Probe(this.clock, numberOf(this.#probeCount++, this.config.shard) + 1, during, recorder);
    this.#probes.set(probe.id, probe);
    return probe;
  }

  forgetProbe(probe: Probe): void {
    this.#probes.delete(probe.id);
  }

  /**
   * Sends a tunnel packet from a station; addresses left out are the station's own and the device's. With `fragment` it
   * goes in fragments of at most that many octets.
   */
  sendPacket(
    station: Station,
    input: Ipv4Input & { readonly protocol: number },
    recorder?: Recorder,
    fragment?: number,
  ): void {
    const { shard } = this.config;
    const packetId = within(numberOf(this.#packetCount++, shard), 0xffff, shard) + 1; // 0: the kernel would choose
    const bytes = encode(ipv4, {
      source: station.address,
      destination: this.target.address,
      identification: packetId,
      ...input,
    });
    const cookie = cookieIn(bytes);
    if (cookie !== undefined) this.#carried.set(packetId, cookie);
    const source = input.source ?? station.address;
    const destination = input.destination ?? this.target.address;
    const parts = fragment === undefined ? undefined : fragmentPacket(bytes, fragment, packetId);
    for (const part of parts ?? [bytes]) {
      recorder?.add('sent', 'ip', source, destination, part, this.clock.now());
      this.stations.sendPacket(station, input.protocol, part);
    }
  }

  #onDatagram(station: Station, datagram: Datagram): void {
    const bytes = datagram.payload;
    if (this.claim?.(datagram)) return;
    const sent = this.#sent.answeredBy(bytes, station.address);
    if (!sent) {
      if (this.unsolicited.length < 1000) this.unsolicited.push(datagram);
      for (const listener of this.listeners) listener(station, datagram);
      return;
    }
    sent.recorder?.add('received', 'udp', show(datagram.remote), show(datagram.local), bytes, datagram.at);
    const message = { at: datagram.at, from: datagram.remote, to: datagram.local, bytes };
    const judged = this.oracle.exchange({ request: sent.request, reply: message, rrq: sent.rrq });
    const acceptance = judged.exchange ? this.oracle.acceptanceOfSent(judged.exchange, this.#known(sent.request)) : [];
    this.judge.add(judged.findings, sent.during, bytes);
    this.judge.add(acceptance, sent.during, bytes);
    this.judge.add(answersOnly, sent.during, bytes);
    if (judged.exchange) this.#learnNonce(judged.exchange, judged.findings);
    const reply: Reply = { message, exchange: judged.exchange, findings: judged.findings };
    if (!sent.answered) this.#learnRoundTrip(datagram.at - sent.request.at);
    sent.answered = true;
    sent.rrq = undefined;
    sent.replies?.push(reply);
    if (!sent.recorder) sent.replies = undefined;
  }

  /** What is certain of a request that was bent or not. */
  #known({ at }: Pending['request']): Circumstances {
    return { at, foreign: this.stations.own, usesGreKeys: false, tolerance: staleAt };
  }

  /** RFC 3344 §5.7.2: from replies that are authentic, denials too. */
  #learnNonce(x: Exchange, findings: readonly Finding[]): void {
    const nai = naiOf(x.rrq);
    if (this.config.mnHa.replay !== 'nonces' || nai === undefined) return;
    if (findings.some((f) => f.requirement === 'HA-11' && f.holds)) {
      this.#nonces.set(nai, high32(x.rrp.identification));
    }
  }

  #learnRoundTrip(ms: number): void {
    this.roundTrip = Math.max(ms, this.roundTrip * 0.9);
    this.quickest = Math.min(ms, this.quickest);
  }

  #onPacket(station: Station, bytes: Uint8Array, at: number): void {
    const frame = readTunnelFrame(bytes, at);
    if (!frame) return this.#onIcmp(bytes, at);
    if (frame.outer.destination !== station.address) return;
    const id = cookieIn(bytes);
    const probe = id === undefined ? undefined : this.#probes.get(id);
    if (probe) {
      probe.recorder.add('received', 'ip', frame.outer.source, frame.outer.destination, bytes, at);
      this.judge.add(this.oracle.frame(frame), probe.during, bytes);
      probe.arrivals.push({ frame, careOf: station.address });
    }
    for (const host of this.#hostsFor(frame, station.address)) host.hear(frame);
  }

  /** An ICMP message, an error or not, that has to do with a probe. */
  #onIcmp(bytes: Uint8Array, at: number): void {
    const packet = decode(ipv4, bytes);
    const message = packet.ok ? decode(icmpEcho, packet.value.payload) : undefined;
    if (!packet.ok || !message?.ok) return;
    const { source, destination } = packet.value;
    const { type, code, payload } = message.value;
    if (type === portUnreachable.type && code === portUnreachable.code) this.refused?.(payload);
    const probe = this.#probes.get(cookieIn(bytes) ?? this.#quoted(destination, payload) ?? 0);
    if (!probe) return;
    probe.recorder.add('received', 'ip', source, destination, bytes, at);
    probe.strays.push({ from: source, type, code, bytes });
  }

  /** The probe in the packet that an ICMP error quotes, RFC 792: at least its header and 8 octets. */
  #quoted(sender: string, quote: Uint8Array): number | undefined {
    const packet = decode(ipv4, quote);
    return packet.ok && packet.value.source === sender ? this.#carried.get(packet.value.identification) : undefined;
  }

  *#hostsFor({ gre, inner, at }: TunnelFrame, careOf: string): Iterable<MobileNode> {
    const { bindings } = this.oracle;
    const key = gre?.key;
    const fitting =
      key !== undefined ? bindings.withForwardKey(key, at) : inner ? bindings.atHome(inner.destination, at) : [];
    for (const binding of fitting) {
      const host = binding.careOf === careOf ? this.hosts.get(binding.mn) : undefined;
      if (host) yield host;
    }
  }
}

/** Addresses of a home network that are neither a gateway's nor, as far as the tester knows, any MN's. */
export function addressesOf(session: Session, network: string, gateways: readonly string[]): HostAddresses {
  const { oracle, clock, config } = session;
  const isTaken = (address: string): boolean =>
    gateways.includes(address) || oracle.bindings.atHome(address, clock.now()).length > 0;
  return new HostAddresses(network, isTaken, config.shard);
}

const show = (endpoint: Endpoint): string => `${endpoint.address}:${endpoint.port}`;
