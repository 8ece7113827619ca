/**
 * Plays the home agent of a capture to a mobility proxy agent: mobile nodes are attached and detached as there, each
 * request gets the reply that it had there, and what the capture has in the tunnels to the agent is sent again. The
 * requests are compared with the captured ones, and everything from the agent passes the one oracle.
 */
import type { Clock, Datagram, Endpoint, Net, RawPort, UdpPort } from '../net/port.js';
import { readTunnelFrame } from '../oracle/frame.js';
import { Oracle } from '../oracle/oracle.js';
import type { FrameRecord } from '../report/result.js';
import { pause } from '../tester/arrivals.js';
import type { MpaControl } from '../tester/mpa-control.js';
import type { SecurityAssociation } from '../wire/auth.js';
import { ipProtocols, ipv4 } from '../wire/ipv4.js';
import { decode } from '../wire/layout.js';
import { decodeRrq, mobileIpPort } from '../wire/mobileip.js';
import { type Difference, differences, keyedness } from './compare.js';
import { messageRecord, packetRecord } from './evidence.js';
import { isRequest } from './matcher.js';
import type { Message } from './packet.js';
import type { FrameStep, Plan, RequestStep } from './plan.js';
import { renewFrame } from './renew-frame.js';
import { renewReply, type ReplyRenewal } from './renew-reply.js';
import type { Script } from './script.js';
import { isDeregistration, nameOf } from './script.js';
import { type Part, scriptsOf } from './scripts.js';
import { Tallies } from './tally.js';

export interface RepliesOptions {
  readonly plan: Plan;
  readonly net: Net;
  /** Own addresses: the first stands for the first home agent of the capture, and so on. */
  readonly local: readonly string[];
  /** UDP port on each of them. */
  readonly port?: number;
  /** Those of the device. Without MN-HA replies are sent octet by octet as they are. */
  readonly mnHa?: SecurityAssociation;
  readonly faHa?: SecurityAssociation;
  /** How the agent is made to act; undefined when it does so by itself. */
  readonly control: MpaControl | undefined;
  /** How long a request is waited for beyond its time in the capture, in milliseconds. */
  readonly timeout: number;
  /** Keeps the time between what is sent; else each step follows the one before. */
  readonly keepsTime: boolean;
  /** False without the privilege for raw sockets: tunnel packets stay out. */
  readonly tunnels: boolean;
  readonly signal: AbortSignal;
}

export interface RequestComparison {
  /** Undefined for a request that the capture does not have at this place. */
  readonly step: RequestStep | undefined;
  /** What came; undefined for nothing. */
  readonly request: Uint8Array | undefined;
  readonly differences: readonly Difference[];
}

export interface RepliesOutcome {
  readonly comparisons: readonly RequestComparison[];
  readonly tallies: Tallies;
  readonly notes: readonly string[];
  readonly start: number;
  readonly durationMs: number;
  /** Address of the agent, once it has sent something. */
  readonly agent: string | undefined;
}

export async function replayReplies(options: RepliesOptions): Promise<RepliesOutcome> {
  const run = new Run(options);
  try {
    await run.open();
    await run.all();
    return run.outcome();
  } finally {
    await run.close();
  }
}

/** What an agent is given to set up its tunnel before packets come through it, in milliseconds. */
const settling = 100;
/** A renewal may come later than in the capture by this part of the time that it took there. */
const slack = 0.5;
/** After the last packet, how long packets that answer it may take, in milliseconds. */
const aftermath = 300;
const mostComparisons = 100_000;

class Run {
  readonly #options: RepliesOptions;
  readonly #clock: Clock;
  readonly #renewal: ReplyRenewal | undefined;
  readonly #part: Part;
  readonly #oracle: Oracle;
  readonly #tallies = new Tallies();
  readonly #comparisons: RequestComparison[] = [];
  readonly #udp = new Map<string, UdpPort>();
  readonly #raw = new Map<string, RawPort>();
  /** Care-of addresses of now for those of the capture, and keys of now by captured care-of address and key. */
  readonly #careOf = new Map<string, string>();
  readonly #keys = new Map<string, number>();
  readonly #uplinkKeys = new Set<number | undefined>();
  readonly #unsupported = new Set<Script>();
  readonly #start: number;
  #waitsForNewcomer: Script | undefined;
  /** NAIs of the agent's own choice, by which it calls a node of the capture. */
  readonly #newcomers = new Map<string, Script>();
  #agent: string | undefined;
  #count = 0;
  #strangers = 0;
  /** When the binding that each script was granted last ends. */
  readonly #lives = new Map<Script, number>();
  /** Renewals of the capture for which the agent has time yet: when to renew is its own choice. */
  #notDue = 0;
  #framesSent = 0;
  #framesHeard = 0;
  #repliedAt = -Infinity;

  constructor(options: RepliesOptions) {
    const { plan, mnHa, faHa, net } = options;
    const { settings } = plan;
    const { dialect, knobs, replay } = settings;
    this.#options = options;
    this.#clock = net.clock;
    this.#start = net.clock.now();
    this.#oracle = new Oracle({ dialect, knobs, replay, ...(mnHa && { mnHa }), ...(faHa && { faHa }) });
    this.#part = scriptsOf(
      plan,
      { dialect, mnHa: settings.mnHa, faHa: settings.faHa },
      { dialect, mnHa: settings.mnHa && mnHa, faHa: settings.faHa && faHa },
    );
    if (!mnHa && !faHa) return;
    const isOwnKey = settings.mnHa !== undefined || settings.faHa !== undefined;
    this.#renewal = { dialect, replay, mnHa, faHa, isOwnKey, address: (captured) => this.#addressFor(captured) };
  }

  async open(): Promise<void> {
    const { net, local, tunnels, port = mobileIpPort } = this.#options;
    for (const address of local) {
      this.#udp.set(address, await net.openUdp({ address, port }, (datagram) => this.#heard(datagram)));
      if (!tunnels) continue;
      for (const protocol of [ipProtocols.gre, ipProtocols.ipInIp]) {
        const raw = await net.openRaw(address, protocol, ({ bytes, at }) => this.#tunnelled(bytes, at));
        this.#raw.set(`${address} ${protocol}`, raw);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#udp.values(), ...this.#raw.values()].map((port) => port.close()));
  }

  async all(): Promise<void> {
    const { keepsTime, signal } = this.#options;
    let last: number | undefined;
    for (const step of this.#part.steps) {
      const at = step.kind === 'request' ? step.message.at : step.packet.at;
      const before = last;
      last = at;
      if (keepsTime && before !== undefined && at > before && !this.#comesByItself(step))
        await this.#pause(at - before);
      if (signal.aborted) return;
      if (step.kind === 'request') await this.#request(step);
      else await this.#frame(step);
    }
    await this.#pause(aftermath);
  }

  outcome(): RepliesOutcome {
    const { plan, tunnels, control } = this.#options;
    const frames = this.#part.steps.filter((s) => s.kind === 'frame').length;
    const notes = [...plan.notes, ...this.#part.notes];
    if (!this.#renewal) notes.push('there is no key, so replies were sent as they are: no agent should believe them');
    if (!control) notes.push('nothing attaches or detaches nodes: the agent was waited for');
    for (const { identity, wish } of this.#unsupported) {
      notes.push(`the trigger does not support ${identity.nai} with L2=${wish.l2 ? 1 : 0}, key ${wish.key}`);
    }
    if (this.#notDue > 0)
      notes.push(`${this.#notDue} renewals are not compared: the agent need not send them before the lifetime ends`);
    if (this.#strangers > 0) notes.push(`${this.#strangers} messages came that belong to no node of the capture`);
    if (frames > 0 && !tunnels) notes.push(`${frames} tunnel packets were not sent, for that needs raw sockets`);
    if (tunnels)
      notes.push(`${this.#framesSent} tunnel packets sent, ${this.#framesHeard} received`, ...this.#keyNotes());
    return {
      comparisons: this.#comparisons,
      tallies: this.#tallies,
      notes,
      start: this.#start,
      durationMs: Math.round(this.#clock.now() - this.#start),
      agent: this.#agent,
    };
  }

  // --- acting -------------------------------------------------------------------------------------------------------

  #comesByItself(step: RequestStep | FrameStep): boolean {
    return step.kind === 'request' && this.#part.of.get(step)?.begins(step) === undefined;
  }

  /** Lets the agent send the request, and waits for it. */
  async #request(step: RequestStep): Promise<void> {
    const script = this.#part.of.get(step);
    if (!script || script.isDone(step) || this.#unsupported.has(script)) return;
    const { control, timeout } = this.#options;
    const verb = script.begins(step);
    const patience = Math.max(timeout, control?.patience ?? 0);
    const arrived = this.#until(script, step, verb ? patience : timeout + script.gap(step) * (1 + slack));
    if (verb === 'attach') this.#waitsForNewcomer = script;
    if (verb && control) {
      const begun = await (verb === 'attach'
        ? control.attach(script.identity, script.wish)
        : control.detach(script.identity));
      if (begun === 'unsupported') {
        this.#unsupported.add(script);
        return;
      }
    }
    if ((await arrived) || this.#options.signal.aborted) return;
    script.skip(step);
    if (!verb && this.#clock.now() < (this.#lives.get(script) ?? -Infinity)) {
      this.#notDue++;
      return;
    }
    const what = isDeregistration(step.message.bytes, this.#dialect) ? 'deregistration' : 'registration';
    this.#compared({ step, request: undefined, differences: [{ what: 'request', captured: what, now: 'none' }] });
  }

  #until(script: Script, step: RequestStep, ms: number): Promise<boolean> {
    const { signal } = this.#options;
    return new Promise((resolve) => {
      const end = (isDone: boolean): void => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        resolve(isDone);
      };
      const timer = this.#clock.setTimer(ms, () => end(false));
      const onAbort = (): void => end(false);
      signal.addEventListener('abort', onAbort);
      script.onDone(step, () => end(true));
    });
  }

  /** Sends a tunnel packet of the capture to where the agent is now. */
  async #frame({ packet, careOf }: FrameStep): Promise<void> {
    const { tunnels } = this.#options;
    const destination = this.#careOf.get(careOf);
    if (!tunnels || !this.#renewal || destination === undefined) return;
    const wait = this.#repliedAt + settling - this.#clock.now();
    if (wait > 0) await this.#pause(wait);
    const outer = decode(ipv4, packet.bytes);
    const source = this.#addressFor(outer.ok ? outer.value.source : '');
    const bytes = renewFrame(packet.bytes, { source, destination }, careOf, {
      key: (captured, key) => this.#keys.get(`${captured} ${key}`) ?? key,
      homeAddress: (captured) => captured,
    });
    const port = bytes && this.#raw.get(`${source} ${bytes[9]}`);
    if (!bytes || !port) return;
    this.#framesSent++;
    port.send(bytes);
  }

  /** The address of this run that stands for one of the capture. */
  #addressFor(captured: string): string {
    const { plan, local } = this.#options;
    const place = [...plan.homeAgents].indexOf(captured);
    return place < 0 ? (this.#careOf.get(captured) ?? captured) : (local[place % local.length] ?? captured);
  }

  // --- answering ----------------------------------------------------------------------------------------------------

  #heard({ at, remote, local, payload }: Datagram): void {
    const message: Message = { ...this.#numbered(at), from: remote, to: local, bytes: payload, checksum: 'right' };
    const script = isRequest(message) ? this.#scriptFor(message) : undefined;
    if (!script) {
      this.#strangers++;
      return;
    }
    this.#agent ??= remote.address;
    const { findings, request } = this.#oracle.request(message);
    this.#tallies.add('mpa', this.#agent, findings, message.number, () => [this.#shown(message, 'received')]);
    if (!request) return;
    const step = script.take(request.rrq.lifetime === 0);
    const traits = script.now.request(message);
    if (step) {
      this.#careOf.set(step.message.from.address, request.rrq.careOfAddress);
      const found = differences(script.captured.request(step.message), traits);
      this.#compared({ step, request: payload, differences: found });
    } else {
      const now = traits['request'] ?? '';
      this.#compared({ step, request: payload, differences: [{ what: 'request', captured: 'none', now }] });
    }
    const answered = step ?? script.latest;
    if (answered?.reply) this.#answer(script, answered, answered.reply, message, step !== undefined);
  }

  /** By name; an agent that calls its nodes as it likes is told by whom it was made to attach last. */
  #scriptFor({ bytes }: Message): Script | undefined {
    const name = nameOf(bytes, this.#dialect);
    if (name === undefined) return undefined;
    const known = this.#part.scripts.get(name) ?? this.#newcomers.get(name);
    if (known) return known;
    const newcomer = this.#waitsForNewcomer;
    this.#waitsForNewcomer = undefined;
    if (newcomer) this.#newcomers.set(name, newcomer);
    return newcomer;
  }

  #answer(script: Script, step: RequestStep, captured: Message, request: Message, isInOrder: boolean): void {
    const now = this.#clock.now();
    const renewed =
      this.#renewal && renewReply({ request: step.message, reply: captured }, request.bytes, now, this.#renewal);
    const bytes = renewed ?? captured.bytes;
    const [from, to]: [Endpoint, Endpoint] = [request.to, request.from];
    this.#udp.get(from.address)?.send(to, bytes);
    this.#repliedAt = now;
    const { exchange } = this.#oracle.exchange({ request, reply: { at: now, from, to, bytes } });
    if (exchange?.accepted) this.#lives.set(script, now + exchange.rrp.lifetime * 1000);
    script.now.reply(request.bytes, bytes);
    if (isInOrder) script.captured.reply(step.message.bytes, captured.bytes);
    this.#learnKey(step, request.bytes);
  }

  /** A key that the MPA chose is another one now; those of the home agent are the captured ones. */
  #learnKey({ message }: RequestStep, request: Uint8Array): void {
    const [was, is] = [message.bytes, request].map((bytes) => {
      const decoded = decodeRrq(bytes, this.#dialect);
      return decoded.ok ? decoded.value.extensions.find((e) => e.name === 'greKey')?.key : undefined;
    });
    if (was && is) this.#keys.set(`${message.from.address} ${was}`, is);
  }

  #tunnelled(bytes: Uint8Array, at: number): void {
    const frame = readTunnelFrame(bytes, at);
    if (!frame || !this.#udp.has(frame.outer.destination)) return;
    this.#framesHeard++;
    this.#uplinkKeys.add(frame.gre?.key);
    const { number } = this.#numbered(at);
    this.#tallies.add('mpa', this.#agent ?? frame.outer.source, this.#oracle.uplink(frame), number, () => [
      packetRecord({ number, at, bytes, missing: 0 }, { ...this.#view(), direction: 'received', guilty: true }),
    ]);
  }

  /** Packets come up only when a node behind the agent sends some. */
  #keyNotes(): string[] {
    if (this.#uplinkKeys.size === 0) return [];
    const [agent = ''] = this.#options.plan.senders;
    const [was, is] = [this.#options.plan.answerKeys.get(agent) ?? new Set(), this.#uplinkKeys].map(keyedness);
    return was === is ? [] : [`from the agent the capture has ${was}; now there were ${is}`];
  }

  // --- telling ------------------------------------------------------------------------------------------------------

  #compared(comparison: RequestComparison): void {
    if (this.#comparisons.length < mostComparisons) this.#comparisons.push(comparison);
  }

  get #dialect() {
    return this.#options.plan.settings.dialect;
  }

  #numbered(at: number): { readonly number: number; readonly at: number } {
    return { number: ++this.#count, at };
  }

  #shown(message: Message, direction: FrameRecord['direction']): FrameRecord {
    return messageRecord(message, { ...this.#view(), direction, guilty: true });
  }

  #view() {
    return { start: this.#start, dialect: this.#dialect };
  }

  #pause(ms: number): Promise<void> {
    return pause(this.#clock, ms, this.#options.signal);
  }
}
