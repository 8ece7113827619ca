/**
 * The range on which messages are fired: many in flight, each of a mobile node of its own, and behind them a valid
 * registration, the fence. When its answer is here, whatever has not been answered was discarded; when none comes, the
 * device is gone.
 */
import type { Clock, Datagram } from '../net/port.js';
import { naiOf, type ObservedMessage } from '../oracle/exchange.js';
import { weigh, type Weighed } from '../oracle/deserves.js';
import { violated } from '../oracle/finding.js';
import { decodeRrp, encodeRrq, isAccepted, lowIdentification, messageTypes, ntpTimestamp } from '../wire/mobileip.js';
import type { Home } from '../tester/home.js';
import { type RequestOptions, validRequest } from '../tester/request.js';
import type { Session } from '../tester/session.js';
import { numberOf, within } from '../spec/shard.js';
import type { WireContext } from '../wire/extensions.js';
import { ipv4 } from '../wire/ipv4.js';
import { decode } from '../wire/layout.js';
import { ipv4Number, ipv4Text } from '../wire/text.js';
import { Fence, leastPatience } from './fence.js';
import { judgeReply } from './judge-reply.js';
import type { FramePlan, Plan, RequestPlan } from './plan.js';
import { fuzzWire, type Sender, renderRequest } from './render.js';
import { type Seat, seatOf, Seats } from './seats.js';
import { Statistics } from './statistics.js';
import { type Suspicion, isWorthTelling, suspicion } from './suspicion.js';
import { TunnelRange } from './tunnel-range.js';

export interface Seen {
  readonly direction: 'sent' | 'received';
  /** A UDP payload, a whole IPv4 packet, or a GRE packet without its outer header. */
  readonly layer: 'udp' | 'ip' | 'gre';
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Address and port of a UDP payload, where they are not the usual ones. */
  readonly source?: string;
  readonly destination?: string;
}

export interface Volley {
  /** False: the fence was not answered in all the time that a device is given. */
  readonly alive: boolean;
  readonly suspicions: readonly Suspicion[];
  /** Datagrams that answer none of the messages, as far as their Identification tells. */
  readonly strays: number;
  /** Reply codes and the like, in the order of the plans: what is new about them makes an input worth keeping. */
  readonly outcomes: readonly string[];
  /** What was sent and received, when `keep` was asked for. */
  readonly seen: readonly Seen[];
}

interface Sent {
  readonly message: ObservedMessage;
  /** Undefined for what is none of the messages: fences, and registrations that are ended. */
  readonly shot: Shot | undefined;
  readonly seat: Seat;
  replies: number;
}

interface Shot {
  readonly flight: Flight;
  readonly index: number;
  /** When it was sent, the device was known to use the GRE Key extension. */
  readonly usesGreKeys: boolean;
}

interface Flight {
  readonly suspicions: Suspicion[];
  readonly outcomes: string[];
  /** Undefined when nobody wants to see the packets. */
  readonly seen: Seen[] | undefined;
  /** Set when it is the only message in flight: what comes answers it. */
  only: Sent | undefined;
  strays: number;
}

/** Requests remembered so that late replies are known for what they are. */
const remembered = 4096;
const udpHeader = 8;
/** Bits of an Identification that are less than a millisecond: they tell requests apart. */
const fractionBits = 22n;
const fractionMask = 0x3fffff;
/** Milliseconds by which a message is older than now, so that what ends its binding is certainly younger. */
const aged = 2;

export class FuzzRange {
  readonly session: Session;
  readonly statistics = new Statistics();
  readonly home: Home;
  readonly #clock: Clock;
  readonly #tunnels: TunnelRange;
  readonly #foreign: ReadonlySet<string>;
  readonly #wire: WireContext;
  readonly #sent = new Map<number, Sent>();
  /** Low halves of the Identifications in #sent, the oldest overwritten by the newest. */
  readonly #order: number[] = [];
  readonly #fence: Fence;
  readonly #seats: Seats;
  #flight: Flight | undefined;
  #look: Promise<boolean> | undefined;
  #usesGreKeys = false;
  /** The latest millisecond in which an Identification was made, and what all made in it begin with. */
  #tick = { at: NaN, ntp: 0n };
  #count = 0;

  constructor(session: Session, home: Home) {
    this.session = session;
    this.home = home;
    this.#clock = session.clock;
    this.#foreign = new Set(session.config.local.filter((a) => a !== session.target.address));
    this.#wire = fuzzWire(session);
    this.#tunnels = new TunnelRange(session, home);
    this.#seats = new Seats(session);
    this.#fence = new Fence(session.clock, () => this.#sendFence());
    session.claim = (datagram) => this.#onAnswer(datagram);
    session.refused = (quote) => {
      const fence = quotedFence(quote);
      if (fence !== undefined && this.#flight) this.#fence.refuse(fence);
    };
    session.listeners.add((_, datagram) => {
      if (datagram.payload[0] === messageTypes.rrp) this.#onStray(datagram);
    });
  }

  /**
   * Fires the plans and waits for the fence. `patience` is the most that a silent device is given, in milliseconds. With
   * `keep` the packets are kept, and each message is sent by somebody whom the device has not seen before.
   */
  async fire(
    plans: readonly Plan[],
    options: { readonly patience?: number; readonly keep?: boolean } = {},
  ): Promise<Volley> {
    const { patience = this.session.config.timeout, keep = false } = options;
    const hasFrames = plans.some((plan) => plan.kind === 'frame');
    if (hasFrames) await this.#tunnels.ready();
    this.#tunnels.expectKeys(plans);
    const seen: Seen[] = [];
    const flight: Flight = {
      suspicions: [],
      outcomes: [],
      seen: keep ? seen : undefined,
      only: undefined,
      strays: 0,
    };
    this.#flight = flight;
    const sent = plans.map((plan, index) =>
      plan.kind === 'request'
        ? this.#send(plan, keep ? this.#seats.fresh() : this.#seats.at(index), index, flight)
        : this.#sendFrame(plan, index, flight),
    );
    if (plans.length === 1) flight.only = sent[0];
    // packets of another protocol come through another socket: the device may read the first fence before them
    const alive = (await this.#fence.stand(patience)) && (!hasFrames || (await this.#fence.stand(patience)));
    flight.suspicions.push(...this.#tunnels.harvest(flight.outcomes, this.statistics, alive, flight.seen));
    sent.forEach((one, i) => {
      if (!one || one.replies > 0) return;
      flight.outcomes[i] = 'discarded';
      this.statistics.count('request', 'discarded');
    });
    this.#flight = undefined;
    if (alive) {
      const over: readonly Seat[] = keep ? sent.flatMap((one) => one?.seat ?? []) : this.#seats.rise();
      for (const seat of over) this.#deregister(seat);
    }
    return {
      alive,
      suspicions: flight.suspicions.filter((s) => isWorthTelling(s, this.session.config.profile)),
      strays: flight.strays,
      outcomes: flight.outcomes,
      seen,
    };
  }

  /** For those who see the device end: nobody need wait for an answer any longer. */
  deviceEnded(): void {
    this.#fence.fall();
  }

  /** Whether the device answers a valid registration; those who ask at once are told the same. */
  alive(): Promise<boolean> {
    this.#look ??= this.#fence.stand(this.session.config.timeout).finally(() => (this.#look = undefined));
    return this.#look;
  }

  /** After a restart the device has forgotten everything; so does the tester. */
  reset(): void {
    this.session.oracle.forgetAll();
    this.#sent.clear();
    this.#seats.clear();
    this.#tunnels.reset();
  }

  /** Time that a device is given for short while a finding is being made smaller, in milliseconds. */
  get haste(): number {
    return Math.min(this.session.config.timeout, Math.max(leastPatience, 10 * this.#fence.roundTrip));
  }

  #sender(nai: string, index: number): Sender {
    const { session } = this;
    const [careOf = '0.0.0.0', other = careOf] = session.config.local;
    return {
      nai,
      careOf,
      other,
      ownKey: session.random.uint32() || 1,
      home: () => this.#homeAddress(nai, index),
      identification: this.#identification(nai),
    };
  }

  /** Apart from all others even where bits are turned in it; with nonces, as the device has it. */
  #identification(nai: string): bigint {
    const { session } = this;
    if (session.config.mnHa.replay === 'nonces') return session.identification(nai);
    const now = Math.floor(this.#clock.now()) - aged;
    if (now !== this.#tick.at) this.#tick = { at: now, ntp: (ntpTimestamp(now) >> fractionBits) << fractionBits };
    return this.#tick.ntp | BigInt(session.random.uint32() & fractionMask);
  }

  /** From the upper half of the home network, which devices assign last. */
  #homeAddress(nai: string, index: number): string {
    const { shard, pixit } = this.session.config;
    if (pixit.homeNetwork === undefined) return '0.0.0.0';
    const base = ipv4Number(pixit.homeNetwork.split('/')[0] ?? '') ?? 0;
    const address = ipv4Text((base + 130 + within(numberOf(index, shard), 100, shard)) >>> 0);
    const others = this.session.oracle.bindings.atHome(address, this.#clock.now()).some(({ mn }) => mn !== nai);
    return others ? '0.0.0.0' : address;
  }

  #send(plan: RequestPlan, seat: Seat, index: number, flight: Flight): Sent {
    const { session } = this;
    const bytes = this.#unlike(() => renderRequest(plan, this.#sender(seat.nai, index), session, this.#wire));
    return this.#transmit(bytes, seat, { flight, index, usesGreKeys: this.#usesGreKeys });
  }

  /** Octets whose Identification is told apart from all in flight: turned bits may make one into another. */
  #unlike(render: () => Uint8Array): Uint8Array {
    for (let attempt = 0; ; attempt++) {
      const bytes = render();
      const low = lowIdentification(bytes, 'request');
      if (low === undefined || attempt > 8 || !this.#sent.has(low)) return bytes;
    }
  }

  #sendFrame(plan: FramePlan, index: number, flight: Flight): undefined {
    const bytes = this.#tunnels.send(plan, index);
    if (bytes) flight.seen?.push({ direction: 'sent', layer: 'gre', at: this.#clock.now(), bytes });
  }

  #transmit(bytes: Uint8Array, seat: Seat, shot?: Shot): Sent {
    const { session } = this;
    const station = session.stations.at(0);
    const message = { at: this.#clock.now(), from: station.udp.local, to: session.target, bytes };
    const sent: Sent = { message, shot, seat, replies: 0 };
    const low = lowIdentification(bytes, 'request');
    if (low !== undefined) this.#remember(low, sent);
    shot?.flight.seen?.push({ direction: 'sent', layer: 'udp', at: message.at, bytes });
    session.stations.sendUdp(station, session.target, bytes, (at) => void (message.at = at));
    return sent;
  }

  #remember(low: number, sent: Sent): void {
    const place = this.#count++ % remembered;
    const oldest = this.#order[place];
    if (oldest !== undefined) this.#sent.delete(oldest);
    this.#order[place] = low;
    this.#sent.set(low, sent);
  }

  /** A valid request of a mobile node; the low half of its Identification. */
  #sendValid(seat: Seat, careOf: string, options: RequestOptions): number {
    const { session } = this;
    const ownKey = session.random.uint32() || 1;
    const bytes = this.#unlike(() => encodeRrq(validRequest(session, seat.nai, careOf, ownKey, options), session.wire));
    this.#transmit(bytes, seat);
    return lowIdentification(bytes, 'request') ?? 0; // what is valid is long enough
  }

  /** A registration for short, of somebody fresh. */
  #sendFence(): number {
    const [careOf = '0.0.0.0'] = this.session.config.local;
    return this.#sendValid(this.#seats.fresh(), careOf, { ...this.home.fence, lifetime: 2 });
  }

  /** Whether it answers something that was sent from here. */
  #onAnswer(datagram: Datagram): boolean {
    const { payload } = datagram;
    const low = lowIdentification(payload, 'reply');
    const sent = low === undefined ? undefined : this.#sent.get(low);
    if (low === undefined || !sent) return false;
    if (sent.replies > 0 && sent.shot?.flight !== this.#flight) this.#onStray(datagram);
    this.#onReply(sent, datagram);
    if (this.#fence.hear(low)) this.#deregister(sent.seat);
    return true;
  }

  /** A reply to nothing that waits for one: to the only message in flight, if there is but one. */
  #onStray(datagram: Datagram): void {
    const flight = this.#flight;
    if (!flight) return;
    flight.strays++;
    if (flight.only) this.#onReply(flight.only, datagram);
    else flight.seen?.push({ direction: 'received', layer: 'udp', at: datagram.at, bytes: datagram.payload });
  }

  #onReply(sent: Sent, { at, local, remote, payload }: Datagram): void {
    const { oracle } = this.session;
    const { shot, seat, message } = sent;
    const weighed = shot && this.#weigh(message, shot);
    const reply = { at, from: remote, to: local, bytes: payload };
    const judged = oracle.exchange({ request: message, reply, rrq: weighed?.rrq });
    const { exchange } = judged;
    sent.replies++;
    if (exchange?.accepted && exchange.registers) {
      this.#usesGreKeys ||= exchange.granted !== undefined;
      const nai = naiOf(exchange.rrq);
      if (nai !== undefined) seat.granted.add(nai); // without an NAI it ends with its lifetime
    }
    if (!shot || !weighed) return;
    const { flight, index } = shot;
    const { deserts, authentic } = weighed;
    flight.seen?.push({ direction: 'received', layer: 'udp', at, bytes: payload });
    const { bytes: request } = message;
    const findings = judgeReply({ request, reply: payload, judged, deserts, authentic, count: sent.replies });
    if (!exchange && request[0] !== messageTypes.rrq) {
      findings.push(violated('HA-50', 'silence to what is no Registration Request', 'a Registration Reply'));
    } else if (!exchange && deserts.verdict === 'mustRefuse' && isAcceptance(payload, this.session)) {
      findings.push(violated(deserts.requirement, `a denial or silence, for ${deserts.why}`, 'an acceptance'));
    }
    for (const finding of findings) flight.suspicions.push(suspicion(finding, index));
    const outcome = exchange ? (answers[exchange.rrp.code] ?? '') : 'answered otherwise';
    flight.outcomes[index] = outcome;
    if (sent.replies === 1) this.statistics.count('request', outcome);
  }

  /** Only what is answered need be weighed: silence is nearly always allowed. */
  #weigh({ bytes, at }: ObservedMessage, { usesGreKeys }: Shot): Weighed {
    return weigh(bytes, this.session.oracle.context, { at, foreign: this.#foreign, usesGreKeys });
  }

  /** Ends what was granted, so that the device has room for more. */
  #deregister({ granted }: Seat): void {
    const now = this.#clock.now();
    for (const nai of granted) {
      for (const { careOf, homeAddress, l2, reverseKey } of this.session.oracle.bindings.of(nai, now)) {
        const mode = reverseKey === undefined ? {} : { key: reverseKey, a: l2 };
        this.#sendValid(seatOf(nai), careOf, { homeAddress, lifetime: 0, ...mode });
      }
    }
  }
}

/** By reply code. */
const answers = Array.from({ length: 256 }, (_, code) => `${isAccepted(code) ? 'accepted' : 'denied'} ${code}`);

/** The low half of the Identification of the request in an ICMP error, if that quotes so much. */
function quotedFence(quote: Uint8Array): number | undefined {
  const packet = decode(ipv4, quote);
  return packet.ok ? lowIdentification(packet.value.payload.subarray(udpHeader), 'request') : undefined;
}

function isAcceptance(payload: Uint8Array, session: Session): boolean {
  const reply = decodeRrp(payload, session.dialect);
  return reply.ok && reply.value.code <= 1;
}
