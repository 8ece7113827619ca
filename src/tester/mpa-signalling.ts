/**
 * The verbs of signalling against a mobility proxy agent: mobile nodes that attach, and the requests that follow. The
 * tester is the home agent and grants every request unless a case says otherwise.
 */
import type { RequirementId } from '../spec/catalogue.js';
import { defaultHomeNetwork, type RunConfig } from '../spec/config.js';
import { within } from '../spec/shard.js';
import { pause } from './arrivals.js';
import { CaseBase } from './case-base.js';
import type { CaseOptions } from './case.js';
import { discover } from './dhcp-frames.js';
import { greKeyOf } from './grant.js';
import type { AttachWish } from './mpa-control.js';
import type { MpaSession } from './mpa-session.js';
import { Inconclusive, Skipped } from './outcome.js';
import { type Grant, type Policy, ProxiedNode, type SeenRequest } from './proxied-node.js';
import { attachable, type Mode } from './request.js';

export interface NodeOptions {
  readonly policy?: Policy;
  /** The address of another node, for nodes that share one. */
  readonly homeAddress?: string;
  readonly nai?: string;
  readonly mac?: string;
}

/** How long the agent may take to send its first request once told to attach, in milliseconds, at the least. */
const leastAttachPatience = 3000;
/** Least time for an agent to tell its home agent that a node has left, in milliseconds: it may take a moment to be sure. */
const departurePatience = 10_000;
/** How long a request that the agent must send by itself is waited for: retransmissions double from 1 s up. */
const retransmissionPatience = 15_000;
/** How often a node that the agent has to see appears. */
const appearances = 3;

const wishOf = (mode: Mode): AttachWish => ({ l2: mode.a === true, key: mode.key === 0 ? 'zero' : 'own' });

export class MpaSignalling extends CaseBase {
  readonly session: MpaSession;
  readonly nodes: ProxiedNode[] = [];
  readonly #waits: boolean;

  constructor(session: MpaSession, definition: CaseOptions & { readonly id: string }) {
    super(definition, session.config, session.clock);
    this.session = session;
    this.#waits = definition.waits === true;
  }

  /** Milliseconds by which the moments of requests since then may be wrong: the tester may have been busy. */
  uncertainty(since: number): number {
    return this.session.clock.lag?.(since) ?? 0;
  }

  /** Waits for the tester to be idle, at most two seconds: what is measured then is measured well. */
  async calm(): Promise<void> {
    const { clock } = this.session;
    for (let round = 0; round < 40; round++) {
      const since = clock.now();
      await pause(clock, 50);
      if (this.uncertainty(since) < 5) return;
    }
  }

  /**
   * Ends the case where a short registration may have ended while a busy tester was about to answer its renewal: what the
   * agent does then is as in the beginning.
   */
  protected wereInTime(): void {
    for (const { requests, shortestLifetime } of this.nodes) {
      const lag = this.uncertainty(requests.all[0]?.at ?? Infinity);
      if (lag < (1000 * shortestLifetime) / 10) continue;
      this.undecided(`the tester was late by up to ${Math.round(lag)} ms: an answer may be`);
    }
  }

  override demand(id: RequirementId, condition: boolean, expected: string, actual: string): void {
    if (!condition) this.wereInTime();
    super.demand(id, condition, expected, actual);
  }

  /** Demands a time between two requests, in milliseconds; what the tester cannot measure well enough is left undecided. */
  atLeast(id: RequirementId, [from, to]: readonly [SeenRequest, SeenRequest], least: number, what: string): void {
    const gap = to.at - from.at;
    if (gap >= least) return;
    const text = `${(gap / 1000).toFixed(2)} s`;
    const doubt = this.uncertainty(from.at);
    if (gap + doubt >= least) this.undecided(`${what}: ${text}, measured to ${Math.round(doubt)} ms`);
    this.recorder.blame(to.message.bytes);
    this.demand(id, false, `${what} of at least ${(least / 1000).toFixed(2)} s`, text);
  }

  /** Demands that a time between two requests is no longer than that, in milliseconds; likewise. */
  atMost(
    id: RequirementId,
    [from, to]: readonly [Pick<SeenRequest, 'at'>, SeenRequest],
    most: number,
    what: string,
  ): void {
    const gap = to.at - from.at;
    if (gap <= most) return;
    const text = `after ${(gap / 1000).toFixed(2)} s`;
    const doubt = this.uncertainty(from.at);
    if (gap - doubt <= most) this.undecided(`${what} ${text}, measured to ${Math.round(doubt)} ms`);
    this.recorder.blame(to.message.bytes);
    this.demand(id, false, `${what} within ${(most / 1000).toFixed(2)} s`, text);
  }

  /** The requests for a node with each its successor. */
  gaps(node: ProxiedNode): readonly (readonly [SeenRequest, SeenRequest])[] {
    const { all } = node.requests;
    return all.slice(1).flatMap((to, i) => {
      const from = all[i];
      return from ? [[from, to] as const] : [];
    });
  }

  // --- arrange ----------------------------------------------------------------------------------------------------

  /** A mobile node that has not attached yet. */
  node(mode: Mode, options: NodeOptions = {}): ProxiedNode {
    const { session } = this;
    const number = session.nextNode();
    const identity = {
      nai: options.nai ?? `node${number}-${session.runId}@${session.config.pixit.realm}`,
      mac: options.mac ?? session.macOf(number),
      homeAddress: options.homeAddress ?? homeAddressOf(session.config, number),
      wish: wishOf(attachable(mode, session.config)),
    };
    const nextKey = (): number => session.random.uint32() || 1;
    const node = new ProxiedNode(session.clock, identity, { during: this.id, recorder: this.recorder, nextKey });
    if (options.policy) node.policy = options.policy;
    this.nodes.push(node);
    session.add(node);
    return node;
  }

  /** Makes a node attach; its requests then arrive at the node. */
  async attach(node: ProxiedNode): Promise<void> {
    const { control } = this.session;
    node.isPresent = true;
    if (!control) return this.#appear(node);
    if ((await control.attach(node, node.wish)) === 'unsupported') {
      throw new Skipped(`the trigger does not support L2=${node.wish.l2 ? 1 : 0}, key ${node.wish.key}`);
    }
  }

  async detach(node: ProxiedNode): Promise<void> {
    node.isPresent = false;
    if ((await this.session.control?.detach(node)) !== 'begun')
      throw new Skipped('nothing makes the agent detach a node');
  }

  /** Without a trigger the node appears on the access link, and the agent names it as it likes: one after the other. */
  async #appear(node: ProxiedNode): Promise<void> {
    const { session } = this;
    if (!session.hasAccess) throw new Skipped('nothing makes the agent attach a node: give --trigger or --access-link');
    await session.appearances.run(async () => {
      const come = session.expectNewcomer(node);
      for (let attempt = 0; attempt < appearances; attempt++) {
        session.sendFrame(discover(node.mac, session.random.uint32()), this.recorder);
        if (await come(this.attachPatience / appearances)) break;
      }
      session.expectNewcomer(undefined);
    });
    const [first] = node.requests.all;
    if (!first) return;
    const asked = greKeyOf(first.rrq);
    const made: Mode = { key: asked?.key === 0 ? 0 : 'own', a: asked?.a === true };
    session.onlyMode = made;
    if (made.a !== node.wish.l2 || (made.key === 0) !== (node.wish.key === 'zero')) {
      throw new Skipped('the access link alone cannot ask the agent for another mode than its own');
    }
  }

  /** Modes that cannot be had are left out when the agent has only its own. */
  override async eachMode(
    body: (mode: Mode) => Promise<void>,
    wanted: (mode: Mode) => boolean = () => true,
  ): Promise<void> {
    const { onlyMode } = this.session;
    await super.eachMode(
      body,
      (mode) => wanted(mode) && (!onlyMode || (mode.a === onlyMode.a && mode.key === onlyMode.key)),
    );
  }

  /** Where a case waits it does so in all modes at once. */
  override inModes(all: readonly Mode[], body: (mode: Mode) => Promise<void>): Promise<void> {
    return super.inModes(all, body, this.#waits);
  }

  protected override whyNoMode(): string {
    if (!this.session.onlyMode) return super.whyNoMode();
    return 'the access link alone cannot ask the agent for another mode than its own';
  }

  /** How long the first request of a node is waited for, in milliseconds. */
  get attachPatience(): number {
    return Math.max(leastAttachPatience, this.config.timeout, this.session.control?.patience ?? 0);
  }

  /** The request with that index (0 is the first), which the agent must send by itself. */
  async request(node: ProxiedNode, index = 0, ms = this.attachPatience): Promise<SeenRequest> {
    const found = await this.maybeRequest(node, index, ms);
    if (found) return found;
    const patience = `${Math.round(ms / 1000)} s (--timeout makes it wait longer)`;
    throw new Inconclusive(
      index === 0
        ? `no registration came for ${node.nai} within ${patience}: ${this.session.control?.advice ?? ''}`
        : `request number ${index + 1} for ${node.nai} did not come within ${Math.round(ms / 1000)} s`,
    );
  }

  /** The same, or undefined when it does not come. */
  async maybeRequest(
    node: ProxiedNode,
    index: number,
    ms: number = retransmissionPatience,
  ): Promise<SeenRequest | undefined> {
    await node.requests.first(ms, (request) => node.requests.all.indexOf(request) >= index);
    const found = node.requests.all[index];
    if (found) this.recorder.regard(found.message.bytes);
    return found;
  }

  /**
   * The request that renews the registration of a node, or the `number`th that does; undefined when none comes. One that
   * only repeats the first, whose answer may have got lost, is none.
   */
  async renewal(node: ProxiedNode, ms: number, number = 1): Promise<SeenRequest | undefined> {
    const isThere = (): boolean => node.renewals.length >= number;
    const since = node.grant;
    await node.requests.first(ms, isThere);
    // a repetition that was granted meanwhile begins the lifetime anew
    if (!isThere() && node.grant !== since) await node.requests.first(ms, isThere);
    const found = node.renewals[number - 1];
    if (found) this.recorder.regard(found.message.bytes);
    return found;
  }

  /** The same where a case cannot go on without. */
  async renewed(node: ProxiedNode, ms: number, number = 1): Promise<SeenRequest> {
    const found = await this.renewal(node, ms, number);
    if (found) return found;
    throw new Inconclusive(`renewal number ${number} for ${node.nai} did not come within ${Math.round(ms / 1000)} s`);
  }

  /** How long an agent is given to say that a node has left, in milliseconds. */
  get departurePatience(): number {
    return Math.max(departurePatience, this.attachPatience);
  }

  /** The deregistration of a node that has left; undefined when none comes. A renewal may still come before it. */
  async departure(node: ProxiedNode): Promise<SeenRequest | undefined> {
    const found = await node.requests.first(this.departurePatience, ({ rrq }) => rrq.lifetime === 0);
    if (found) this.recorder.regard(found.message.bytes);
    return found;
  }

  /** The same where a case cannot go on without. */
  async departed(node: ProxiedNode): Promise<SeenRequest> {
    const found = await this.departure(node);
    if (found) return found;
    throw new Inconclusive(
      `no deregistration came for ${node.nai} within ${Math.round(this.departurePatience / 1000)} s`,
    );
  }

  /** Waits until the agent has heard that the deregistration of a node is accepted. It may have to ask more than once. */
  async isOver(node: ProxiedNode): Promise<void> {
    await this.departed(node);
    for (let seen = 0; seen < node.requests.all.length;) {
      seen = node.requests.all.length;
      await this.forcedWait(this.expiryTolerance);
    }
  }

  /** Whether the agent repeats a request that nobody answers, so many times: what is to be ignored shows in that alone. */
  async repeats(mode: Mode, times = 1): Promise<boolean> {
    const node = this.node(mode, { policy: () => 'withhold' });
    await this.attach(node);
    await this.request(node);
    return (await this.maybeRequest(node, times)) !== undefined;
  }

  /** A node that has attached and been granted its registration. */
  async attached(mode: Mode, options: NodeOptions = {}): Promise<ProxiedNode> {
    const node = this.node(mode, options);
    await this.attach(node);
    await this.request(node);
    return node;
  }

  /** What the tester has granted; a case cannot go on without. */
  granted(node: ProxiedNode): Grant {
    if (!node.grant) throw new Inconclusive('the registration was not granted');
    return node.grant;
  }

  /** Lets replies be made by hand, with bent UDP checksums, and shows those of requests. */
  async makeByHand(): Promise<void> {
    if (!(await this.session.makeByHand())) throw new Skipped('no raw sockets');
  }

  /** Ends what the case began. */
  cleanUp(): void {
    for (const node of this.nodes) {
      node.policy = () => ({});
      if (node.requests.all.length > 0) void this.detach(node).catch(() => undefined); // best effort: the case is decided
    }
  }
}

/** Addresses .20 to .239 of the home network, in turn. */
function homeAddressOf({ pixit, shard }: RunConfig, number: number): string {
  const { homeNetwork = defaultHomeNetwork } = pixit;
  return homeNetwork.replace(/\.\d+\/\d+$/, `.${20 + within(number, 220, shard)}`);
}
