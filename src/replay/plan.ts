/**
 * What of a capture is to be sent again, in order: in the role of proxy agents their requests and what they put into
 * their tunnels, in that of home agents the replies and what these put there.
 */
import { readTunnelFrame } from '../oracle/frame.js';
import { ipProtocols } from '../wire/ipv4.js';
import { decodeRrp, decodeRrq, isAccepted } from '../wire/mobileip.js';
import { learn } from './learn.js';
import { isReply, isRequest, Matcher } from './matcher.js';
import { destinationOf, type Message, type Packet, protocolOf, readMessage, sourceOf } from './packet.js';
import { Ports } from './ports.js';
import { Repeats } from './repeats.js';
import type { AuditOptions, AuditSettings } from './settings.js';

export interface RequestStep {
  readonly kind: 'request';
  readonly message: Message;
  /** What came in answer; undefined where nothing did. */
  reply: Message | undefined;
}

export interface FrameStep {
  readonly kind: 'frame';
  readonly packet: Packet;
  /** The end of the tunnel that is no home agent. */
  readonly careOf: string;
  /** Tunnel packets that came back before anything else was sent. */
  answers: number;
}

export type Step = RequestStep | FrameStep;

export interface Plan {
  readonly steps: readonly Step[];
  readonly settings: AuditSettings;
  /** Addresses at which home agents were asked or from which they answered. */
  readonly homeAgents: ReadonlySet<string>;
  /** Addresses of the senders, in the order of their first request. */
  readonly senders: readonly string[];
  /** Keys of the tunnel packets of the other side, by care-of address. */
  readonly answerKeys: ReadonlyMap<string, ReadonlySet<number | undefined>>;
  readonly notes: readonly string[];
}

/** What is replayed stays in memory, so there is an end to it. */
const most = { packets: 200_000, octets: 128 << 20 } as const;

/** Collects the packets of a capture. */
export class Planner {
  readonly #options: AuditOptions;
  readonly #as: 'mpa' | 'ha';
  readonly #ports: Ports;
  readonly #packets: Packet[] = [];
  #octets = 0;
  #ignored = 0;

  /** `as` is whose part is played. */
  constructor(options: AuditOptions, as: 'mpa' | 'ha' = 'mpa') {
    this.#options = options;
    this.#ports = new Ports(options.port);
    this.#as = as;
  }

  packet(packet: Packet): void {
    if (!this.#ports.isWanted(packet)) return;
    this.#octets += packet.bytes.length;
    if (this.#packets.length < most.packets && this.#octets <= most.octets) this.#packets.push(packet);
    else this.#ignored++;
  }

  end(): Plan {
    const { settings } = learn(this.#packets, this.#options);
    const notes = [...settings.notes];
    if (this.#ignored > 0) notes.push(`the capture is too long: its last ${this.#ignored} packets are not replayed`);
    return planOf(this.#packets, settings, notes, this.#as);
  }
}

function planOf(packets: readonly Packet[], settings: AuditSettings, notes: string[], as: 'mpa' | 'ha'): Plan {
  const steps: Step[] = [];
  const byMessage = new Map<Message, RequestStep>();
  const matcher = new Matcher<Message>();
  const repeats = new Repeats();
  const homeAgents = new Set<string>();
  const senders = new Set<string>();
  const careOf = new Set<string>();
  const answerKeys = new Map<string, Set<number | undefined>>();
  let cut = 0;
  for (const packet of packets) {
    if (packet.missing > 0) cut++;
    else if (protocolOf(packet) !== ipProtocols.udp) {
      const [source, destination] = [sourceOf(packet), destinationOf(packet)];
      const isUp = careOf.has(source) && homeAgents.has(destination);
      if (!isUp && !(homeAgents.has(source) && careOf.has(destination))) continue;
      const own = isUp ? source : destination;
      if (isUp === (as === 'mpa')) {
        steps.push({ kind: 'frame', packet, careOf: own, answers: 0 });
        continue;
      }
      const last = steps.at(-1);
      if (last?.kind === 'frame') last.answers++;
      const keys = answerKeys.get(own) ?? new Set();
      answerKeys.set(own, keys.add(readTunnelFrame(packet.bytes, packet.at)?.gre?.key));
    } else if (repeats.sort(packet) !== 'copy') {
      const message = readMessage(packet);
      if (message && isRequest(message)) {
        const step: RequestStep = { kind: 'request', message, reply: undefined };
        steps.push(step);
        byMessage.set(message, step);
        matcher.request(message);
        homeAgents.add(message.to.address);
        senders.add(message.from.address);
      } else if (message && isReply(message)) {
        const request = matcher.reply(message);
        const step = request && byMessage.get(request);
        if (!step) continue;
        step.reply ??= message;
        homeAgents.add(message.from.address);
        const rrq = decodeRrq(step.message.bytes, settings.dialect);
        const rrp = decodeRrp(message.bytes, settings.dialect);
        if (rrq.ok && rrp.ok && isAccepted(rrp.value.code)) careOf.add(rrq.value.careOfAddress);
      }
    }
  }
  if (cut > 0) notes.push(`${cut} packets were cut short by the capture and are not replayed`);
  return { steps, settings, homeAgents, senders: [...senders], answerKeys, notes };
}
