/**
 * The one oracle. Suites, fuzzing, audit and replay hand it every exchange and tunnel frame that they see; it keeps the
 * bindings that follow from them and says which requirements held and which were violated.
 */
import { Acceptance } from './acceptance.js';
import { type Binding, Bindings, mnOf } from './bindings.js';
import type { OracleContext } from './context.js';
import type { Circumstances } from './deserves.js';
import { type Exchange, type ObservedExchange, type ObservedMessage, prepare } from './exchange.js';
import type { Finding } from './finding.js';
import { mayChange } from './doubts.js';
import { judgeFrame, type TunnelFrame } from './frame.js';
import { judgeKeys } from './keys.js';
import { judgeReplyAuthentication } from './reply-authentication.js';
import { judgeReplyExtension } from './reply-extension.js';
import { judgeReplyFields } from './reply-fields.js';
import { prepareRequest, type Request } from './request.js';
import { judgeRequestExtensions } from './request-extensions.js';
import { judgeRequestFields } from './request-fields.js';
import { RequestOrder } from './request-order.js';
import { judgeSignatures } from './request-signatures.js';
import { RequestPace } from './request-pace.js';
import type { Rrq } from '../wire/mobileip.js';
import { judgeUplink } from './uplink.js';

export interface Judged {
  readonly findings: readonly Finding[];
  /** Undefined when a message is no registration message. */
  readonly exchange?: Exchange;
  /** What the MN certainly had before, as far as exchanges tell. */
  readonly before?: readonly Binding[];
}

export interface JudgedRequest {
  readonly findings: readonly Finding[];
  /** Undefined when the message is no Registration Request. */
  readonly request?: Request;
}

export class Oracle {
  #context: OracleContext;
  readonly bindings = new Bindings();
  readonly #order = new RequestOrder();
  readonly #pace = new RequestPace();
  readonly #acceptance = new Acceptance();

  constructor(context: OracleContext) {
    this.#context = context;
  }

  get context(): OracleContext {
    return this.#context;
  }

  /** Goes by another context from now on: only then was it told what the devices are like. */
  adopt(context: OracleContext): void {
    if (context.knobs['key_direction'] !== this.#context.knobs['key_direction']) this.bindings.turnKeys();
    this.#context = context;
  }

  /** Judges a request, before any reply to it is known. */
  request(message: ObservedMessage): JudgedRequest {
    const request = prepareRequest(message, this.context);
    if (!request) return { findings: [] };
    const findings = [
      ...judgeRequestFields(request),
      ...judgeRequestExtensions(request, this.bindings, this.context),
      ...this.#order.judge(request, this.context),
    ];
    return { findings, request };
  }

  /** The same for whoever knows that the request is from the agent that it names. */
  ownRequest(message: ObservedMessage): JudgedRequest {
    const { findings, request } = this.request(message);
    return request ? { findings: [...findings, ...judgeSignatures(request, this.context)], request } : { findings };
  }

  /**
   * Judges a reply in the light of its request and takes in what it grants. `context` replaces the oracle's own where
   * an exchange has other security associations.
   */
  exchange(observed: ObservedExchange, context = this.context): Judged {
    const x = prepare(observed, context);
    if (!x) return { findings: [] };
    this.bindings.answered(x.rrq, mnOf(x), x.request.at);
    this.#order.hear(x, context);
    const { at } = x.request;
    const before = this.bindings.of(mnOf(x), at).filter((b) => this.bindings.isCertain(b, at, x.reply.at));
    const findings = [
      ...judgeReplyFields(x, context),
      ...judgeReplyAuthentication(x, this.bindings, context),
      ...judgeReplyExtension(x, context),
    ];
    if (x.accepted) {
      const { keys, findings: aboutKeys } = x.registers
        ? judgeKeys(x, this.bindings, context)
        : { keys: { bidirectional: false }, findings: [] };
      findings.push(...aboutKeys);
      this.bindings.apply(x, keys);
    }
    return { findings, exchange: x, before };
  }

  /** Takes in a request whose reply may go unseen, for those who only watch. */
  expect(request: Request): readonly Finding[] {
    this.#leaveOpen(request);
    return request.mn === undefined ? [] : this.#pace.judge(request, request.mn);
  }

  /** Takes in a valid request that is sent just now, and decodes it: what it would change is open until it is answered. */
  sent(message: ObservedMessage): Rrq | undefined {
    const request = prepareRequest(message, this.context);
    if (request) this.#leaveOpen(request);
    return request?.rrq;
  }

  #leaveOpen(request: Request): void {
    const { rrq, mn, at } = request;
    if (mn !== undefined) this.bindings.ask(rrq, mn, at, (b) => mayChange(request, b, this.context));
  }

  /** Judges what an HA accepted, for those who only watch: a tester that bends its requests knows better what to expect. */
  acceptance(x: Exchange, context = this.context, before: readonly Binding[] = []): readonly Finding[] {
    return this.#acceptance.judge(x, context, before);
  }

  /** Judges what an HA accepted of a tester that bends its requests. */
  acceptanceOfSent(x: Exchange, known: Circumstances): readonly Finding[] {
    return this.#acceptance.judgeSent(x, this.context, known);
  }

  /** The device was started anew and has forgotten every MN. */
  forgetAll(): void {
    this.bindings.forgetAll();
    this.#acceptance.forget();
  }

  /** Judges a tunnel packet that an MPA sent. */
  uplink(frame: TunnelFrame): readonly Finding[] {
    return judgeUplink(frame, this.bindings, this.context);
  }

  /** Judges a tunnel packet that the HA sent. */
  frame(frame: TunnelFrame): readonly Finding[] {
    return judgeFrame(frame, this.bindings, this.context);
  }
}
