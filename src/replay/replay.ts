/**
 * Sends the requests and tunnel packets of a capture to a device again, in their order, and compares what comes back.
 * Everything seen passes the one oracle as well, so that a replay also judges.
 */
import type { Clock, Endpoint, Net, RawPort, UdpPort } from '../net/port.js';
import { readTunnelFrame } from '../oracle/frame.js';
import { Oracle } from '../oracle/oracle.js';
import type { FrameRecord } from '../report/result.js';
import { pause } from '../tester/arrivals.js';
import type { SecurityAssociation } from '../wire/auth.js';
import { ipProtocols, ipv4 } from '../wire/ipv4.js';
import { decode } from '../wire/layout.js';
import { compare, type Difference, keyedness } from './compare.js';
import { messageRecord, packetRecord } from './evidence.js';
import { Matcher, isReply } from './matcher.js';
import type { Message } from './packet.js';
import type { FrameStep, Plan, RequestStep } from './plan.js';
import { Renewer, skewOf } from './renew.js';
import { renewFrame } from './renew-frame.js';
import { Tallies } from './tally.js';

export interface ReplayOptions {
  readonly plan: Plan;
  readonly net: Net;
  readonly target: Endpoint;
  /** Own addresses: the first stands for the first sender of the capture, and so on. */
  readonly local: readonly string[];
  /** Those of the device. Without MN-HA requests are sent octet by octet as they are. */
  readonly mnHa?: SecurityAssociation;
  readonly faHa?: SecurityAssociation;
  /** How long an answer is waited for, in milliseconds. */
  readonly timeout: number;
  /** Keeps the time between what is sent; else each step follows the answer to the one before. */
  readonly keepsTime: boolean;
  /** False without the privilege for raw sockets: tunnel packets stay out. */
  readonly tunnels: boolean;
  readonly signal: AbortSignal;
}

export interface Comparison {
  readonly step: RequestStep;
  /** As sent, and what came. */
  readonly request: Uint8Array;
  readonly reply: Uint8Array | undefined;
  readonly differences: readonly Difference[];
}

export interface ReplayOutcome {
  readonly comparisons: readonly Comparison[];
  readonly tallies: Tallies;
  readonly notes: readonly string[];
  readonly start: number;
  readonly durationMs: number;
}

export async function replay(options: ReplayOptions): Promise<ReplayOutcome> {
  const run = new Run(options);
  try {
    await run.open();
    await run.all();
    return run.outcome();
  } finally {
    await run.close();
  }
}

interface Sent extends Message {
  readonly answered: (reply: Message) => void;
}

/** After the last packet, how long packets that answer it may take, in milliseconds. */
const aftermath = 300;

class Run {
  readonly #options: ReplayOptions;
  readonly #clock: Clock;
  readonly #renewer: Renewer | undefined;
  readonly #oracle: Oracle;
  readonly #matcher = new Matcher<Sent>();
  readonly #tallies = new Tallies();
  readonly #comparisons: Comparison[] = [];
  readonly #udp = new Map<string, UdpPort>();
  readonly #raw = new Map<string, RawPort>();
  readonly #downlinkKeys = new Map<string, Set<number | undefined>>();
  readonly #start: number;
  #count = 0;
  #framesSent = 0;
  #framesHeard = 0;
  /** How many tunnel packets are waited for in all, and what then happens. */
  #awaited: { readonly count: number; readonly reached: () => void } | undefined;

  constructor(options: ReplayOptions) {
    const { plan, mnHa, faHa, net } = options;
    const { settings } = plan;
    this.#options = options;
    this.#clock = net.clock;
    this.#start = net.clock.now();
    const associations = { ...(mnHa && { mnHa }), ...(faHa && { faHa }) };
    const { dialect, knobs, replay: kind } = settings;
    this.#oracle = new Oracle({ dialect, knobs, replay: kind, ...associations });
    if (!mnHa && !faHa) return;
    const accepted = plan.steps.flatMap((s) => (s.kind === 'request' && s.reply ? [s.message] : []));
    const isOwnKey = settings.mnHa !== undefined || settings.faHa !== undefined;
    const address = (captured: string): string => this.#addressFor(captured);
    this.#renewer = new Renewer({ dialect, replay: kind, mnHa, faHa, isOwnKey, address }, skewOf(accepted, dialect));
  }

  async open(): Promise<void> {
    const { net, local, tunnels } = this.#options;
    for (const address of local) {
      this.#udp.set(
        address,
        await net.openUdp({ address, port: 0 }, (datagram) =>
          this.#heard({
            ...this.#numbered(datagram.at),
            from: datagram.remote,
            to: datagram.local,
            bytes: datagram.payload,
            checksum: 'right',
          }),
        ),
      );
      if (!tunnels) continue;
      for (const protocol of [ipProtocols.gre, ipProtocols.ipInIp]) {
        const port = await net.openRaw(address, protocol, ({ bytes, at }) => this.#tunnelled(bytes, at));
        this.#raw.set(`${address} ${protocol}`, port);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#udp.values(), ...this.#raw.values()].map((port) => port.close()));
  }

  async all(): Promise<void> {
    const { plan, keepsTime, signal } = this.#options;
    let last: number | undefined;
    for (const step of plan.steps) {
      const at = step.kind === 'request' ? step.message.at : step.packet.at;
      if (keepsTime && last !== undefined && at > last) await this.#pause(at - last);
      last = at;
      if (signal.aborted) return;
      if (step.kind === 'request') await this.#request(step);
      else await this.#frame(step);
    }
    await this.#pause(aftermath);
  }

  outcome(): ReplayOutcome {
    const { plan, tunnels } = this.#options;
    const frames = plan.steps.filter((s) => s.kind === 'frame').length;
    const notes = [...plan.notes];
    if (!this.#renewer)
      notes.push('there is no key, so requests were sent as they are: an old Identification is to be refused');
    if (plan.senders.length > this.#options.local.length) {
      notes.push(
        `${plan.senders.length} senders share ${this.#options.local.length} addresses; more --local tell them apart`,
      );
    }
    if (frames > 0) {
      notes.push(
        tunnels
          ? `${this.#framesSent} tunnel packets sent, ${this.#framesHeard} received`
          : `${frames} tunnel packets were not sent, for that needs raw sockets`,
      );
    }
    notes.push(...this.#keyNotes());
    return {
      comparisons: this.#comparisons,
      tallies: this.#tallies,
      notes,
      start: this.#start,
      durationMs: Math.round(this.#clock.now() - this.#start),
    };
  }

  // --- sending ------------------------------------------------------------------------------------------------------

  async #request(step: RequestStep): Promise<void> {
    const { target, timeout, plan } = this.#options;
    const { message } = step;
    const local = this.#addressFor(message.from.address);
    const port = this.#udp.get(local) ?? [...this.#udp.values()][0];
    if (!port) return;
    const bytes = this.#renewer?.request(message, this.#clock.now()) ?? message.bytes;
    const reply = await new Promise<Message | undefined>((resolve) => {
      const timer = this.#clock.setTimer(timeout, () => resolve(undefined));
      const answered = (answer: Message): void => {
        timer.cancel();
        resolve(answer);
      };
      const { number, at } = this.#numbered(this.#clock.now());
      this.#matcher.request({ number, at, from: port.local, to: target, bytes, checksum: 'right', answered });
      port.send(target, bytes);
      // what got no answer then is not waited for longer than a fence would be
      if (!step.reply) this.#clock.setTimer(Math.min(timeout, silence), () => resolve(undefined));
    });
    if (step.reply && reply) {
      this.#renewer?.learn({ request: message.bytes, captured: step.reply.bytes }, reply.bytes);
    }
    const captured = { request: message.bytes, reply: step.reply?.bytes };
    const differences = compare(captured, { request: bytes, reply: reply?.bytes }, plan.settings.dialect);
    this.#comparisons.push({ step, request: bytes, reply: reply?.bytes, differences });
  }

  /** Sends a tunnel packet, and waits a little for as many in return as the capture has. */
  async #frame({ packet, careOf, answers }: FrameStep): Promise<void> {
    const { target, tunnels } = this.#options;
    if (!tunnels || !this.#renewer) return;
    const source = this.#addressFor(careOf);
    const bytes = renewFrame(packet.bytes, { source, destination: target.address }, careOf, this.#renewer);
    const port = this.#raw.get(`${source} ${bytes?.[9]}`);
    if (!bytes || !port) return;
    this.#framesSent++;
    const expected = this.#framesHeard + answers;
    port.send(bytes);
    if (answers === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimer(aftermath, resolve);
      this.#awaited = {
        count: expected,
        reached: () => {
          timer.cancel();
          resolve();
        },
      };
    });
    this.#awaited = undefined;
  }

  /** The address of this run that stands for one of the capture. */
  #addressFor(captured: string): string {
    const { plan, target, local } = this.#options;
    if (plan.homeAgents.has(captured)) return target.address;
    const sender = plan.senders.indexOf(captured);
    return sender < 0 ? captured : (local[sender % local.length] ?? captured);
  }

  // --- receiving ----------------------------------------------------------------------------------------------------

  #heard(message: Message): void {
    if (!isReply(message)) return;
    const request = this.#matcher.reply(message);
    if (!request) return;
    const { findings } = this.#oracle.exchange({ request, reply: message });
    this.#tallies.add('ha', this.#options.target.address, findings, message.number, () => [
      this.#shown(request, 'sent'),
      this.#shown(message, 'received'),
    ]);
    request.answered(message);
  }

  #tunnelled(bytes: Uint8Array, at: number): void {
    const frame = readTunnelFrame(bytes, at);
    const outer = decode(ipv4, bytes);
    if (!frame || !outer.ok || !this.#udp.has(outer.value.destination)) return;
    this.#framesHeard++;
    if (this.#awaited && this.#framesHeard >= this.#awaited.count) this.#awaited.reached();
    const { destination } = outer.value;
    this.#downlinkKeys.set(destination, (this.#downlinkKeys.get(destination) ?? new Set()).add(frame.gre?.key));
    const { number } = this.#numbered(at);
    this.#tallies.add('ha', this.#options.target.address, this.#oracle.frame(frame), number, () => [
      packetRecord({ number, at, bytes, missing: 0 }, { ...this.#view(), direction: 'received', guilty: true }),
    ]);
  }

  /** Whether packets came back as keyed as they did in the capture. */
  #keyNotes(): string[] {
    const { plan, tunnels } = this.#options;
    if (!tunnels || !this.#renewer) return [];
    return [...plan.answerKeys].flatMap(([careOf, keys]) => {
      const [was, is] = [keys, this.#downlinkKeys.get(this.#addressFor(careOf)) ?? new Set()].map(keyedness);
      if (was === is) return [];
      // what comes down is sent by hosts that may not be there now
      const isSilent = this.#downlinkKeys.get(this.#addressFor(careOf)) === undefined;
      const text = `to ${careOf} the capture has ${was}; now there were ${is}`;
      return [isSilent ? `${text}, which is not compared: their senders may not be there` : text];
    });
  }

  #numbered(at: number): { readonly number: number; readonly at: number } {
    return { number: ++this.#count, at };
  }

  #shown(message: Message, direction: FrameRecord['direction']): FrameRecord {
    return messageRecord(message, { ...this.#view(), direction, guilty: direction === 'received' });
  }

  #view() {
    return { start: this.#start, dialect: this.#options.plan.settings.dialect };
  }

  #pause(ms: number): Promise<void> {
    return pause(this.#clock, ms, this.#options.signal);
  }
}

/** How long silence is waited for where the capture has silence, in milliseconds. */
const silence = 1000;
