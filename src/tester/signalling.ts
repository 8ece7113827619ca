/**
 * The verbs of signalling: mobile nodes, and a small vocabulary to arrange, ask and verify. Arranging that fails leaves
 * the case inconclusive; only what a case verifies can fail the device.
 */
import type { Binding } from '../oracle/bindings.js';
import type { Exchange } from '../oracle/exchange.js';
import type { RequirementId } from '../spec/catalogue.js';
import { replyCodeNames, replyCodes, type RrqInput } from '../wire/mobileip.js';
import type { Bend } from './bend.js';
import type { CaseOptions } from './case.js';
import { CaseBase } from './case-base.js';
import type { Home } from './home.js';
import { MobileNode } from './mobile-node.js';
import { DeviceLost, Inconclusive, lostDevice, Skipped, type Violation } from './outcome.js';
import { isRefusedForKey, refusedForKey, takesAnyKey } from './own-keys.js';
import type { Pending, Reply } from './pending.js';
import { endingOf, type Mode, modeName, type RequestOptions } from './request.js';
import type { Session } from './session.js';
import type { ExtraPort, Station } from './stations.js';
import { TunnelHost } from './tunnel-host.js';

/** What came of a request: a reply, or silence on a path that a fence has shown to be alive. */
export type Answer =
  | { readonly kind: 'reply'; readonly reply: Reply; readonly exchange: Exchange; readonly pending: Pending }
  | { readonly kind: 'silence'; readonly pending: Pending };

export interface AskOptions {
  /** The one thing in which the request differs from its valid twin. */
  readonly bend?: Bend;
}

export const codeText = (code: number): string =>
  `code ${code}${replyCodeNames[code] === undefined ? '' : ` (${replyCodeNames[code]})`}`;

export class Signalling extends CaseBase {
  readonly session: Session;
  readonly mns: MobileNode[] = [];
  protected readonly home: Home;
  readonly #spare: string[] = [];
  readonly #ports: ExtraPort[] = [];
  readonly #hosts: TunnelHost[] = [];

  constructor(session: Session, home: Home, definition: CaseOptions & { readonly id: string }) {
    super(definition, session.config, session.clock);
    this.session = session;
    this.home = home;
  }

  /** Leaves out what the device refuses for its key. */
  override inModes(all: readonly Mode[], body: (mode: Mode) => Promise<void>): Promise<void> {
    return super.inModes(this.taken(all), body);
  }

  /** Those of some modes that the device does not refuse for their key; with none of them, the case does not apply. */
  taken(all: readonly Mode[]): readonly Mode[] {
    const taken = all.filter((mode) => !isRefusedForKey(mode, this.session.refusedModes));
    const [other] = all.filter((mode) => !taken.includes(mode));
    if (!other) return all;
    if (taken.length === 0) this.skip(refusedForKey(other));
    this.note(`without ${modeName(other)}, which the device refuses`);
    return taken;
  }

  // --- arrange ----------------------------------------------------------------------------------------------------

  /** A new mobile node behind one of the tester's addresses (0 is the first). */
  mn(careOf = 0, options: { readonly nai?: string } = {}): MobileNode {
    const { id: during, recorder } = this;
    const mn = new MobileNode(this.session, { ...options, careOf, during, recorder, anyKey: takesAnyKey(this.covers) });
    this.mns.push(mn);
    return mn;
  }

  /** A new mobile node whose messages are not kept: for cases with thousands of them. */
  quietMn(careOf: number): MobileNode {
    const mn = new MobileNode(this.session, { careOf, during: this.id });
    this.mns.push(mn);
    return mn;
  }

  /** Registers an MN that must be accepted for the case to go on. */
  async register(mn: MobileNode, options: RequestOptions): Promise<Exchange> {
    const answer = await this.ask(mn, mn.request(options));
    if (answer.kind === 'silence') throw new Inconclusive('a valid registration got no answer, so nothing can be bent');
    if (!answer.exchange.accepted) {
      const text = `a valid registration was denied with ${codeText(answer.exchange.rrp.code)}`;
      throw this.#ownKeyRefused(answer.exchange) ?? new Inconclusive(text);
    }
    if (options.key !== undefined && options.lifetime !== 0 && !answer.exchange.granted) {
      throw new Inconclusive('a valid registration was accepted without a usable GRE Key extension');
    }
    return answer.exchange;
  }

  /** That the case does not apply: what was asked for is what TS-08 and TS-14 are about, and had no other fault. */
  #ownKeyRefused({ asked }: Exchange): Skipped | undefined {
    const { bindings } = this.session.oracle;
    const mode = { key: asked?.key ?? 0, a: asked?.a ?? false };
    if (!isRefusedForKey(mode, this.session.refusedModes) || bindings.usesKey(mode.key, this.session.clock.now()))
      return undefined;
    return new Skipped(refusedForKey(mode));
  }

  /** A new MN, registered. */
  async registered(options: RequestOptions, careOf = 0): Promise<MobileNode> {
    const mn = this.mn(careOf);
    await this.register(mn, options);
    return mn;
  }

  /** Gives a registered MN its address inside the tunnel, and lets it answer as a host. */
  settle(mn: MobileNode): void {
    const { binding } = mn;
    if (!binding) return;
    if (binding.homeAddress !== '0.0.0.0') {
      mn.ip = binding.homeAddress;
      for (const other of this.session.hosts.values()) if (other !== mn) other.yieldAddress(binding.homeAddress);
    } else if (binding.l2) mn.takeAddressFrom(this.home.addresses);
    this.session.hosts.set(mn.nai, mn);
  }

  /** The Ethernet host that a registered L2 MN is: it gets itself addresses, and answers for them. */
  host(mn: MobileNode): TunnelHost {
    const host = new TunnelHost(this.session, mn);
    this.#hosts.push(host);
    return host;
  }

  /** Ends an MN's binding; the case goes on only if that is accepted. */
  async deregister(mn: MobileNode): Promise<{ readonly exchange: Exchange; readonly binding: Binding }> {
    const { binding, ending } = mn;
    if (!binding || !ending) throw new Inconclusive('there is no binding to end');
    return { exchange: await this.register(mn, ending), binding };
  }

  /** Lets an MN send and hear at another UDP port of its address for the rest of the case; false: it cannot be had. */
  async usePort(mn: MobileNode, port: number): Promise<boolean> {
    return this.#use(mn, await this.session.stations.openPort(mn.station, port));
  }

  /** Lets an MN send hand-made UDP datagrams, whose checksums can be bent. Needs raw sockets. */
  async makeByHand(mn: MobileNode): Promise<void> {
    if (!this.#use(mn, await this.session.stations.openHandMade(mn.station))) throw new Skipped('no raw sockets');
  }

  #use(mn: MobileNode, port: ExtraPort | undefined): boolean {
    if (!port) return false;
    this.#ports.push(port);
    mn.station = port.station;
    return true;
  }

  /** An address of the home network that no other MN of the run has been given lately. */
  spareAddress(): string {
    const address = this.home.addresses.next();
    this.#spare.push(address);
    return address;
  }

  // --- ask --------------------------------------------------------------------------------------------------------

  /**
   * Sends a request and waits for its reply. Silence is believed only after a fence has been answered and the request
   * has been sent once more with a new Identification.
   */
  async ask(mn: MobileNode, request: RrqInput, options: AskOptions = {}): Promise<Answer> {
    const first = await this.#patiently(mn, await this.#ready(mn, request), options);
    if (first.kind === 'reply') return first;
    const again = this.#anew(mn, request);
    // one that cannot read the extension has been waited for as long as it takes before the first case
    const { mismatch, patience, config } = this.session;
    return this.#once(mn, again, options, mismatch?.proof ? patience : config.timeout);
  }

  /**
   * The request once more, with a new Identification. A key of the MN's own that is not agreed on is another one now: the
   * answer that was lost may have agreed on it, and draft §6.2 would have it copied where the HA's key is looked for.
   */
  #anew(mn: MobileNode, request: RrqInput): RrqInput {
    const other = this.session.random.uint32() || 1;
    const extensions = (request.extensions ?? []).map((e) => {
      if (e.name !== 'greKey' || e.key === 0 || e.key === mn.agreedKey) return e;
      if (e.key === mn.ownKey) mn.ownKey = other;
      return { ...e, key: other };
    });
    return { ...request, extensions, identification: this.session.identification(mn.nai) };
  }

  /** Sends a bent request that the device may leave unanswered: a fence behind it tells silence from slowness. */
  async askBent(
    mn: MobileNode,
    request: RrqInput,
    bend: Bend,
    options: Omit<AskOptions, 'bend'> = {},
  ): Promise<Answer> {
    const pending = mn.send(await this.#ready(mn, request), { ...options, bend });
    const roundTrip = await this.fence(mn.station);
    await pending.replies.first(grace(roundTrip));
    return this.#answerOf(pending);
  }

  /**
   * Sends a bent request that the device should answer: nothing says that replies come in the order of the requests, so
   * silence is believed only after the whole time-out, and after the same octets once more.
   */
  async askAnswered(mn: MobileNode, request: RrqInput, bend: Bend): Promise<Answer> {
    const ready = await this.#ready(mn, request);
    const first = await this.#patiently(mn, ready, { bend });
    if (first.kind === 'reply') return first;
    const again = await this.#once(mn, ready, { bend }, this.session.config.timeout);
    if (again.kind === 'reply' && again.exchange.rrp.code === replyCodes.identificationMismatch) {
      throw new Inconclusive('the first of two answers was lost, and the second may be for the repetition');
    }
    return again;
  }

  /** With nonces, a request that was made before the MN had one gets it now. */
  async #ready(mn: MobileNode, request: RrqInput): Promise<RrqInput> {
    if (this.session.isSynchronised(mn.nai)) return request;
    await mn.synchronise(this.home.fence);
    return { ...request, identification: this.session.identification(mn.nai) };
  }

  /** The answer to a request; where there is none, a fence has been answered behind it. */
  async #patiently(mn: MobileNode, request: RrqInput, options: AskOptions): Promise<Answer> {
    const first = await this.#once(mn, request, options, this.session.patience);
    if (first.kind === 'reply') return first;
    await this.fence(mn.station);
    this.settle(mn);
    return this.#answerOf(first.pending);
  }

  async #once(mn: MobileNode, request: RrqInput, options: AskOptions, ms: number): Promise<Answer> {
    const pending = mn.send(request, options);
    await pending.replies.first(Math.min(ms, this.session.config.timeout));
    this.settle(mn);
    return this.#answerOf(pending);
  }

  #answerOf(pending: Pending): Answer {
    const [reply] = pending.replies.all;
    if (!reply) return { kind: 'silence', pending };
    if (!reply.exchange) {
      this.recorder.blame(reply.message.bytes);
      throw new Inconclusive('the device answered with octets that are no Registration Reply');
    }
    this.recorder.regard(reply.message.bytes);
    return { kind: 'reply', reply, exchange: reply.exchange, pending };
  }

  /**
   * A valid registration of a fresh MN on the same path; its answer proves that the device lives.
   * @returns its round trip in milliseconds
   * @throws DeviceLost when it stays unanswered for the whole time-out, twice
   */
  async fence(station: Station): Promise<number> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const mn = this.mn(Math.max(0, this.session.stations.addresses.indexOf(station.address)));
      const pending = mn.send(mn.request(this.home.fence));
      if (await pending.replies.first(this.session.config.timeout)) return pending.roundTrip ?? 0;
    }
    throw new DeviceLost(`${lostDevice} valid registrations after what was sent last`);
  }

  // --- verify -----------------------------------------------------------------------------------------------------

  /** Demands acceptance. */
  accepted(answer: Answer, id: RequirementId): Exchange {
    if (answer.kind === 'silence') throw this.#unanswered(answer.pending, id, 'acceptance (code 0 or 1)');
    const { code } = answer.exchange.rrp;
    if (code === replyCodes.insufficientResources) {
      throw new Inconclusive('the device says that it lacks resources (code 130)');
    }
    if (!answer.exchange.accepted) {
      // the draft says which requests a policy may refuse (A-29); the documents underneath are not about them
      if (this.session.refusedModes.has(modeIn(answer.exchange)) && !/^(TS|YG)-/.test(id)) {
        const text = `the device refuses ${modeIn(answer.exchange)}, here with ${codeText(code)}`;
        throw this.#ownKeyRefused(answer.exchange) ?? new Inconclusive(text);
      }
      this.recorder.blame(answer.reply.message.bytes);
      throw this.violation(id, 'acceptance (code 0 or 1)', codeText(code));
    }
    return answer.exchange;
  }

  #unanswered({ request }: Pending, id: RequirementId, expected: string): Violation {
    this.recorder.blame(request.bytes);
    return this.violation(id, expected, 'no answer, though the device lives');
  }

  /** Demands denial, with one of the codes when any are given. */
  denied(answer: Answer, id: RequirementId, codes: readonly number[] = []): Exchange {
    const expected = codes.length > 0 ? `denial with ${codes.map(codeText).join(' or ')}` : 'denial with a code';
    if (answer.kind === 'silence') throw this.#unanswered(answer.pending, id, expected);
    const { accepted, rrp } = answer.exchange;
    if (accepted || (codes.length > 0 && !codes.includes(rrp.code))) {
      this.recorder.blame(answer.reply.message.bytes);
      throw this.violation(id, expected, codeText(rrp.code));
    }
    return answer.exchange;
  }

  /** Demands that the request is not accepted; whether by denial or silence is left open. */
  refused(answer: Answer, id: RequirementId): void {
    if (answer.kind === 'silence' || !answer.exchange.accepted) return;
    this.recorder.blame(answer.reply.message.bytes);
    throw this.violation(id, 'silence or a denial', codeText(answer.exchange.rrp.code));
  }

  /** Demands that the request is silently discarded. */
  silent(answer: Answer, id: RequirementId): void {
    if (answer.kind === 'silence') return;
    this.recorder.blame(answer.reply.message.bytes);
    throw this.violation(id, 'silence', codeText(answer.exchange.rrp.code));
  }

  /** Ends what the case began: bindings are deregistered without waiting for the answers. */
  cleanUp(): void {
    for (const port of this.#ports) void port.close();
    for (const host of this.#hosts) host.close();
    for (const address of this.#spare) this.home.addresses.giveBack(address);
    for (const mn of this.mns) {
      this.session.hosts.delete(mn.nai);
      mn.giveAddressBack();
      const bindings = this.session.oracle.bindings.of(mn.nai, this.session.clock.now());
      // a nonce is good for one request; the home address as care-of address ends all bindings, RFC 3344 §3.6.1.3
      const atOnce = bindings.length > 1 && this.config.mnHa.replay === 'nonces';
      for (const binding of atOnce ? bindings.slice(0, 1) : bindings) {
        const request = { ...endingOf(binding, this.config), careOf: atOnce ? binding.homeAddress : binding.careOf };
        const careOf = Math.max(0, this.session.stations.addresses.indexOf(binding.careOf));
        new MobileNode(this.session, { nai: mn.nai, careOf, during: this.id }).send(mn.request(request));
      }
      this.session.oracle.bindings.forget(mn.nai, this.session.clock.now());
    }
  }
}

/** The mode that a request asks for, as reports name it. */
const modeIn = ({ asked }: Exchange): string =>
  modeName(asked ? { key: asked.key === 0 ? 0 : 'own', a: asked.a ?? false } : {});

/** How long after the fence's answer a stray reply to the bent message is waited for, in milliseconds. */
export function grace(roundTrip: number): number {
  return Math.min(500, Math.max(15, roundTrip / 2));
}
