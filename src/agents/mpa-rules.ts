/**
 * The decisions of a mobility proxy agent, one function each. The agent only runs them in order; what it does is in
 * here, so a device that behaves otherwise is a copy of this record with one function wrapped.
 */
import type { Endpoint } from '../net/port.js';
import type { AuthenticationExtension, GreKeyExtension } from '../wire/extensions.js';
import type { Rrp, Rrq } from '../wire/mobileip.js';
import type { RequestDatagram as Datagram, TunnelEnds, TunnelFrame } from './ha-rules.js';
import type { Device, MpaBinding, MpaTerms } from './mpa-devices.js';
import type { MpaState } from './mpa-state.js';
import type { ToldRules } from './revocation.js';

export type Purpose = 'initial' | 'renewal' | 'deregistration';

/** The fields of a request; authenticators that are left out get computed. */
export type MpaRequest = Omit<Rrq, 'type'>;

/** A Registration Reply as the MPA understands it. */
export interface Answer extends Datagram {
  /** Arrival in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly reply: Rrp;
  readonly nai: string | undefined;
  readonly mnHa: readonly AuthenticationExtension[];
  readonly faHa: readonly AuthenticationExtension[];
  readonly greKeys: readonly GreKeyExtension[];
}

/** After a denial: `soon` as early as allowed, `later` when the next retransmission would be due, or `never`. */
export type Retry = 'soon' | 'later' | 'never';

/** What goes into a tunnel. */
export interface Payload {
  /** GRE protocol type. */
  readonly protocol: number;
  readonly bytes: Uint8Array;
}

export type { Datagram };

/**
 * Why a tunnel ends: its time is over, or a new reply gave none; or the device is forgotten, since it has left or its
 * home agent has revoked.
 */
export type EndCause = 'expired' | 'unusable' | 'left' | 'revoked';

/** One way to object to a reply. */
type ReplyCheck = (answer: Answer, device: Device, state: MpaState) => boolean;

export interface MpaRules {
  // Requests
  /** Key Identifier of the next request; undefined: no extension. */
  requestKey(device: Device, purpose: Purpose): number | undefined;
  identification(device: Device, purpose: Purpose, state: MpaState): bigint;
  /** Fields and extensions in their order. */
  buildRequest(
    device: Device,
    purpose: Purpose,
    key: number | undefined,
    identification: bigint,
    now: number,
  ): MpaRequest;
  /** Octets of the request, authenticated. */
  encodeRequest(request: MpaRequest): Uint8Array;
  addressRequest(device: Device, request: MpaRequest): { readonly local: Endpoint; readonly remote: Endpoint };

  // When, in milliseconds
  /** From the `attempt`th request without success (1 is the first) to the next one. */
  wait(attempt: number): number;
  /** The earliest moment of the next request, since the Unix epoch. */
  earliest(device: Device): number;
  /** End of a registration, since the Unix epoch. `lifetime` is in seconds. */
  expiry(sentAt: number, lifetime: number, answer: Answer): number;
  /** When to renew it, since the Unix epoch. */
  renewal(sentAt: number, expires: number): number;

  // Replies
  /** Undefined for what is no reply, or one that must be discarded whoever it is for. */
  understand(datagram: Datagram, state: MpaState): Answer | undefined;
  deviceOf(answer: Answer, state: MpaState): Device | undefined;
  checkAuthentication: ReplyCheck;
  checkForeignAgent: ReplyCheck;
  checkIdentification: ReplyCheck;
  /** Whether the registration is granted. */
  isAccepted(answer: Answer): boolean;
  /** Seconds. */
  grantedLifetime(answer: Answer, device: Device): number;
  /** The tunnel of a granted registration; undefined: the reply gives none that could be used. */
  terms(answer: Answer, device: Device, state: MpaState): MpaTerms | undefined;
  /** Takes over what a reply that passed all checks says about the next Identification. */
  learn(answer: Answer, device: Device, state: MpaState): void;
  /** Decides when to try again after a denial, and where. */
  denied(answer: Answer, device: Device, state: MpaState): Retry;

  end(device: Device, cause: EndCause, state: MpaState): void;
  readonly revocation: ToldRules;

  // The reverse tunnel
  /** The binding that traffic of the device may use now. */
  tunnelOf(device: Device, state: MpaState): MpaBinding | undefined;
  /** What of a frame from the device goes into its tunnel. */
  intercept(frame: Uint8Array, device: Device, binding: MpaBinding, state: MpaState): Payload | undefined;
  reverseKey(binding: MpaBinding, device: Device): number | undefined;
  tunnelEnds(binding: MpaBinding, device: Device): TunnelEnds;
  /** The outer packet; undefined: too large. */
  encapsulate(
    binding: MpaBinding,
    ends: TunnelEnds,
    key: number | undefined,
    protocol: number,
    payload: Uint8Array,
  ): Uint8Array | undefined;

  // The forward tunnel
  /** Undefined for a packet that is not to be decapsulated. */
  readTunnel(packet: Uint8Array): TunnelFrame | undefined;
  /** The device whose tunnel the frame came through; undefined: discard. */
  acceptForward(frame: TunnelFrame, state: MpaState): Device | undefined;
  acceptSequence(frame: TunnelFrame, binding: MpaBinding): boolean;
  /** The Ethernet frame for the device; undefined: discard. */
  deliver(frame: TunnelFrame, device: Device, state: MpaState): Uint8Array | undefined;

  // The access link
  /** Frames in answer to one from the device, as its router and DHCP server. */
  answerAccess(frame: Uint8Array, device: Device, state: MpaState): readonly Uint8Array[];
  /** Whether the frame asks for a home address, and has to wait until there is one. */
  mustWait(frame: Uint8Array, device: Device, state: MpaState): boolean;
  /** Whether the frame says that the device has done with its home address. */
  isFarewell(frame: Uint8Array, device: Device, state: MpaState): boolean;
}
