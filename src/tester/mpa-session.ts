/**
 * One run against a mobility proxy agent: the tester is the home agent, the home network and the mobile nodes. It owns
 * the sockets at the home agent's addresses and the far end of the access link.
 */
import type { Clock, Datagram, Endpoint, LinkFrame, LinkPort, Net } from '../net/port.js';
import { keyLookup, type OracleContext } from '../oracle/context.js';
import { Oracle } from '../oracle/oracle.js';
import { signatureFaults } from '../oracle/request-signatures.js';
import { readTunnelFrame } from '../oracle/frame.js';
import type { RunConfig } from '../spec/config.js';
import { numberOf, seedOf, within } from '../spec/shard.js';
import { arp, arpOperations } from '../wire/arp.js';
import { broadcastMac, ethernet } from '../wire/ethernet.js';
import { etherTypes } from '../wire/gre.js';
import type { Dialect, Extension, WireContext } from '../wire/extensions.js';
import { fragmentPacket } from '../wire/fragment.js';
import { decode, encode } from '../wire/layout.js';
import { ipv4, type Ipv4Input } from '../wire/ipv4.js';
import { decodeRrq, encodeRrp, mobileIpPort, type Rrq } from '../wire/mobileip.js';
import { macText } from '../wire/text.js';
import { type Udp, udp } from '../wire/udp.js';
import { Arrivals } from './arrivals.js';
import { finish, type OnBent } from './bend.js';
import { type ReplyOptions, validReply } from './grant.js';
import { handMade } from './hand-made.js';
import { Judge } from './judge.js';
import { directionOf, layoutOf } from './mpa-mismatch.js';
import type { Mismatch } from './mismatch.js';
import type { MpaControl, OpenAccess } from './mpa-control.js';
import { cookieIn, Probe } from './probe.js';
import { type Answered, asksTheSame, type Grant, type ProxiedNode, type SeenRequest } from './proxied-node.js';
import { Queue } from './queue.js';
import { type Random, seededRandom } from './random.js';
import type { Recorder } from './recorder.js';
import { runIdOf } from './run-id.js';
import type { Mode } from './request.js';
import type { Listener } from './session.js';
import { type Station, Stations } from './stations.js';

type Checksum = (right: number) => number;

/** RFC 3344 §3.6.3: least time from one request to the next, in milliseconds. */
const leastGap = 1000;

/** A frame that the agent sent on its access link. */
export interface AccessFrame {
  readonly frame: LinkFrame;
  readonly source: string;
  readonly destination: string;
  readonly etherType: number;
  readonly payload: Uint8Array;
}

export class MpaSession {
  readonly config: RunConfig;
  readonly clock: Clock;
  readonly dialect: Dialect;
  readonly wire: WireContext;
  readonly oracle: Oracle;
  readonly judge = new Judge();
  /** Told of every bent message and packet. */
  onBent: OnBent | undefined;
  /** Told of every datagram that is no Registration Request. */
  readonly listeners = new Set<Listener>();
  readonly stations: Stations;
  readonly random: Random;
  readonly runId: string;
  readonly control: MpaControl | undefined;
  /** The only mode that an agent uses which cannot be told what to do; undefined while it can, or has shown none. */
  onlyMode: Mode | undefined;
  /** The agent's MAC address on the access link, once a node has asked for it. */
  routerMac: string | undefined;
  /** Everything that the agent sends on the access link. */
  readonly heard: Arrivals<AccessFrame>;
  /** Datagrams with their headers, once replies are made by hand. */
  readonly udp: Arrivals<Udp>;
  /** Requests for nodes that nobody waits for, bounded. */
  readonly strays: SeenRequest[] = [];

  /** Nodes that appear on the access link: which request is whose shows in their order alone. */
  readonly appearances = new Queue();
  /** Cases about the agent's clock: it may have one for all its nodes, draft-leung-mip4-proxy-mode-10 §4.4. */
  readonly clockCases = new Queue();

  /** How the agent differs from the profile, once a message or packet of it has shown that. */
  mismatch: Mismatch | undefined;

  readonly #nodes = new Map<string, ProxiedNode>();
  readonly #openAccess: OpenAccess | undefined;
  readonly #probes = new Map<number, Probe>();
  /** Stations that can send datagrams made by hand, by address. */
  readonly #handMade = new Map<string, Station>();
  readonly #second: number;
  #access: LinkPort | undefined;
  #probeCount = 0;
  #nodeCount = 0;
  #packetCount = 0;
  #newcomer: ProxiedNode | undefined;

  constructor(
    config: RunConfig,
    net: Net,
    dialect: Dialect,
    device: { readonly control?: MpaControl | undefined; readonly access?: OpenAccess | undefined },
  ) {
    this.config = config;
    this.clock = net.clock;
    this.dialect = dialect;
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
    this.#second = Math.floor(this.clock.now() / 1000);
    this.stations = new Stations(net.clock, config.rate);
    this.heard = new Arrivals(net.clock, 200);
    this.udp = new Arrivals(net.clock, 200);
    this.control = device.control;
    this.#openAccess = device.access;
  }

  async open(net: Net): Promise<void> {
    const listener = {
      onDatagram: (station: Station, datagram: Datagram) => this.#onDatagram(station, datagram),
      onPacket: (station: Station, bytes: Uint8Array, at: number) => this.#onPacket(station, bytes, at),
    };
    const port = this.config.listenPort ?? mobileIpPort;
    await this.stations.open(net, this.config.local, this.config.gre, listener, port);
    this.#access = await this.#openAccess?.((frame) => this.#onAccessFrame(frame));
  }

  async close(): Promise<void> {
    await this.#access?.close();
    await this.stations.close();
  }

  get hasAccess(): boolean {
    return this.#access !== undefined;
  }

  nextNode(): number {
    return numberOf(this.#nodeCount++, this.config.shard) + 1;
  }

  /**
   * The MAC address of a node, locally administered. It has the second in which the run began: an agent may still know
   * the addresses of an earlier run.
   */
  macOf(number: number): string {
    return macText(0x02_68_00_00_00_00 + (1 + (this.#second % 0xffff)) * 0x1_0000 + (number & 0xffff));
  }

  /** Requests for this NAI are answered by the node's policy from now on. */
  add(node: ProxiedNode): void {
    this.#nodes.set(node.nai, node);
  }

  /**
   * The node to which the next request for an unknown NAI belongs: an agent may make its own from the access link. What
   * is returned waits for that request, so many milliseconds at most, and says whether it came.
   */
  expectNewcomer(node: ProxiedNode | undefined): (ms: number) => Promise<boolean> {
    this.#newcomer = node;
    return async (ms) => (await node?.requests.first(ms)) !== undefined;
  }

  newProbe(during: string, recorder: Recorder): Probe {
    const probe = new Probe(this.clock, numberOf(this.#probeCount++, this.config.shard) + 1, during, recorder);
    this.#probes.set(probe.id, probe);
    return probe;
  }

  forgetProbe(probe: Probe): void {
    this.#probes.delete(probe.id);
  }

  /** Sends an Ethernet frame on the access link. */
  sendFrame(frame: Uint8Array, recorder?: Recorder): void {
    recorder?.add('sent', 'ethernet', 'mobile node', 'access link', frame, this.clock.now());
    this.#access?.send(frame);
  }

  /**
   * Sends a tunnel packet from a home agent address of the tester; with `fragment`, in fragments of at most that many
   * octets.
   */
  sendPacket(
    station: Station,
    to: string,
    input: Ipv4Input & { readonly protocol: number },
    recorder?: Recorder,
    fragment?: number,
  ): void {
    const { shard } = this.config;
    const packetId = within(numberOf(this.#packetCount++, shard), 0xffff, shard) + 1; // 0: the kernel would choose
    const source = input.source ?? station.address;
    const bytes = encode(ipv4, { destination: to, identification: packetId, ...input, source });
    const parts = fragment === undefined ? undefined : fragmentPacket(bytes, fragment, packetId);
    for (const part of parts ?? [bytes]) {
      recorder?.add('sent', 'ip', source, to, part, this.clock.now());
      this.stations.sendPacket(station, input.protocol, part);
    }
  }

  /** Answers a request as `options` say: the valid reply, bent if asked; what it grants is the node's from then on. */
  reply(node: ProxiedNode, request: SeenRequest, options: ReplyOptions): void {
    const { knobs } = this.config;
    const { reply, grant } = validReply(node, request, options, {
      atReceiver: knobs['key_direction'] === 'receiver',
      copies: knobs['rereg_uni_reply'] === 'copy',
    });
    const { bend } = options;
    const bytes = finish(reply, bend, this.wire, encodeRrp);
    if (bend) {
      const twin = encodeRrp(reply, this.wire);
      this.onBent?.({ during: node.during, kind: 'reply', field: bend.field, twin, octets: bytes });
    }
    const send = (): void => {
      if (node.answered?.request === request) node.answered.left = this.clock.now();
      this.#sendReply(node, request, bytes, bend?.checksum);
      if (!bend) this.#takeEffect(node, request, bytes, grant);
      if (options.then) this.reply(node, request, options.then);
    };
    if (options.delay) this.clock.setTimer(options.delay, send);
    else send();
  }

  #sendReply(node: ProxiedNode, { station, message }: SeenRequest, bytes: Uint8Array, checksum?: Checksum): void {
    const to = message.from;
    if (checksum) {
      const able = this.#handMade.get(station.address);
      if (!able) throw new TypeError(`${station.address} cannot send datagrams made by hand`);
      return this.sendPacket(able, to.address, handMade(station.udp.local, to, bytes, checksum), node.recorder);
    }
    this.stations.sendUdp(station, to, bytes, (at) => {
      node.recorder.add('sent', 'udp', show(station.udp.local), show(to), bytes, at);
    });
  }

  /**
   * Lets replies be made by hand, so that their checksums can be bent, and shows the checksums of requests in `udp`.
   * False without raw sockets.
   */
  async makeByHand(): Promise<boolean> {
    for (const address of this.stations.addresses) {
      const base = this.stations.of(address);
      if (!base || this.#handMade.has(address)) continue;
      const port = await this.stations.openHandMade(base, ({ bytes }) => this.#onUdpPacket(bytes));
      if (!port) return false;
      this.#handMade.set(address, port.station);
    }
    return true;
  }

  #onUdpPacket(bytes: Uint8Array): void {
    const packet = decode(ipv4, bytes);
    const datagram = packet.ok ? decode(udp, packet.value.payload) : undefined;
    if (datagram?.ok) this.udp.push(datagram.value);
  }

  /** A valid reply is in force from now on, for the node and for the oracle. */
  #takeEffect(node: ProxiedNode, request: SeenRequest, bytes: Uint8Array, grant: Grant | undefined): void {
    if (!node.grant) this.oracle.bindings.forget(node.nai);
    const { from, to } = request.message;
    this.oracle.exchange({ request: request.message, reply: { at: this.clock.now(), from: to, to: from, bytes } });
    node.grant = request.rrq.lifetime === 0 ? undefined : (grant ?? node.grant);
    if (grant && grant.lifetime > 0) node.shortestLifetime = Math.min(node.shortestLifetime, grant.lifetime);
  }

  /** What is wrong with the authentication of a request; undefined when one of its extensions is known and verifies. */
  authenticationFault(bytes: Uint8Array, rrq: Rrq): string | undefined {
    const signatures = rrq.extensions.filter((e) => e.name === 'mnHa' || e.name === 'faHa');
    if (signatures.length === 0) return 'neither MN-HA nor FA-HA';
    const faults = signatureFaults(bytes, signatures, this.config);
    return faults.length < signatures.length ? undefined : faults.map(({ text }) => text).join(', ');
  }

  #onDatagram(station: Station, datagram: Datagram): void {
    const decoded = decodeRrq(datagram.payload, this.dialect);
    if (!decoded.ok) {
      for (const listener of this.listeners) listener(station, datagram);
      return;
    }
    const message = { at: datagram.at, from: datagram.remote, to: datagram.local, bytes: datagram.payload };
    const nai = decoded.value.extensions.find((e) => e.name === 'nai');
    const node =
      (nai?.name === 'nai' ? this.#nodes.get(nai.nai) : undefined) ??
      this.#byHomeAddress(decoded.value) ??
      this.#takeNewcomer(nai);
    const request: SeenRequest = { at: datagram.at, message, rrq: decoded.value, station, standing: node?.grant };
    this.mismatch ??= layoutOf(request, this.config, this.dialect);
    if (!node) {
      // one that names nobody may be for any of the nodes: that alone is worth telling
      if (!nai) this.judge.add(this.oracle.ownRequest(message).findings, 'no case', datagram.payload);
      if (this.strays.length < 1000) this.strays.push(request);
      return;
    }
    node.recorder.add('received', 'udp', show(datagram.remote), show(datagram.local), datagram.payload, datagram.at);
    this.judge.add(this.oracle.ownRequest(message).findings, node.during, datagram.payload);
    const crossed = this.#hasCrossed(node, request);
    const answer = crossed ? crossed.answer : node.policy(request);
    if (crossed) node.crossed++;
    else node.requests.push(request);
    if (answer === 'withhold' || !this.#isOurs(request)) return;
    node.answered = { request, answer, left: Infinity };
    this.reply(node, request, answer);
  }

  /**
   * The answer that a request may have crossed: the tester was busy, and the agent lost patience meanwhile. To a case it
   * is the request before once more, and it is answered like that one.
   */
  #hasCrossed({ answered }: ProxiedNode, { at, rrq }: SeenRequest): Answered | undefined {
    if (!answered || !this.clock.lag) return undefined;
    const { request, left } = answered;
    if (!asksTheSame(request.rrq, rrq)) return undefined; // it has seen an answer, or it ends the registration
    const doubt = this.clock.lag(request.at - leastGap);
    return at - request.at + doubt >= leastGap && at - doubt <= left ? answered : undefined;
  }

  /** Whether no signature of the request is forged, or of an association that we do not have: RFC 5944 §3.8.2.1. */
  #isOurs({ message, rrq }: SeenRequest): boolean {
    return signatureFaults(message.bytes, rrq.extensions, this.config).length === 0;
  }

  #takeNewcomer(nai: Extension | undefined): ProxiedNode | undefined {
    const node = this.#newcomer;
    this.#newcomer = undefined;
    if (node && nai?.name === 'nai') this.#nodes.set(nai.nai, node);
    return node;
  }

  #byHomeAddress({ homeAddress }: Rrq): ProxiedNode | undefined {
    if (homeAddress === '0.0.0.0') return undefined;
    for (const node of this.#nodes.values()) if (node.grant?.homeAddress === homeAddress) return node;
    return undefined;
  }

  #onPacket(station: Station, bytes: Uint8Array, at: number): void {
    const frame = readTunnelFrame(bytes, at);
    if (!frame || frame.outer.destination !== station.address) return;
    const id = cookieIn(bytes);
    const probe = id === undefined ? undefined : this.#probes.get(id);
    if (!probe) return;
    probe.recorder.add('received', 'ip', frame.outer.source, frame.outer.destination, bytes, at);
    this.mismatch ??= directionOf(frame, this.oracle.bindings, this.config);
    this.judge.add(this.oracle.uplink(frame), probe.during, bytes);
    probe.arrivals.push({ frame, careOf: station.address });
  }

  #onAccessFrame(frame: LinkFrame): void {
    const link = decode(ethernet, frame.bytes);
    if (!link.ok) return;
    this.heard.push({ frame, ...link.value });
    if (link.value.etherType === etherTypes.arp) this.#answerArp(link.value);
    const id = cookieIn(frame.bytes);
    const probe = id === undefined ? undefined : this.#probes.get(id);
    if (!probe) return;
    probe.recorder.add('received', 'ethernet', link.value.source, link.value.destination, frame.bytes, frame.at);
    probe.emerged.push(frame);
  }

  /** draft-leung-mip4-proxy-mode-10 §4.4: an agent may ask for a node before it registers for it again. */
  #answerArp({ destination, payload }: Pick<AccessFrame, 'destination' | 'payload'>): void {
    const question = decode(arp, payload);
    if (!question.ok || question.value.operation !== arpOperations.request) return;
    const { senderMac, senderIp, targetIp } = question.value;
    for (const { isPresent, homeAddress, mac } of this.#nodes.values()) {
      if (!isPresent || homeAddress !== targetIp) continue;
      if (destination !== broadcastMac && destination !== mac) continue;
      const { reply: operation } = arpOperations;
      const answer = { operation, senderMac: mac, senderIp: homeAddress, targetMac: senderMac, targetIp: senderIp };
      const frame = { destination: senderMac, source: mac, etherType: etherTypes.arp, payload: encode(arp, answer) };
      this.sendFrame(encode(ethernet, frame));
    }
  }
}

const show = (endpoint: Endpoint): string => `${endpoint.address}:${endpoint.port}`;
