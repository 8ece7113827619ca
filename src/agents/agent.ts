/**
 * A protocol agent without I/O: it is told what arrived and what time it is, and says what to send. Clock and randomness
 * come from outside, so an agent runs the same over real sockets, in memory and in a fuzzer.
 */
import type { Endpoint } from '../net/port.js';

export type AgentInput =
  /** A UDP datagram to port 434 of one of the agent's addresses. */
  | { readonly kind: 'udp'; readonly local: Endpoint; readonly remote: Endpoint; readonly payload: Uint8Array }
  /** A whole IPv4 packet addressed to the agent, of a tunnel protocol (4, 47 or 55). */
  | { readonly kind: 'packet'; readonly bytes: Uint8Array }
  /** An Ethernet frame from the link of that name. */
  | { readonly kind: 'frame'; readonly link: string; readonly bytes: Uint8Array }
  /** The deadline that the agent asked for has come. */
  | { readonly kind: 'timer' };

export type AgentOutput =
  | { readonly kind: 'udp'; readonly local: Endpoint; readonly remote: Endpoint; readonly payload: Uint8Array }
  | { readonly kind: 'packet'; readonly bytes: Uint8Array }
  | { readonly kind: 'frame'; readonly link: string; readonly bytes: Uint8Array };

export interface Agent<I = AgentInput, O = AgentOutput> {
  /** Takes one input at `now` (milliseconds since the Unix epoch) and returns what to send, in order. */
  step(input: I, now: number): readonly O[];
  /** When the next timer input is due, in milliseconds since the Unix epoch; undefined for none. */
  deadline(): number | undefined;
}
