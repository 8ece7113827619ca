/** What the host behind an L2 tunnel is told, and what it says: it opens no socket and reads no clock. */

export type MnCommand =
  /** Asks for an IPv4 lease. With `broadcast` the answers are to come as broadcasts. */
  | { readonly kind: 'dhcpv4'; readonly broadcast?: boolean }
  /** Renews the IPv4 lease before its time. */
  | { readonly kind: 'renew4' }
  /** Gives the IPv4 lease back. */
  | { readonly kind: 'release4' }
  | { readonly kind: 'dhcpv6'; readonly rapidCommit?: boolean }
  | { readonly kind: 'renew6' }
  | { readonly kind: 'release6' }
  /** Takes a link-local address into use. */
  | { readonly kind: 'up6' }
  /** Takes a link-local address, looks for a router and takes addresses from its prefixes. */
  | { readonly kind: 'slaac' }
  /** Finds the hardware address of an IPv4 or IPv6 neighbour. */
  | { readonly kind: 'resolve'; readonly address: string }
  /** Sends an echo request, over the router when the address is not on the link. */
  | { readonly kind: 'ping'; readonly address: string; readonly payload: Uint8Array };

export type MnInput =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'timer' }
  | { readonly kind: 'command'; readonly command: MnCommand };

export interface Lease4 {
  readonly address: string;
  /** The server identifier, and where the answer came from. */
  readonly server: string;
  readonly from: string;
  readonly subnetMask: string | undefined;
  readonly router: string | undefined;
  /** Seconds. */
  readonly seconds: number;
}

export interface Lease6 {
  readonly address: string;
  /** The link-local address that the answer came from. */
  readonly from: string;
  /** Seconds. */
  readonly preferred: number;
  readonly valid: number;
  /** Whether two messages were enough. */
  readonly rapid: boolean;
}

export type MnEvent =
  | { readonly kind: 'lease4'; readonly lease: Lease4 }
  /** The server refused; the client begins anew. */
  | { readonly kind: 'nak4'; readonly server: string | undefined }
  | { readonly kind: 'lease6'; readonly lease: Lease6 }
  /** The server has said that it gives no address: a DHCPv6 status code. */
  | { readonly kind: 'refused6'; readonly status: number }
  | { readonly kind: 'released6' }
  /** An advertisement of a router, with the prefixes that addresses may be made of. */
  | { readonly kind: 'router'; readonly address: string; readonly prefixes: readonly string[] }
  /** An IPv6 address is in use: nobody else has claimed it. */
  | { readonly kind: 'address6'; readonly address: string }
  | { readonly kind: 'duplicate6'; readonly address: string }
  | { readonly kind: 'neighbour'; readonly address: string; readonly mac: string }
  | { readonly kind: 'echo'; readonly from: string; readonly payload: Uint8Array }
  /** Nobody answered, however often it was asked. */
  | { readonly kind: 'unanswered'; readonly what: 'dhcpv4' | 'dhcpv6' | 'router' | 'neighbour' };

export type MnOutput =
  { readonly kind: 'frame'; readonly bytes: Uint8Array } | { readonly kind: 'event'; readonly event: MnEvent };

/** Milliseconds between attempts. */
export interface MnTimes {
  readonly dhcpv4: number;
  readonly dhcpv6: number;
  readonly router: number;
  /** Between neighbour solicitations, and how long an address is tentative. */
  readonly neighbour: number;
}

/** RFC 2131 §4.1, RFC 8415 §7.6, RFC 4861 §10. */
export const usualTimes: MnTimes = { dhcpv4: 4000, dhcpv6: 1000, router: 4000, neighbour: 1000 };

/** How often anything is asked before it counts as unanswered. */
export const mostAttempts = 3;

export interface MnOptions {
  readonly mac: string;
  /** A whole number, 0 to 2^32-1. */
  readonly random: () => number;
  readonly times?: MnTimes;
}
