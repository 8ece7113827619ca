/**
 * A Proxy Mobile IPv4 home agent without I/O. It decides nothing itself: rules do, and this file only carries packets
 * from one to the next. Nothing that arrives makes it throw, wait or remember without bound.
 */
import { etherTypes } from '../wire/gre.js';
import type { Agent, AgentInput, AgentOutput } from './agent.js';
import { type BridgePort, sideOf } from './bridge.js';
import type { Binding } from './ha-bindings.js';
import type { HomeAgentConfig } from './ha-config.js';
import { defaultRules } from './ha-default-rules.js';
import { register } from './ha-registration.js';
import { broadcastOf, ownAddresses } from './ha-routing.js';
import { Revoker } from './ha-revoker.js';
import type { HaRules } from './ha-rules.js';
import { type HaState, haState } from './ha-state.js';
import { HomeNetwork } from './home-network.js';
import { ip, packetIn, u16At, u32At } from './octets.js';

export interface HomeAgent extends Agent {
  /** To look at; only the rules change it. */
  readonly state: HaState;
}

type Datagram = Extract<AgentInput, { kind: 'udp' }>;

const frameHeader = 14;

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** A home agent with these rules. A config that makes no sense throws a TypeError. */
export function homeAgent(config: HomeAgentConfig, rules: HaRules = defaultRules(config)): HomeAgent {
  const state = haState(config);
  const own = ownAddresses(config);
  const isBroadcast = broadcastOf(config);
  let outputs: AgentOutput[] = [];

  /** Whether a mobile node with an L3 tunnel has this home address. */
  const isAway = (address: number): boolean =>
    state.bindings.atHome(address)?.bindings.some(({ terms }) => terms.tunnel !== 'l2') ?? false;
  const home = new HomeNetwork(config, isAway);

  const revoker = new Revoker(config.dialect, rules.revocation, state, (b) => rules.remove(b, 'revoked', state));
  const telling: HaRules = {
    ...rules,
    remove: (binding, cause) => {
      rules.remove(binding, cause, state);
      revoker.ended(binding, cause);
    },
  };

  const onDatagram = ({ local, remote, payload }: Datagram): void => {
    const answers = revoker.hear({ local, remote, payload });
    if (answers) return void outputs.push(...answers);
    const x = rules.understand({ local, remote, payload }, state);
    const outcome = x && register(x, state, telling);
    if (!x || !outcome) return;
    const reply = rules.buildReply(x, outcome, rules.replyIdentification(x, outcome.code, state));
    const ends = rules.addressReply(x);
    if (ends) outputs.push({ kind: 'udp', ...ends, payload: rules.encodeReply(x, reply) });
    // every time it stands, not just the first: whoever missed one hears the next
    const announced = config.homeLink !== undefined && outcome.code <= 1 && isAway(outcome.homeAddress);
    if (announced) toLink(home.gratuitousArp(outcome.homeAddress));
  };

  const onPacket = (bytes: Uint8Array): void => {
    const frame = rules.readTunnel(bytes);
    const binding = frame && rules.acceptReverse(frame, state);
    if (!frame || !binding || !rules.acceptSequence(frame, binding)) return;
    if (binding.terms.tunnel === 'l2') return onFrame(frame.payload, binding);
    const inner = packetIn(frame.payload);
    if (inner) route(inner, binding);
  };

  /** An IPv4 packet out of a tunnel, or from home. */
  const route = (packet: Uint8Array, from: Binding | undefined): void => {
    const delivery = rules.deliver(packet, from, state);
    if (delivery.tunnels.length > 0) {
      const aged = from === undefined ? packet : rules.age(packet);
      if (aged) for (const binding of delivery.tunnels) send(binding, etherTypes.ipv4, rules.prepare(aged, binding));
    }
    if (delivery.home && from !== undefined) toHome(packet);
  };

  /** A packet out of an L3 tunnel that stays on this side. */
  const toHome = (packet: Uint8Array): void => {
    // the gateway is a router of its own, so the ways there and back take from the time to live
    const isOwn = own.has(u32At(packet, ip.destination));
    const arrived = isOwn ? packet : rules.age(packet);
    if (!arrived) return;
    for (const answer of home.answerPacket(arrived, state.now)) {
      const returned = isOwn ? answer : rules.age(answer);
      if (returned) route(returned, undefined);
    }
    const frame = home.frameFor(arrived);
    if (frame) onFrame(frame, 'gateway');
  };

  const onFrame = (frame: Uint8Array, ingress: BridgePort): void => {
    if (frame.length < frameHeader) return;
    state.bridge.learn(frame, sideOf(ingress));
    for (const port of rules.bridge(frame, ingress, state)) {
      if (port === 'gateway') atGateway(frame);
      else if (port === 'link') toLink(frame);
      else send(port, etherTypes.transparentEthernetBridging, frame);
    }
  };

  const atGateway = (frame: Uint8Array): void => {
    const isUnicast = ((frame[0] ?? 0) & 1) === 0;
    if (isUnicast && !home.isGateway(frame)) return;
    for (const answer of home.answerFrame(frame, state.now)) onFrame(answer, 'gateway');
    const packet = u16At(frame, 12) === etherTypes.ipv4 ? packetIn(frame.subarray(frameHeader)) : undefined;
    if (!packet) return;
    const destination = u32At(packet, ip.destination);
    if (isUnicast && isAway(destination)) {
      // RFC 3344 §4.2.3: what stations of the home segment send to a mobile node that is away is tunnelled
      const aged = rules.age(packet);
      if (aged) route(aged, undefined);
    } else if (!isUnicast && isBroadcast(destination)) {
      route(packet, undefined); // RFC 3344 §4.3
    }
  };

  const toLink = (bytes: Uint8Array): void => {
    if (config.homeLink !== undefined) outputs.push({ kind: 'frame', link: config.homeLink, bytes });
  };

  const send = (binding: Binding, protocol: number, payload: Uint8Array): void => {
    const bytes = rules.encapsulate(binding, rules.tunnelEnds(binding), rules.forwardKey(binding), protocol, payload);
    if (bytes) outputs.push({ kind: 'packet', bytes });
  };

  /** RFC 3344 §3.8.2.2: a binding whose lifetime is over is deleted, without a word to anybody. */
  const expire = (): void => {
    for (let binding; (binding = state.bindings.expired(state.now));) rules.remove(binding, 'expired', state);
  };

  return {
    state,
    step(input, now) {
      outputs = [];
      state.now = now;
      expire();
      if (input.kind === 'udp') onDatagram(input);
      else if (input.kind === 'packet') onPacket(input.bytes);
      else if (input.kind === 'frame' && input.link === config.homeLink) onFrame(input.bytes, 'link');
      outputs.push(...revoker.send());
      return outputs;
    },
    deadline: () => earliest(state.bindings.deadline(), revoker.deadline()),
  };
}
