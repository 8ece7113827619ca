/** What a home agent is told before it starts. */
import type { SecurityAssociation } from '../wire/auth.js';
import type { Dialect } from '../wire/extensions.js';
import type { HomeService } from './home-services.js';

/** Features that can be switched off; a request that needs one is refused then. */
export interface HaFeatures {
  /** GRE tunnels with keys; off: code 139 (yegani-02 §4.2). */
  readonly greKeys: boolean;
  /** GRE-based L2 tunnels; off: code 129 (draft §5.3). */
  readonly l2: boolean;
  /** Frames pass from one L2 tunnel to another; off: only between each of them and the home network. */
  readonly l2NodeToNode: boolean;
  /** IP-in-IP tunnels; off: code 139. */
  readonly ipInIp: boolean;
  /** Off: a request with T is refused with code 137 (RFC 3024 §4.3.1). */
  readonly reverseTunneling: boolean;
  /** Off: a new binding replaces the older one and the reply has code 1 (RFC 3344 §3.8.2.2). */
  readonly simultaneousBindings: boolean;
  /** A home address for requests with home address 0 and an NAI; off: code 129. */
  readonly dynamicHomeAddress: boolean;
  /** RFC 4433: home agent field 0.0.0.0 or 255.255.255.255 means "you"; off: code 136. */
  readonly dynamicHomeAgent: boolean;
  /** GRE without the key extension gives a tunnel without keys; off: code 134 (yegani-02 §4.2). */
  readonly keylessGre: boolean;
  /** Broadcasts of the home network are sent to mobile nodes that asked with B. */
  readonly broadcast: boolean;
  /** Registration revocation (RFC 3543), where the request offers it. */
  readonly revocation: boolean;
}

/** A security association with foreign agents; without `address` it is shared with all of them. */
export interface ForeignAssociation extends SecurityAssociation {
  /** IP source address of the foreign agent. */
  readonly address?: string;
}

export interface HomeAgentConfig {
  /** Own unicast addresses, at least one; the first is named to those who ask for another home agent. */
  readonly addresses: readonly string[];
  /** Broadcast addresses on which requests are taken and refused with 136. */
  readonly broadcastAddresses: readonly string[];
  /** UDP port of the control plane, 434 unless a test needs another. */
  readonly port: number;
  readonly mnHa: readonly SecurityAssociation[];
  readonly faHa: readonly ForeignAssociation[];
  /** NAIs outside this realm are unknown; undefined: all are known. */
  readonly realm: string | undefined;
  readonly dialect: Dialect;
  readonly base: 'rfc3344' | 'rfc5944';
  /** Whose packets a key is for: those of who names it (draft §5.1) or those to it (yegani-02 §5). A-01. */
  readonly keyDirection: 'sender' | 'receiver';
  readonly features: HaFeatures;
  /** Home addresses that may be asked for, `10.99.0.0/24`; the agent assigns from its lower half first. */
  readonly homeNetwork: string;
  readonly gateway: { readonly ipv4: string; readonly mac: string };
  /** Ethernet link that is part of the home segment; undefined: the segment is built in only. */
  readonly homeLink: string | undefined;
  /** Services of the home segment besides ARP and echo. */
  readonly services: readonly HomeService[];
  /** Seconds, 1 to 65535; 65535 grants lifetimes without end. */
  readonly maxLifetime: number;
  /** Most that a timestamp may differ from the clock, in seconds. */
  readonly skewSeconds: number;
  readonly replay: 'timestamps' | 'nonces';
  /** Bindings in all; beyond, code 130. */
  readonly maxBindings: number;
  /** Simultaneous bindings of one mobile node; beyond, code 135. */
  readonly maxSimultaneous: number;
  /** Milliseconds for which a released key is given to nobody. */
  readonly keyQuarantine: number;
  /** A random whole number, 0 to 2^32-1. */
  readonly random: () => number;
}

/** An IPv4 network in numbers. */
export interface Network {
  readonly first: number;
  /** The directed broadcast address. */
  readonly last: number;
}

/** Reads `10.99.0.0/24`. Text that is not a network is the caller's own mistake and throws. */
export function parseNetwork(cidr: string): Network {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  const numbers = match?.slice(1).map(Number) ?? [];
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = numbers;
  if (Math.max(a, b, c, d) > 255 || bits > 30) {
    throw new TypeError(`${cidr} is not an IPv4 network of prefix length 0 to 30, such as 10.99.0.0/24`);
  }
  const size = 2 ** (32 - bits);
  const first = Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / size) * size;
  return { first, last: first + size - 1 };
}
