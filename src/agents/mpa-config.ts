/** What a mobility proxy agent is told before it starts, and while it runs. */
import type { Endpoint } from '../net/port.js';
import type { SecurityAssociation } from '../wire/auth.js';
import type { Dialect } from '../wire/extensions.js';
import type { AgentInput } from './agent.js';

/** What tunnel a mobile node gets. */
export interface TunnelMode {
  /** An L2 tunnel for Ethernet frames; false: normal mode, for IPv4 packets. */
  readonly l2: boolean;
  /** `zero` asks the HA for a key for both directions, `own` names one for MPA to HA, `none` asks for IP-in-IP. */
  readonly key: 'zero' | 'own' | 'none';
}

export interface AttachCommand extends TunnelMode {
  readonly kind: 'attach';
  readonly nai: string;
  /** With colons. */
  readonly mac: string;
}

export interface DetachCommand {
  readonly kind: 'detach';
  readonly nai: string;
  readonly mac: string;
}

/** A frame as if the mobile node had sent it on the access link. */
export interface SendCommand {
  readonly kind: 'send';
  /** Takes the place of the source address. */
  readonly mac: string;
  readonly frame: Uint8Array;
}

export type MpaCommand = AttachCommand | DetachCommand | SendCommand;
export type MpaInput = AgentInput | MpaCommand;

export interface MpaConfig {
  /** Own unicast address: the care-of address, and the source of all that is sent to home agents. */
  readonly address: string;
  /** UDP port that requests come from. */
  readonly port: number;
  readonly homeAgent: Endpoint;
  readonly mnHa: SecurityAssociation;
  /** Where one is shared with the HA: the GRE Key extension then stands between MN-HA and FA-HA. */
  readonly faHa: SecurityAssociation | undefined;
  readonly dialect: Dialect;
  readonly replay: 'timestamps' | 'nonces';
  /** Whose key a request names: draft §5.1 says the sender's, yegani-02 §5 the receiver's. */
  readonly keyDirection: 'sender' | 'receiver';
  /** Seconds asked for, 1 to 65535. */
  readonly lifetime: number;
  /** D of requests: set for a co-located care-of address (RFC 3344 §3.6.1.2), clear in draft-leung-mip4-proxy-mode-10. */
  readonly decapsulation: boolean;
  /** Offers registration revocation and obeys it, RFC 3543. */
  readonly revocation: boolean;
  /** Name of the access link. */
  readonly accessLink: string;
  /** The default router of mobile nodes in normal mode, as which the MPA poses. */
  readonly gateway: { readonly ipv4: string; readonly mac: string };
  /** Attaches unknown stations of the access link when they send something, as `MAC@realm`. */
  readonly onDemand: ({ readonly realm: string } & TunnelMode) | undefined;
  /** Milliseconds to the first retransmission, 1000 or more. */
  readonly firstWait: number;
  /** Most milliseconds between retransmissions. */
  readonly longestWait: number;
  /** How often a deregistration is sent when nobody answers. */
  readonly leaveAttempts: number;
  /** Mobile nodes at a time. */
  readonly maxDevices: number;
  /** Milliseconds for which a released key is used for nobody. */
  readonly keyQuarantine: number;
  /** A random whole number, 0 to 2^32-1. */
  readonly random: () => number;
}
