/**
 * The decisions of a home agent, one function each. The agent only runs them in order; what it does is in here, so a
 * device that behaves otherwise is a copy of this record with one function wrapped.
 */
import type { Endpoint } from '../net/port.js';
import type { AuthenticationExtension, GreKeyExtension } from '../wire/extensions.js';
import type { Rrp, Rrq } from '../wire/mobileip.js';
import type { BridgePort } from './bridge.js';
import type { Binding, BindingTerms, TunnelKind } from './ha-bindings.js';
import type { RevocationRules } from './ha-revocation.js';
import type { HaState } from './ha-state.js';

export interface RequestDatagram {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly payload: Uint8Array;
}

/** A registration request as the home agent understands it. Addresses are numbers, unless they are endpoints. */
export interface Exchange extends RequestDatagram {
  /** Arrival in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly request: Rrq;
  /** 0 where the mobile node knows none. */
  readonly homeAddress: number;
  readonly careOf: number;
  readonly nai: string | undefined;
  /** Identity of the mobile node in the binding table. */
  readonly mobileNode: string;
  readonly greKey: GreKeyExtension | undefined;
  readonly tunnel: TunnelKind;
  readonly mnHa: readonly AuthenticationExtension[];
  readonly faHa: readonly AuthenticationExtension[];
  /** What in the extensions cannot be understood although their types are known. */
  readonly malformed: string | undefined;
}

/** A reply code from 128 on, or no reply at all. */
export type Refusal = number | 'discard';
export type Choice<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const chosen = <T>(value: T): Choice<T> => ({ ok: true, value });
export const refused = (refusal: Refusal): Choice<never> => ({ ok: false, refusal });

export interface TunnelKeys {
  /** MPA to HA; undefined for a tunnel without keys. */
  readonly reverse: number | undefined;
  /** HA to MPA. */
  readonly forward: number | undefined;
  /** Key Identifier of the reply. */
  readonly reply: number | undefined;
}

/** What the reply is made from. */
export interface Outcome {
  readonly code: number;
  /** Seconds. */
  readonly lifetime: number;
  /** As a number. */
  readonly homeAddress: number;
  /** Key Identifier of the reply; undefined: no extension. */
  readonly key: number | undefined;
}

/** The fields of a reply; authenticators that are left out get computed. */
export type Reply = Pick<Rrp, 'code' | 'lifetime' | 'homeAddress' | 'homeAgent' | 'identification' | 'extensions'>;

/** A tunnel packet without its outer header. */
export interface TunnelFrame {
  /** Outer addresses. */
  readonly source: number;
  readonly destination: number;
  readonly kind: 'ip-in-ip' | 'gre';
  /** GRE only, as is the rest. */
  readonly key: number | undefined;
  readonly sequence: number | undefined;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** Addresses of the outer header. */
export interface TunnelEnds {
  readonly source: number;
  readonly destination: number;
}

/** Where an IPv4 packet goes. */
export interface Delivery {
  /** To the gateway and what is behind it. */
  readonly home: boolean;
  readonly tunnels: readonly Binding[];
}

export type RemovalCause = 'superseded' | 'deregistered' | 'expired' | 'revoked';

type Check = (x: Exchange, state: HaState) => Refusal | undefined;

export interface HaRules {
  /** Undefined for what is no registration request: nothing is answered. */
  understand(datagram: RequestDatagram, state: HaState): Exchange | undefined;

  // The checks, in the order of RFC 3344 §3.8.2
  checkExtensions: Check;
  checkAuthentication: Check;
  checkIdentification: Check;
  checkForeignAgent: Check;
  checkForm: Check;
  checkHomeAgent: Check;
  checkTunnel: Check;
  checkRoom: Check;

  // What a request is granted
  chooseHomeAddress(x: Exchange, state: HaState): Choice<number>;
  /** Seconds. */
  grantLifetime(x: Exchange): number;
  chooseKeys(x: Exchange, state: HaState): Choice<TunnelKeys>;
  /** Key Identifier of a reply that grants no tunnel: deregistration or denial. */
  keyWithoutGrant(x: Exchange, code: number, state: HaState): number | undefined;
  terms(x: Exchange, keys: TunnelKeys): BindingTerms;
  /** When a binding of that lifetime ends, in milliseconds since the Unix epoch. */
  expiry(x: Exchange, lifetime: number): number;

  // What becomes of the table
  /** Bindings that the accepted request ends; asked before the new one is entered. */
  superseded(x: Exchange, homeAddress: number, state: HaState): readonly Binding[];
  /** Bindings that the accepted deregistration ends. */
  deregistered(x: Exchange, state: HaState): readonly Binding[];
  enter(x: Exchange, homeAddress: number, terms: BindingTerms, due: number, state: HaState): void;
  remove(binding: Binding, cause: RemovalCause, state: HaState): void;
  /** Remembers the Identification of an accepted request. */
  remember(x: Exchange, state: HaState): void;

  // The reply
  acceptedCode(x: Exchange): number;
  replyIdentification(x: Exchange, code: number, state: HaState): bigint;
  /** Fields and extensions in their order. */
  buildReply(x: Exchange, outcome: Outcome, identification: bigint): Reply;
  /** Octets of the reply, authenticated. */
  encodeReply(x: Exchange, reply: Reply): Uint8Array;
  addressReply(x: Exchange): { readonly local: Endpoint; readonly remote: Endpoint } | undefined;

  // Revocation, RFC 3543
  readonly revocation: RevocationRules;

  // The reverse tunnel
  /** Undefined for a packet that is not to be decapsulated. */
  readTunnel(packet: Uint8Array): TunnelFrame | undefined;
  /** The binding whose tunnel the frame came through; undefined: discard. */
  acceptReverse(frame: TunnelFrame, state: HaState): Binding | undefined;
  acceptSequence(frame: TunnelFrame, binding: Binding): boolean;
  /** The next hops of a packet from this tunnel, or from home. */
  deliver(packet: Uint8Array, from: Binding | undefined, state: HaState): Delivery;
  /** The packet as it is forwarded; undefined: its time to live is over. */
  age(packet: Uint8Array): Uint8Array | undefined;
  /** The ports that a frame leaves by. */
  bridge(frame: Uint8Array, ingress: BridgePort, state: HaState): Iterable<BridgePort>;

  // The forward tunnel
  forwardKey(binding: Binding): number | undefined;
  tunnelEnds(binding: Binding): TunnelEnds;
  /** What goes into the tunnel for an IPv4 packet. */
  prepare(packet: Uint8Array, binding: Binding): Uint8Array;
  /** The outer packet; undefined: too large. `protocol` is the GRE protocol type. */
  encapsulate(
    binding: Binding,
    ends: TunnelEnds,
    key: number | undefined,
    protocol: number,
    payload: Uint8Array,
  ): Uint8Array | undefined;
}
