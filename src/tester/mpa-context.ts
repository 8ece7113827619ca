/** What a case against a mobility proxy agent sees: the verbs of signalling, and both ends of the tunnel. */
import type { LinkFrame } from '../net/port.js';
import type { RequirementId } from '../spec/catalogue.js';
import { defaultHomeNetwork } from '../spec/config.js';
import { arp, arpOperations } from '../wire/arp.js';
import type { Dhcpv4 } from '../wire/dhcpv4.js';
import { dhcpv4Types } from '../wire/dhcpv4-options.js';
import { broadcastMac, ethernet } from '../wire/ethernet.js';
import { etherTypes } from '../wire/gre.js';
import { ipProtocols, ipv4, type Ipv4Input } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import { udp } from '../wire/udp.js';
import { finishGre, type GreBend } from './bend.js';
import { dhcpAnswer, discover, request as dhcpRequest, release as dhcpRelease } from './dhcp-frames.js';
import { MpaSignalling } from './mpa-signalling.js';
import { Inconclusive, Skipped } from './outcome.js';
import { type Arrival, cookieIn, type Probe } from './probe.js';
import type { Grant, ProxiedNode, SeenRequest } from './proxied-node.js';

/** A message of a DHCP server, and the MAC address that it came from. */
export interface Lease {
  readonly message: Dhcpv4;
  readonly server: string;
}

/** What may differ in a packet that the tester sends down the tunnel. */
export interface DownOptions extends GreBend {
  readonly key?: number | undefined;
  readonly outer?: Ipv4Input;
  /** Header fields of the IPv4 packet inside. */
  readonly inner?: Ipv4Input;
  /** Octets added to the payload. */
  readonly padding?: number;
  /** The outer packet goes in fragments of at most that many octets. */
  readonly fragment?: number;
  /** The grant whose tunnel is used, when not the node's latest. */
  readonly grant?: Grant;
  /** Destination address inside the tunnel, when not the node's. */
  readonly to?: { readonly ip?: string; readonly mac?: string };
  /** What a frame in an L2 tunnel carries instead of an IPv4 packet; it has to hold the payload of the probe. */
  readonly payload?: (probe: Probe) => Uint8Array;
  readonly etherType?: number;
  /** As the report names it. */
  readonly what?: string;
}

/** What may differ in a packet that a node sends into the access link. */
export interface UpOptions {
  /** Destination address; the correspondent behind the home agent when left out. */
  readonly to?: string;
  readonly mac?: string;
  /** What the frame carries instead of an IPv4 packet; it has to hold the payload of the probe. */
  readonly payload?: (probe: Probe) => Uint8Array;
  readonly etherType?: number;
  /** Octets added to the payload of an IPv4 packet. */
  readonly padding?: number;
  /** As the report names it. */
  readonly what?: string;
}

/** The correspondent's address behind the tester's home network: RFC 5737 documentation space. */
const correspondent = '203.0.113.9';
export const correspondentMac = '02:68:00:00:00:01';
const probeAttempts = 3;
/** How long a request may be late that repeats one whose answer has got lost, once no packet came through, in milliseconds. */
const repetitionPatience = 3000;
/** How long a frame may take through the agent, in milliseconds, before it is sent again. */
const framePatience = 400;
/** The same, one attempt after the other: the first frame often overtakes the reply that has built its tunnel. */
const framePatiences = [25, 75, 300, framePatience, framePatience] as const;
/** The same for an answer of its DHCP server, which may probe for the address first, RFC 2131 §3.1. */
const dhcpPatience = 1500;
/** How long after the witness a stray frame is waited for, in milliseconds. */
const grace = 40;

export class MpaContext extends MpaSignalling {
  readonly #probes: Probe[] = [];

  // --- the access link --------------------------------------------------------------------------------------------

  /** Ends the case with a reason when the tester is not on the access link. */
  needAccess(): void {
    if (!this.session.hasAccess) throw new Skipped('the tester is not on the access link: give --access-link IFACE');
    if (!this.config.gre) throw new Skipped(this.config.noGreReason ?? 'raw sockets are switched off');
  }

  probe(): Probe {
    const probe = this.session.newProbe(this.id, this.recorder);
    this.#probes.push(probe);
    return probe;
  }

  /** An IPv4 packet with the cookie from the node to somewhere, as UDP to the discard port. */
  #packet(
    source: string,
    destination: string,
    probe: Probe,
    { padding = 0, inner = {} }: Pick<DownOptions, 'padding' | 'inner'> = {},
  ): Uint8Array {
    const payload = encode(
      udp,
      { sourcePort: 40000, destinationPort: 9, payload: probe.payload(padding) },
      { source, destination },
    );
    return encode(ipv4, { source, destination, protocol: ipProtocols.udp, ...inner, payload });
  }

  /** Sends a packet from the node into the access link: in L2 mode to the far end of the link, else to its router. */
  async sendUp(node: ProxiedNode, probe: Probe, options: UpOptions = {}): Promise<void> {
    this.needAccess();
    const mac = options.mac ?? (node.wish.l2 ? correspondentMac : await this.#routerMac(node));
    const { etherType = etherTypes.ipv4 } = options;
    const payload =
      options.payload?.(probe) ?? this.#packet(node.homeAddress, options.to ?? correspondent, probe, options);
    const frame = { destination: mac, source: node.mac, etherType, payload };
    this.session.sendFrame(encode(ethernet, frame), this.recorder);
  }

  /** The node asks its router's MAC address as any host does; the home network's first address is its router. */
  async #routerMac(node: ProxiedNode): Promise<string> {
    const router = firstOf(this.config.pixit.homeNetwork);
    const known = this.session.routerMac;
    if (known !== undefined) return known;
    const question = encode(arp, { senderMac: node.mac, senderIp: node.homeAddress, targetIp: router });
    const frame = { destination: broadcastMac, source: node.mac, etherType: etherTypes.arp, payload: question };
    for (let attempt = 0; attempt < probeAttempts; attempt++) {
      const since = this.session.clock.now();
      this.session.sendFrame(encode(ethernet, frame), this.recorder);
      const answer = await this.session.heard.first(framePatience, (heard) => {
        if (heard.etherType !== etherTypes.arp || heard.frame.at < since) return false;
        const said = decode(arp, heard.payload);
        return said.ok && said.value.operation === arpOperations.reply && said.value.senderIp === router;
      });
      if (answer) return (this.session.routerMac = answer.source);
    }
    throw new Inconclusive(`the agent does not answer ARP for the node's router ${router} on the access link`);
  }

  /** The DHCP offer that the node gets when it asks for an address; undefined when none comes. */
  offer(node: ProxiedNode): Promise<Lease | undefined> {
    const transaction = this.session.random.uint32();
    return this.#dhcp(discover(node.mac, transaction), transaction, dhcpv4Types.offer);
  }

  /** What the node gets when it takes an offer: the lease; undefined when it is not confirmed. */
  lease({ message }: Lease): Promise<Lease | undefined> {
    return this.#dhcp(dhcpRequest(message), message.transaction, dhcpv4Types.ack);
  }

  /** The node gives its address back. */
  release({ message, server }: Lease): void {
    this.session.sendFrame(dhcpRelease(message, server, this.session.random.uint32()), this.recorder);
  }

  async #dhcp(frame: Uint8Array, transaction: number, type: number): Promise<Lease | undefined> {
    for (let attempt = 0; attempt < probeAttempts; attempt++) {
      this.session.sendFrame(frame, this.recorder);
      const heard = await this.session.heard.first(
        dhcpPatience,
        ({ payload }) => dhcpAnswer(payload, transaction, type) !== undefined,
      );
      const message = heard && dhcpAnswer(heard.payload, transaction, type);
      if (!heard || !message) continue;
      const { at, bytes } = heard.frame;
      this.recorder.add('received', 'ethernet', heard.source, heard.destination, bytes, at);
      return { message, server: heard.source };
    }
    return undefined;
  }

  // --- the tunnel -------------------------------------------------------------------------------------------------

  /** A packet of the node that comes out of the tunnel at the tester; undefined when it does not. */
  goesUp(node: ProxiedNode, options: UpOptions = {}): Promise<Arrival | undefined> {
    return this.#evenIfLost(node, () => this.#goesUp(node, options));
  }

  /**
   * Tries once more where the agent asks for the node again meanwhile: it has never seen the answer that seemed to grant
   * the registration. Likewise where the tester was too busy to see in time what came.
   */
  async #evenIfLost<T>(node: ProxiedNode, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    const seen = node.requests.all.length;
    const { crossed } = node;
    const since = this.session.clock.now();
    const found = await attempt();
    if (found !== undefined) return found;
    const isNew = (request: SeenRequest): boolean => node.requests.all.indexOf(request) >= seen;
    if (await node.requests.first(repetitionPatience, isNew)) return attempt();
    if (node.crossed === crossed && this.uncertainty(since) < framePatience) return undefined;
    await this.calm();
    return attempt();
  }

  async #goesUp(node: ProxiedNode, options: UpOptions): Promise<Arrival | undefined> {
    const probe = this.probe();
    for (const patience of framePatiences) {
      await this.sendUp(node, probe, options);
      const arrival = await probe.arrivals.first(patience);
      if (!arrival) continue;
      this.recorder.regard(arrival.frame.bytes);
      return arrival;
    }
    this.recorder.regardSent();
    return undefined;
  }

  /** Demands that a packet of the node comes through the tunnel. */
  async up(node: ProxiedNode, id: RequirementId, options: UpOptions = {}): Promise<Arrival> {
    const arrival = await this.goesUp(node, options);
    if (arrival) return arrival;
    this.wereInTime();
    throw this.violation(id, `${options.what ?? 'a packet'} of the mobile node in the tunnel`, 'none came');
  }

  /** The same as an arrangement. */
  async carriesUp(node: ProxiedNode): Promise<Arrival> {
    const arrival = await this.goesUp(node);
    if (!arrival) throw new Inconclusive('a packet of the mobile node did not come through the tunnel');
    return arrival;
  }

  /** Sends a packet down the node's tunnel, bent as `options` say. */
  sendDown(node: ProxiedNode, probe: Probe, options: DownOptions = {}): void {
    this.needAccess();
    const grant = options.grant ?? this.granted(node);
    const { etherType = etherTypes.ipv4 } = options;
    const inner =
      options.payload?.(probe) ?? this.#packet(correspondent, options.to?.ip ?? node.homeAddress, probe, options);
    const mac = options.to?.mac ?? node.mac;
    const link = { destination: mac, source: correspondentMac, etherType, payload: inner };
    const payload = grant.l2 ? encode(ethernet, link) : inner;
    const protocol = grant.l2 ? etherTypes.transparentEthernetBridging : etherTypes.ipv4;
    const key = 'key' in options ? options.key : grant.forwardKey;
    const packet =
      grant.forwardKey === undefined && key === undefined
        ? { protocol: ipProtocols.ipInIp, payload: inner }
        : {
            protocol: ipProtocols.gre,
            payload: finishGre({ protocol, key, payload }, options, this.id, this.session.onBent),
          };
    this.session.sendPacket(
      grant.station,
      grant.careOf,
      { ...packet, ...options.outer, protocol: packet.protocol },
      this.recorder,
      options.fragment,
    );
  }

  /** Demands that a packet from the tunnel reaches the node on the access link. */
  async down(node: ProxiedNode, id: RequirementId, options: DownOptions = {}): Promise<LinkFrame> {
    const frame = await this.comesDown(node, options);
    if (frame) return frame;
    this.wereInTime();
    const what = options.what ?? 'a packet';
    throw this.violation(id, `${what} from the tunnel at ${node.mac} on the access link`, 'none came');
  }

  /** The same as an arrangement. */
  async carriesDown(node: ProxiedNode, options: DownOptions = {}): Promise<LinkFrame> {
    const frame = await this.comesDown(node, options);
    if (!frame) throw new Inconclusive('a valid packet from the tunnel did not reach the mobile node');
    return frame;
  }

  /** A packet from the tunnel that comes out at the node; undefined when it does not. */
  comesDown(node: ProxiedNode, options: DownOptions): Promise<LinkFrame | undefined> {
    return this.#evenIfLost(node, () => this.#tryDown(node, options));
  }

  async #tryDown(node: ProxiedNode, options: DownOptions): Promise<LinkFrame | undefined> {
    const probe = this.probe();
    for (const patience of framePatiences) {
      this.sendDown(node, probe, options);
      const frame = await probe.emerged.first(patience, ({ bytes }) => isFor(bytes, options.to?.mac ?? node.mac));
      if (frame) return frame;
    }
    return undefined;
  }

  /**
   * Demands that a packet of the node does not leave the agent: neither through the tunnel nor back onto the access
   * link. A packet of the witness that follows shows that the way is open.
   */
  async nothingUp(id: RequirementId, what: string, node: ProxiedNode, witness: ProxiedNode): Promise<void> {
    const probe = this.probe();
    await this.sendUp(node, probe);
    await this.carriesUp(witness);
    const arrival = await probe.arrivals.first(grace);
    if (!arrival) return;
    this.recorder.blame(arrival.frame.bytes);
    const key = arrival.frame.gre?.key;
    const words = key === undefined ? 'without a key' : `with key 0x${key.toString(16)}`;
    this.demand(id, false, `${what} not to be tunnelled`, `it came through the tunnel ${words}`);
  }

  /** Demands that what `send` sends down does not come out on the access link; the witness shows that the way is open. */
  async nothingDown(
    id: RequirementId,
    what: string,
    send: (probe: Probe) => void,
    witness: ProxiedNode,
  ): Promise<void> {
    const probe = this.probe();
    send(probe);
    await this.carriesDown(witness);
    const frame = await probe.emerged.first(grace);
    if (!frame) return;
    this.recorder.blame(frame.bytes);
    this.demand(id, false, `${what} to be dropped`, 'it came out on the access link');
  }

  /** Whether a frame or packet holds all octets of a probe that was sent with so much padding. */
  isWhole(bytes: Uint8Array, padding: number): boolean {
    const id = cookieIn(bytes);
    const sent = this.#probes.find((probe) => probe.id === id);
    return sent !== undefined && Buffer.from(bytes).includes(Buffer.from(sent.payload(padding)));
  }

  override cleanUp(): void {
    for (const probe of this.#probes) this.session.forgetProbe(probe);
    super.cleanUp();
  }
}

const isFor = (frame: Uint8Array, mac: string): boolean => {
  const link = decode(ethernet, frame);
  return link.ok && (link.value.destination === mac || link.value.destination === broadcastMac);
};

/** The first address of the home network: the router that mobile nodes are given. */
function firstOf(network = defaultHomeNetwork): string {
  return network.replace(/\.\d+\/\d+$/, '.1');
}
