/**
 * Judges the devices of a capture, home agents and proxy agents at once: every request, reply and tunnel packet goes
 * through the one oracle. Packets are kept until enough are there to tell how the devices use what the documents leave
 * open; from then on each is judged as it comes.
 */
import { judgeRequestAuthenticator } from '../oracle/acceptance.js';
import { type Binding, mnOf } from '../oracle/bindings.js';
import type { Exchange } from '../oracle/exchange.js';
import { type Finding, holds, violated } from '../oracle/finding.js';
import { readTunnelFrame, type TunnelFrame } from '../oracle/frame.js';
import { isUnset } from '../oracle/request.js';
import type { JudgedRevocation } from '../oracle/revocations.js';
import type { FrameRecord } from '../report/result.js';
import type { Dialect } from '../wire/extensions.js';
import { ipProtocols } from '../wire/ipv4.js';
import { messageRecord, packetRecord } from './evidence.js';
import { Checksums } from './checksums.js';
import { type HomeAgent, HomeAgents } from './home-agents.js';
import { L2Strays } from './l2-strays.js';
import { learnEach } from './learn-each.js';
import { isReply, isRequest, Matcher } from './matcher.js';
import { auditNotes, type Counts } from './notes.js';
import {
  destinationOf,
  identificationOf,
  type Message,
  type Packet,
  protocolOf,
  readMessage,
  sourceOf,
} from './packet.js';
import { Ports } from './ports.js';
import { aboutKeys, Rekeyed, strangeTo } from './rekeyed.js';
import { Repeats } from './repeats.js';
import { takeIn } from './revocation.js';
import type { AuditOptions, AuditSettings } from './settings.js';
import { type Report, Strays, type Way } from './strays.js';
import { type Role, Tallies } from './tally.js';

/** What is looked at before anything is judged. */
const mostLearnt = { packets: 10_000, octets: 16 << 20 } as const;

export interface AuditOutcome {
  readonly settings: AuditSettings;
  readonly tallies: Tallies;
  /** What is worth saying but decides nothing, in sentences. */
  readonly notes: readonly string[];
  /** Milliseconds since the Unix epoch of the first packet, and from it to the last. */
  readonly start: number;
  readonly durationMs: number;
}

export class Audit {
  readonly #options: AuditOptions;
  readonly #ports: Ports;
  #ahead: Packet[] = [];
  #octets = 0;
  #watch: Watch | undefined;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#ports = new Ports(options.port);
  }

  packet(packet: Packet): void {
    if (!this.#ports.isWanted(packet)) return;
    if (this.#watch) return this.#watch.packet(packet);
    this.#ahead.push(packet);
    this.#octets += packet.bytes.length;
    if (this.#ahead.length >= mostLearnt.packets || this.#octets >= mostLearnt.octets) this.#begin();
  }

  end(): AuditOutcome {
    return (this.#watch ?? this.#begin()).end();
  }

  #begin(): Watch {
    const watch = new Watch(this.#ahead, this.#options);
    this.#watch = watch;
    watch.all(this.#ahead);
    this.#ahead = [];
    return watch;
  }
}

class Watch {
  readonly #settings: AuditSettings;
  readonly #agents: HomeAgents;
  readonly #matcher = new Matcher<Message>();
  readonly #repeats = new Repeats();
  readonly #strays = new Strays();
  readonly #l2Strays = new L2Strays();
  readonly #rekeyed = new Rekeyed();
  readonly #checksums = new Checksums();
  /** Findings that what comes later may explain, or what is missing. */
  readonly #doubts: { readonly stands: () => boolean; readonly report: () => void }[] = [];
  /** Requests, and the IP Identification of the first reply to each. */
  readonly #answers = new WeakMap<Message, number>();
  /** Past what was looked at ahead. */
  #isLive = false;
  readonly #tallies = new Tallies();
  readonly #counts: Counts = {
    requests: 0,
    exchanges: 0,
    tunnelled: 0,
    unrelated: 0,
    cut: 0,
    wrongChecksums: 0,
    damaged: 0,
    unmatched: 0,
    unreadable: 0,
    unmatchedAcks: 0,
  };
  #start: number | undefined;
  #last = 0;

  constructor(ahead: readonly Packet[], options: AuditOptions) {
    const known = learnEach(ahead, options);
    this.#settings = known.settings;
    this.#agents = new HomeAgents(known.of);
  }

  packet(packet: Packet): void {
    this.#start ??= packet.at;
    this.#last = Math.max(this.#last, packet.at);
    if (protocolOf(packet) === ipProtocols.udp) this.#datagram(packet);
    else this.#tunnelled(packet);
  }

  /** What was looked at ahead. */
  all(packets: readonly Packet[]): void {
    for (const packet of packets) {
      const message = protocolOf(packet) === ipProtocols.udp && packet.missing === 0 ? readMessage(packet) : undefined;
      if (message) this.#checksums.count(message);
    }
    for (const packet of packets) this.packet(packet);
    this.#isLive = true;
  }

  end(): AuditOutcome {
    const start = this.#start ?? 0;
    this.#strays.end();
    const { spoilt } = this.#matcher;
    const unanswered = this.#matcher.end();
    const lost = unanswered + this.#counts.unmatched + this.#counts.cut - 2 * spoilt.length;
    // with messages missing, it may be the reply to one of those
    if (lost === 0) for (const { request, reply } of spoilt) this.#exchange(request, reply, 0);
    const isWhole = lost + spoilt.length + this.#counts.unrelated === 0;
    for (const { stands, report } of this.#doubts) {
      if (isWhole && stands()) report();
      else this.#counts.unmatchedAcks++;
    }
    this.#l2Strays.end();
    this.#rekeyed.end();
    return {
      settings: this.#settings,
      tallies: this.#tallies,
      notes: [
        ...this.#settings.notes,
        ...auditNotes(this.#counts, {
          repeated: this.#repeats.count,
          unanswered,
          overlooked: this.#agents.overlooked,
          unknownKeys: this.#agents.all.reduce((sum, { associations }) => sum + associations.unknown, 0),
        }),
      ],
      start,
      durationMs: Math.max(0, this.#last - start),
    };
  }

  // --- registration -------------------------------------------------------------------------------------------------

  #datagram(packet: Packet): void {
    const message = packet.missing > 0 ? undefined : readMessage(packet);
    if (!message) {
      this.#counts.cut++;
      return;
    }
    const sort = this.#repeats.sort(packet);
    if (sort === 'copy') return;
    if (this.#isLive) this.#checksums.count(message);
    if (this.#checksums.isDamaged(message)) {
      this.#counts.damaged++;
      return;
    }
    if (message.checksum === 'wrong' || message.checksum === 'partial') this.#counts.wrongChecksums++;
    if (isRequest(message)) this.#request(message, packet, sort === 'alike');
    else if (isReply(message)) this.#reply(message, identificationOf(packet));
    else this.#revocation(message, sort === 'alike');
  }

  #request(message: Message, packet: Packet, isAlike: boolean): void {
    const agent = this.#agents.meet(message.to.address, packet);
    if (!agent) return;
    this.#counts.requests++;
    this.#matcher.request(message);
    const { findings, request } = agent.oracle.request(message);
    if (!request) {
      this.#counts.unreadable++;
      return;
    }
    this.#strays.asked(request);
    const pace = isAlike ? [] : agent.oracle.expect(request);
    // RFC 3344 §3.1; one that is there is not judged, for the capture may be taken before the hardware computes it
    const summed = message.checksum === 'none' ? violated('MN-31', 'a UDP checksum', 'checksum 0') : holds('MN-31');
    // what the network doubled is no request of its own, though it looks like one; and nonces have no order
    const isOrdered = findings.every(isInOrder) || (!isAlike && agent.styles.isTimed(request));
    const certain = isOrdered ? findings : findings.filter((f) => !aboutOrder.has(f.requirement));
    this.#add('mpa', message.from.address, agent, [...certain, ...pace, summed], message.number, () => [
      this.#shown(message, agent, 'received', true),
    ]);
  }

  /** `ipId`: the Identification of its packet. */
  #reply(message: Message, ipId: number): void {
    const request = this.#matcher.surely(message);
    if (request) this.#exchange(request, message, ipId);
    else this.#counts.unmatched++;
  }

  #exchange(request: Message, message: Message, ipId: number): void {
    const agent = this.#agents.meet(request.to.address);
    if (!agent) {
      this.#counts.unmatched++;
      return;
    }
    const observed = { request, reply: message };
    const context = agent.styles.contextFor(observed, agent.associations.contextFor(request, message));
    const judged = agent.oracle.exchange(observed, context);
    const x = judged.exchange;
    if (!x) {
      this.#counts.unreadable++;
      return;
    }
    this.#counts.exchanges++;
    agent.revocations.agree(x);
    const findings = [...judged.findings, ...agent.oracle.acceptance(x, context, judged.before)];
    // of an MN that once authenticated itself, it may be somebody else's who plays it
    const isFirst = !agent.oracle.bindings.hasSeen(mnOf(x));
    const forged = isFirst ? judgeRequestAuthenticator(x, context) : [];
    this.#add('mpa', request.from.address, agent, forged, request.number, () => [
      this.#shown(request, agent, 'received', true),
    ]);
    const unsure = new Set<string>();
    if (!agent.hasHistory(x)) unsure.add('TS-15');
    if (!this.#isAnother(request, ipId)) unsure.add('HA-50');
    const certain = findings.filter((f) => !unsure.has(f.requirement));
    this.#add('ha', agent.name, agent, certain, message.number, () => [
      this.#shown(request, agent, 'sent', false),
      this.#shown(message, agent, 'received', true),
    ]);
    if (x.accepted) {
      agent.accepted(x);
      this.#learnAddresses(agent, x);
    }
    this.#strays.answered(x, agent.oracle, agent.isDirectionKnown);
    agent.oracle.bindings.sweep(message.at);
  }

  #revocation(message: Message, isCopy: boolean): void {
    const { from, to, at } = message;
    const [here, there] = [this.#agents.at(from.address), this.#agents.at(to.address)];
    const agent = there ?? here;
    if (!agent) return;
    const role: Role = here ? 'ha' : 'mpa';
    const { associations, oracle, revocations, settings } = agent;
    const judged: JudgedRevocation = revocations.hear(message, {
      by: role,
      isCopy,
      dialect: settings.dialect,
      contextOf: ({ mn, mpa }) => associations.contextOf(mn, mpa.address),
    });
    if (!judged.message) return;
    takeIn(judged.message, judged, { bindings: oracle.bindings, strays: this.#strays, at });
    // of two home agents it is not told which one is the proxy agent here
    if (here && there) return;
    const report = (findings: readonly Finding[]): void => {
      const device = role === 'ha' ? agent.name : from.address;
      this.#add(role, device, agent, findings, message.number, () => [this.#shown(message, agent, 'received', true)]);
    };
    report(judged.findings);
    const { doubt } = judged;
    if (doubt && this.#doubts.length < mostDoubts) {
      this.#doubts.push({ stands: doubt.stands, report: () => report([doubt.finding]) });
    } else if (judged.isUnmatched && judged.findings.length === 0) {
      this.#counts.unmatchedAcks++;
    }
  }

  /** Whether the HA has surely sent more than the one reply: RFC 6864 §4.1 lets an IP Identification of 0 tell nothing. */
  #isAnother(request: Message, ipId: number): boolean {
    const first = this.#answers.get(request) ?? 0;
    if (first === 0) this.#answers.set(request, ipId);
    return first !== 0 && ipId !== 0 && ipId !== first;
  }

  #learnAddresses(agent: HomeAgent, x: Exchange): void {
    if (!this.#agents.addCareOf(x.rrq.careOfAddress)) return;
    this.#agents.also(agent, x.reply.from.address);
    if (!isUnset(x.rrp.homeAgent)) this.#agents.also(agent, x.rrp.homeAgent);
  }

  // --- tunnels ------------------------------------------------------------------------------------------------------

  #tunnelled(packet: Packet): void {
    const source = sourceOf(packet);
    const destination = destinationOf(packet);
    const down = this.#agents.isCareOf(destination) ? this.#agents.at(source) : undefined;
    const up = !down && this.#agents.isCareOf(source) ? this.#agents.at(destination) : undefined;
    const agent = down ?? up;
    if (!agent) this.#counts.unrelated++;
    const isNear = [source, destination].some((a) => this.#agents.isCareOf(a) || this.#agents.at(a) !== undefined);
    const frame = isNear ? readTunnelFrame(packet.bytes, packet.at) : undefined;
    if (!frame) return;
    const stray = this.#stray(packet);
    this.#strays.packet(frame, stray);
    const way = !up && this.#agents.at(source) ? 'down' : 'up';
    this.#l2Strays.packet(frame, way, agent, stray);
    if (!agent) return;
    this.#counts.tunnelled++;
    agent.learnFrom(frame, way);
    const findings = down ? agent.oracle.frame(frame) : agent.oracle.uplink(frame);
    const sure = findings.filter((f) => f.holds || this.#isSure(f, agent, packet, frame, way));
    const [role, device]: [Role, string] = down ? ['ha', agent.name] : ['mpa', source];
    const report = (all: readonly Finding[]): void =>
      this.#add(role, device, agent, all, packet.number, () => [
        packetRecord(packet, { ...this.#view(agent), direction: 'received', guilty: true }),
      ]);
    const strange = sure.filter((f) => !f.holds && aboutKeys.has(f.requirement));
    const binding = strange.length > 0 ? strangeTo(frame, way, agent) : undefined;
    if (!binding) return report(sure);
    report(sure.filter((f) => !strange.includes(f)));
    this.#rekeyed.add(binding, way, () => report(strange));
  }

  #stray(packet: Packet): Report {
    return (finding, way, binding) => {
      const agent = this.#agents.at(binding.homeAgent);
      if (!agent) return () => undefined;
      const record = packetRecord(packet, { ...this.#view(agent), direction: 'received', guilty: true });
      const [role, device]: [Role, string] = way === 'down' ? ['ha', agent.name] : ['mpa', binding.careOf];
      const { number } = packet;
      return () => this.#add(role, device, agent, [finding], number, () => [record]);
    };
  }

  /** A checksum over what was not captured cannot be judged, nor keys of which too little was seen to tell. */
  #isSure(
    { requirement }: Finding,
    agent: HomeAgent,
    { missing, at }: Packet,
    { inner }: TunnelFrame,
    way: Way,
  ): boolean {
    if (missing > 0 && (requirement === 'GR-04' || requirement === 'GR-15')) return false;
    const home = [inner?.source, inner?.destination].flatMap((a) => a ?? []);
    const own = home.flatMap((address) => agent.oracle.bindings.atHome(address, at));
    // packets hardly overtake others by so much that the old key comes after the new one
    const isOpen = (b: Binding): boolean =>
      agent.beginnings.explains(requirement, b, at) && !this.#strays.hasSeen(b, way);
    if (own.some(isOpen)) return false;
    if (!agent.isDirectionKnown && aboutOwnKeys.has(requirement)) {
      return own.length > 0 && own.every((b) => b.bidirectional);
    }
    if (requirement !== 'TN-03' || !inner || agent.uncertain.size === 0) return true;
    return !agent.oracle.bindings.atHome(inner.destination, at).some((b) => agent.uncertain.has(b.mn));
  }

  // --- evidence -----------------------------------------------------------------------------------------------------

  #add(
    role: Role,
    device: string,
    { settings: { profile } }: HomeAgent,
    findings: readonly Finding[],
    number: number,
    evidence: () => readonly FrameRecord[],
  ): void {
    this.#tallies.add(role, device, findings, number, evidence, profile);
  }

  #shown(message: Message, agent: HomeAgent, direction: FrameRecord['direction'], guilty: boolean): FrameRecord {
    return messageRecord(message, { ...this.#view(agent), direction, guilty });
  }

  #view({ settings: { dialect } }: HomeAgent): { readonly start: number; readonly dialect: Dialect } {
    return { start: this.#start ?? 0, dialect };
  }
}

/** Requirements about the direction of a key. */
const aboutOwnKeys: ReadonlySet<string> = new Set(['TN-03', 'TS-05', 'YG-19']);
/** Requirements of which a request sent again with the same octets is a violation. */
const aboutOrder: ReadonlySet<string> = new Set(['MN-05', 'MN-07']);
const isInOrder = ({ holds, requirement }: Finding): boolean => holds || !aboutOrder.has(requirement);
const mostDoubts = 1000;
