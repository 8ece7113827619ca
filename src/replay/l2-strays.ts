/**
 * Frames for a host in an L2 tunnel under a key that nobody agreed on. No home address tells whose they are, but the
 * hardware address does, once all that came up from it came through one tunnel: a home agent can have learned no other
 * place for it. What the capture does not hold may still explain the frame, so nothing is said before the end, and not
 * if anything else was seen under that key, the same frame under another, or the host elsewhere.
 */
import type { Binding } from '../oracle/bindings.js';
import { hexKey } from '../oracle/exchange.js';
import { violated } from '../oracle/finding.js';
import type { TunnelFrame } from '../oracle/frame.js';
import { underWay } from '../oracle/lately.js';
import { Recent } from '../oracle/recent.js';
import { etherTypes } from '../wire/gre.js';
import { macText, sameBytes } from '../wire/text.js';
import type { HomeAgent } from './home-agents.js';
import type { Report, Way } from './strays.js';

/** Where frames of a host came up. */
interface Place {
  readonly agent: HomeAgent;
  readonly mn: string;
  /** Keys under which frames were rightly sent down to it, the last one last. */
  readonly keys: number[];
}

interface Sent {
  readonly frame: Uint8Array;
  readonly key: number;
}

interface Held extends Sent {
  readonly host: number;
  readonly tunnel: string;
  readonly report: () => void;
}

const [mostHosts, mostForeign, mostHeld, mostKeys] = [50_000, 10_000, 100, 8];
/** Frames among which the same one is looked for: a bridge that does not know a host sends to all. */
const mostSent = 64;

export class L2Strays {
  /** By hardware address; `moved` for one that came up through several tunnels, or one that is not known. */
  readonly #places = new Recent<number, Place | 'moved'>(mostHosts);
  /** Tunnels, by care-of address and key, that carry frames of others though nobody agreed on the key. */
  readonly #foreign = new Set<string>();
  #sent: Sent[] = [];
  #held: Held[] = [];

  /** Takes in every tunnel packet, in order; `agent` is undefined where one of its ends is not known. */
  packet(tunnelled: TunnelFrame, way: Way, agent: HomeAgent | undefined, report: Report): void {
    const { gre } = tunnelled;
    if (gre?.protocol !== etherTypes.transparentEthernetBridging || gre.payload.length < 14) return;
    const { key, payload: frame } = gre;
    if (way === 'up') return this.#up(tunnelled, hostAt(frame, 6), key, agent);
    if (!agent || key === undefined) return;
    const sent = { frame, key };
    if (this.#held.length > 0) this.#held = this.#held.filter((held) => !isUnderAnother(held, sent));
    this.#down(tunnelled, sent, agent, report);
    if (this.#sent.push(sent) >= 2 * mostSent) this.#sent = this.#sent.slice(-mostSent);
  }

  /** At the end of the capture. */
  end(): void {
    if (this.#foreign.size >= mostForeign) return;
    for (const { tunnel, report } of this.#held) if (!this.#foreign.has(tunnel)) report();
    this.#held = [];
  }

  #up({ outer, at }: TunnelFrame, host: number, key: number | undefined, agent: HomeAgent | undefined): void {
    const { source: careOf, destination: homeAgent } = outer;
    const here = key === undefined || !agent ? [] : agent.oracle.bindings.withReverseKey(key, at);
    const own = here.filter((b) => b.l2 && b.careOf === careOf && b.homeAgent === homeAgent);
    const [only] = own;
    const before = this.#places.get(host);
    if (agent && only && own.length === 1) {
      if (before === undefined) this.#places.set(host, { agent, mn: only.mn, keys: [] });
      if (before === undefined || (before !== 'moved' && before.agent === agent && before.mn === only.mn)) return;
    } else if (key !== undefined && agent && !agent.oracle.bindings.usesKey(key, at)) this.#addForeign(careOf, key);
    this.#places.set(host, 'moved');
    this.#held = this.#held.filter((held) => held.host !== host);
  }

  #down({ outer, at }: TunnelFrame, sent: Sent, agent: HomeAgent, report: Report): void {
    const { frame, key } = sent;
    const host = hostAt(frame, 0);
    const place = isGroup(frame) ? undefined : this.#places.get(host);
    const known = place === undefined || place === 'moved' || place.agent !== agent ? undefined : place;
    const binding = known && certainBinding(known, outer, at);
    if (known && key === binding?.forwardKey) return addKey(known.keys, key);
    // one that somebody has may be right: the host may have moved there, or its frame is judged by that key alone
    if (agent.oracle.bindings.usesKey(key, at)) return;
    const isSentToAll = this.#sent.some((one) => isUnderAnother(one, sent));
    if (!known || isSentToAll || binding?.forwardKey === undefined) return this.#addForeign(outer.destination, key);
    // what was sent before the key was agreed on may be under way, but hardly once packets with that key have come
    const isNew = at - binding.since < underWay;
    if (isNew && (known.keys.at(-1) !== binding.forwardKey || known.keys.includes(key))) return;
    if (this.#held.length >= mostHeld) return;
    const actual = `key ${hexKey(key)} on a frame to ${macText(host)}`;
    const finding = violated('TN-03', `key ${hexKey(binding.forwardKey)} on packets to ${binding.mn}`, actual);
    const tunnel = `${outer.destination} ${key}`;
    this.#held.push({ ...sent, host, tunnel, report: report(finding, 'down', binding) });
  }

  #addForeign(careOf: string, key: number): void {
    if (this.#foreign.size < mostForeign) this.#foreign.add(`${careOf} ${key}`);
  }
}

/** The only binding of the MN, where it is certain and this is its tunnel. */
function certainBinding({ agent, mn }: Place, outer: TunnelFrame['outer'], at: number): Binding | undefined {
  const { bindings } = agent.oracle;
  const [only, ...others] = bindings.of(mn, at);
  if (!only?.l2 || others.length > 0 || bindings.isDoubtful(only)) return undefined;
  if (only.careOf !== outer.destination || only.homeAgent !== outer.source) return undefined;
  return agent.uncertain.has(mn) || (!only.bidirectional && !agent.isDirectionKnown) ? undefined : only;
}

function addKey(keys: number[], key: number): void {
  if (keys.at(-1) !== key && keys.push(key) > mostKeys) keys.shift();
}

/** A hardware address as a number. */
function hostAt(frame: Uint8Array, from: number): number {
  let value = 0;
  for (let at = from; at < from + 6; at++) value = value * 256 + (frame[at] ?? 0);
  return value;
}

/** Whether the same frame has another key: it goes to all. */
const isUnderAnother = (one: Sent, other: Sent): boolean => one.key !== other.key && sameBytes(one.frame, other.frame);

const isGroup = (frame: Uint8Array): boolean => ((frame[0] ?? 0) & 1) === 1;
