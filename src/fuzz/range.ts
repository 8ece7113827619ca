/**
 * The range on which messages are fired: many in flight, each of a mobile node of its own, and behind them a valid
 * registration, the fence. When its answer is here, whatever has not been answered was discarded; when none comes, the
 * device is gone.
 */
import type { Clock, Datagram } from '../net/port.js';
import { mnOf } from '../oracle/bindings.js';
import type { ObservedMessage } from '../oracle/exchange.js';
import { type Deserts, deserves, isAuthentic } from '../oracle/deserves.js';
import { violated } from '../oracle/finding.js';
import { decodeRrp, encodeRrq, messageTypes } from '../wire/mobileip.js';
import type { Home } from '../tester/home.js';
import { type RequestOptions, validRequest } from '../tester/request.js';
import type { Session } from '../tester/session.js';
import { numberOf, within } from '../spec/shard.js';
import { ipv4Number, ipv4Text } from '../wire/text.js';
import { judgeReply } from './judge-reply.js';
import type { FramePlan, Plan } from './plan.js';
import { type Sender, renderRequest } from './render.js';
import { Statistics } from './statistics.js';
import { type Suspicion, isWorthTelling, suspicion } from './suspicion.js';
import { TunnelRange } from './tunnel-range.js';

export interface Seen {
  readonly direction: 'sent' | 'received';
  readonly layer: 'udp' | 'ip';
  readonly at: number;
  readonly bytes: Uint8Array;
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
  readonly volley: Flight | undefined;
  readonly index: number;
  readonly nai: string;
  readonly ownKey: number;
  readonly deserts: Deserts | undefined;
  readonly authentic: boolean;
  replies: number;
}

interface Accepted {
  readonly mn: string;
  readonly ownKey: number;
}

interface Flight {
  readonly suspicions: Suspicion[];
  readonly outcomes: string[];
  readonly seen: Seen[];
  /** Set when it is the only message in flight: what comes answers it. */
  only: Sent | undefined;
  strays: number;
  /** By NAI, or by home address where there is none. */
  readonly accepted: Accepted[];
}

/** Requests remembered so that late replies are known for what they are. */
const remembered = 4096;
/** Octets of a reply up to and including the Identification. */
const replyLow32At = 16;
const requestLow32At = 20;
/** Shortest time that a device is given for an answer it has given quickly so far, in milliseconds. */
const leastPatience = 300;

export class FuzzRange {
  readonly session: Session;
  readonly statistics = new Statistics();
  readonly home: Home;
  readonly #clock: Clock;
  readonly #tunnels: TunnelRange;
  readonly #foreign: ReadonlySet<string>;
  readonly #sent = new Map<number, Sent>();
  #flight: Flight | undefined;
  #fence: { readonly low: Set<number>; readonly done: () => void; readonly gone: () => void } | undefined;
  #roundTrip = 5;
  #usesGreKeys = false;
  #count = 0;

  constructor(session: Session, home: Home) {
    this.session = session;
    this.home = home;
    this.#clock = session.clock;
    this.#foreign = new Set(session.config.local.filter((a) => a !== session.target.address));
    this.#tunnels = new TunnelRange(session, home);
    session.listeners.add((_, datagram) => this.#onDatagram(datagram));
  }

  /** Fires the plans and waits for the fence. `patience` is the most that a silent device is given, in milliseconds. */
  async fire(
    plans: readonly Plan[],
    options: { readonly patience?: number; readonly keep?: boolean } = {},
  ): Promise<Volley> {
    const { patience = this.session.config.timeout, keep = false } = options;
    const hasFrames = plans.some((plan) => plan.kind === 'frame');
    if (hasFrames) await this.#tunnels.ready();
    this.#tunnels.expectKeys(plans);
    const flight: Flight = { suspicions: [], outcomes: [], seen: [], only: undefined, strays: 0, accepted: [] };
    this.#flight = flight;
    const sent = plans.map((plan, index) =>
      plan.kind === 'request' ? this.#send(plan, index, flight) : this.#sendFrame(plan, index, flight),
    );
    if (plans.length === 1) flight.only = sent[0];
    // packets of another protocol come through another socket: the device may read the first fence before them
    const alive = (await this.#awaitFence(patience)) && (!hasFrames || (await this.#awaitFence(patience)));
    flight.suspicions.push(...this.#tunnels.harvest(flight.outcomes, this.statistics, alive));
    sent.forEach((one, i) => {
      if (!one || one.replies > 0) return;
      flight.outcomes[i] = 'discarded';
      this.statistics.count('request', 'discarded');
    });
    this.#flight = undefined;
    if (alive) this.#deregister(flight.accepted);
    const seen = keep ? [...flight.seen, ...this.#tunnels.seen()] : [];
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
    this.#fence?.gone();
  }

  /** Whether the device answers a valid registration. */
  alive(patience = this.session.config.timeout): Promise<boolean> {
    return this.#awaitFence(patience);
  }

  /** After a restart the device has forgotten everything; so does the tester. */
  reset(): void {
    this.session.oracle.bindings.forgetAll();
    this.#sent.clear();
    this.#tunnels.reset();
  }

  /** Time that a device is given for short while a finding is being made smaller, in milliseconds. */
  get haste(): number {
    return Math.min(this.session.config.timeout, Math.max(leastPatience, 20 * this.#roundTrip));
  }

  #sender(index: number): Sender {
    const { session } = this;
    const { realm } = session.config.pixit;
    const [careOf = '0.0.0.0', other = careOf] = session.config.local;
    return {
      nai: `fz${(numberOf(this.#count++, session.config.shard) + 1).toString(36)}-${session.runId}@${realm}`,
      ownKey: session.random.uint32() || 1,
      careOf,
      other,
      home: this.#homeAddress(index),
    };
  }

  /** From the upper half of the home network, which devices assign last. */
  #homeAddress(index: number): string {
    const { pixit, shard } = this.session.config;
    const { homeNetwork } = pixit;
    if (homeNetwork === undefined) return '0.0.0.0';
    const base = ipv4Number(homeNetwork.split('/')[0] ?? '') ?? 0;
    const address = ipv4Text((base + 130 + within(numberOf(index, shard), 100, shard)) >>> 0);
    return this.session.oracle.bindings.atHome(address, this.#clock.now()).length > 0 ? '0.0.0.0' : address;
  }

  #send(plan: Extract<Plan, { kind: 'request' }>, index: number, flight: Flight): Sent {
    const sender = this.#sender(index);
    const bytes = this.#unlike(() => renderRequest(plan, sender, this.session));
    const { context } = this.session.oracle;
    const at = this.#clock.now();
    const deserts = deserves(bytes, context, { at, foreign: this.#foreign, usesGreKeys: this.#usesGreKeys });
    return this.#transmit(bytes, { ...sender, index, volley: flight, deserts, authentic: isAuthentic(bytes, context) });
  }

  /** Octets whose Identification is told apart from all in flight: turned bits may make one into another. */
  #unlike(render: () => Uint8Array): Uint8Array {
    for (let attempt = 0; ; attempt++) {
      const bytes = render();
      const isShort = bytes.length < requestLow32At + 4;
      if (isShort || attempt > 8 || !this.#sent.has(low32At(bytes, requestLow32At))) return bytes;
    }
  }

  #sendFrame(plan: FramePlan, index: number, flight: Flight): undefined {
    const bytes = this.#tunnels.send(plan, index);
    if (bytes) flight.seen.push({ direction: 'sent', layer: 'ip', at: this.#clock.now(), bytes });
  }

  #transmit(bytes: Uint8Array, about: Omit<Sent, 'message' | 'replies'>): Sent {
    const { session } = this;
    const station = session.stations.at(0);
    const message = { at: this.#clock.now(), from: station.udp.local, to: session.target, bytes };
    const { volley, index, nai, ownKey, deserts, authentic } = about;
    const sent: Sent = { message, volley, index, nai, ownKey, deserts, authentic, replies: 0 };
    if (bytes.length >= requestLow32At + 4) {
      this.#sent.set(low32At(bytes, requestLow32At), sent);
      if (this.#sent.size > remembered) {
        const oldest = this.#sent.keys().next();
        if (!oldest.done) this.#sent.delete(oldest.value);
      }
    }
    volley?.seen.push({ direction: 'sent', layer: 'udp', at: message.at, bytes });
    session.stations.sendUdp(station, session.target, bytes, (at) => void (message.at = at));
    return sent;
  }

  #valid({ nai, ownKey, careOf }: Omit<Sender, 'home' | 'other'>, options: RequestOptions): Uint8Array {
    const { session } = this;
    return this.#unlike(() => encodeRrq(validRequest(session, nai, careOf, ownKey, options), session.wire));
  }

  /** A valid registration for short, of a fresh MN; its Identification's low half. */
  #sendFence(): number {
    const { nai, ownKey, careOf } = this.#sender(0);
    const options = { ...this.home.fence, lifetime: 2 };
    const bytes = this.#valid({ nai, ownKey, careOf }, options);
    this.#transmit(bytes, { nai, ownKey, index: -1, volley: undefined, deserts: undefined, authentic: true });
    return low32At(bytes, requestLow32At);
  }

  /** Repeats the fence with growing patience: one datagram may be lost. */
  async #awaitFence(patience: number): Promise<boolean> {
    const begun = this.#clock.now();
    const low = new Set<number>();
    return new Promise((resolve) => {
      let wait = Math.min(patience, Math.max(leastPatience, 8 * this.#roundTrip));
      const fence = {
        low,
        done: () => {
          timer.cancel();
          this.#fence = undefined;
          if (low.size === 1) this.#roundTrip = Math.max(this.#clock.now() - begun, this.#roundTrip * 0.9);
          resolve(true);
        },
        gone: () => {
          timer.cancel();
          this.#fence = undefined;
          resolve(false);
        },
      };
      this.#fence = fence;
      low.add(this.#sendFence());
      const again = (): void => {
        if (this.#clock.now() - begun >= patience) {
          this.#fence = undefined;
          resolve(false);
          return;
        }
        low.add(this.#sendFence());
        wait *= 2;
        timer = this.#clock.setTimer(Math.min(wait, Math.max(1, patience - (this.#clock.now() - begun))), again);
      };
      let timer = this.#clock.setTimer(wait, again);
    });
  }

  #onDatagram(datagram: Datagram): void {
    const { payload } = datagram;
    if (payload.length >= replyLow32At + 4) {
      const low = low32At(payload, replyLow32At);
      const sent = this.#sent.get(low);
      if (sent) {
        if (sent.replies > 0 && sent.volley !== this.#flight) this.#onStray(datagram);
        this.#onReply(sent, datagram);
        if (this.#fence?.low.has(low)) this.#fence.done();
        return;
      }
    }
    if (payload[0] === messageTypes.rrp) this.#onStray(datagram);
  }

  /** A reply to nothing that waits for one: to the only message in flight, if there is but one. */
  #onStray(datagram: Datagram): void {
    const flight = this.#flight;
    if (!flight) return;
    flight.strays++;
    if (flight.only) this.#onReply(flight.only, datagram);
    else flight.seen.push({ direction: 'received', layer: 'udp', at: datagram.at, bytes: datagram.payload });
  }

  #onReply(sent: Sent, { at, local, remote, payload }: Datagram): void {
    const { oracle } = this.session;
    const reply = { at, from: remote, to: local, bytes: payload };
    const judged = oracle.exchange({ request: sent.message, reply });
    const { exchange } = judged;
    sent.replies++;
    if (exchange?.accepted && exchange.registers) {
      this.#usesGreKeys ||= exchange.granted !== undefined;
      sent.volley?.accepted.push({ mn: mnOf(exchange), ownKey: sent.ownKey });
    }
    const { volley, deserts, authentic } = sent;
    if (!volley || !deserts) return;
    volley.seen.push({ direction: 'received', layer: 'udp', at, bytes: payload });
    const { bytes: request } = sent.message;
    const findings = judgeReply({ request, reply: payload, judged, deserts, authentic, count: sent.replies });
    if (!exchange && request[0] !== messageTypes.rrq) {
      findings.push(violated('HA-50', 'silence to what is no Registration Request', 'a Registration Reply'));
    } else if (!exchange && deserts.verdict === 'mustRefuse' && isAcceptance(payload, this.session)) {
      findings.push(violated(deserts.requirement, `a denial or silence, for ${deserts.why}`, 'an acceptance'));
    }
    volley.suspicions.push(...findings.map((f) => suspicion(f, sent.index)));
    const outcome = exchange
      ? `${exchange.accepted ? 'accepted' : 'denied'} ${exchange.rrp.code}`
      : 'answered otherwise';
    volley.outcomes[sent.index] = outcome;
    if (sent.replies === 1) this.statistics.count('request', outcome);
  }

  /** Ends what was granted, so that the device has room for more. */
  #deregister(accepted: readonly Accepted[]): void {
    const now = this.#clock.now();
    for (const { mn: nai, ownKey } of accepted) {
      if (!nai.includes('@')) continue; // without an NAI it ends with its lifetime
      for (const { careOf, homeAddress, l2, forwardKey } of this.session.oracle.bindings.of(nai, now)) {
        const mode = forwardKey === undefined ? {} : { key: ownKey, a: l2 };
        const bytes = this.#valid({ nai, ownKey, careOf }, { ...mode, homeAddress, lifetime: 0 });
        this.#transmit(bytes, { nai, ownKey, index: -1, volley: undefined, deserts: undefined, authentic: true });
      }
    }
  }
}

function isAcceptance(payload: Uint8Array, session: Session): boolean {
  const reply = decodeRrp(payload, session.dialect);
  return reply.ok && reply.value.code <= 1;
}

function low32At(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(at);
}
