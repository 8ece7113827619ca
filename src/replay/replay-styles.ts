/**
 * How each mobile node of a home agent is kept from replays. RFC 3344 §5.7 makes that a part of the security association, so
 * one home agent may have nodes with timestamps and nodes with nonces. Most do as those that were looked at ahead; one
 * that does not shows it by an Identification that tells no time and gets another high half (§5.7.2), or by one that
 * tells the time and is copied (§5.7.1).
 */
import { type Bindings, mnOf } from '../oracle/bindings.js';
import type { OracleContext } from '../oracle/context.js';
import { type ObservedExchange, prepare } from '../oracle/exchange.js';
import { Remembered } from '../oracle/remembered.js';
import type { Request } from '../oracle/request.js';
import { idMatters } from '../oracle/request-order.js';
import { high32, isAccepted, ntpEpochOffset } from '../wire/mobileip.js';
import { highHalves } from './identifications.js';
import { farAway } from './learn.js';

type Style = OracleContext['replay'];

const otherThan = { timestamps: 'nonces', nonces: 'timestamps' } as const;

export class ReplayStyles {
  readonly #usual: Style;
  readonly #isSaid: boolean;
  readonly #bindings: Bindings;
  /** MNs that do not do as most do. */
  readonly #others = new Remembered<true>();
  #hasOthers = false;
  /** How far Identifications that were copied are from the time of the capture, in seconds. */
  #away = 0;
  readonly #contexts = new WeakMap<OracleContext, OracleContext>();

  /** `isSaid`: by the user, so that no packet tells better. */
  constructor(usual: Style, isSaid: boolean, bindings: Bindings) {
    this.#usual = usual;
    this.#isSaid = isSaid;
    this.#bindings = bindings;
  }

  /** The context in which an exchange is to be judged, made of the one that the home agent has for it. */
  contextFor(observed: ObservedExchange, context: OracleContext): OracleContext {
    if (this.#isSaid) return context;
    const isOther = this.#shownBy(observed) === otherThan[this.#usual];
    if (!isOther && !this.#hasOthers) return context;
    const x = prepare(observed, context);
    if (!x) return context;
    const mn = mnOf(x);
    if (isOther && !this.#bindings.hasSeen(mn)) {
      this.#others.set(mn, true, x.reply.at, idMatters(x.reply.at, x.rrq.lifetime));
      this.#hasOthers = true;
    }
    return this.#others.get(mn) ? this.#inOtherStyle(context) : context;
  }

  /** Whether the Identification of a request is a timestamp, as far as that can be told without its reply. */
  isTimed({ mn, rrq, at }: Request): boolean {
    if (this.#isSaid) return this.#usual === 'timestamps';
    if (mn !== undefined && this.#others.get(mn)) return this.#usual !== 'timestamps';
    return this.#tellsTime(high32(rrq.identification), at) || (mn !== undefined && this.#bindings.hasSeen(mn));
  }

  #shownBy({ request, reply }: ObservedExchange): Style | undefined {
    const halves = isAccepted(reply.bytes[1] ?? 0) ? highHalves(request.bytes, reply.bytes) : undefined;
    if (!halves) return undefined;
    const { asked, given } = halves;
    const tellsTime = this.#tellsTime(asked, request.at);
    if (asked !== given) return tellsTime ? undefined : 'nonces';
    if (this.#usual === 'timestamps') this.#away = secondsAway(asked, request.at);
    return tellsTime ? 'timestamps' : undefined;
  }

  /** A clock may be wrong, but hardly by so much, unless the others are so too. */
  #tellsTime(high: number, at: number): boolean {
    const away = secondsAway(high, at);
    return Math.abs(away) <= farAway || Math.abs((away - this.#away) | 0) <= farAway;
  }

  #inOtherStyle(context: OracleContext): OracleContext {
    let other = this.#contexts.get(context);
    if (!other) this.#contexts.set(context, (other = { ...context, replay: otherThan[this.#usual] }));
    return other;
  }
}

/** Modulo 2^32, for the era of NTP ends in 2036. */
const secondsAway = (high: number, at: number): number => (high - Math.floor(at / 1000) - ntpEpochOffset) | 0;
