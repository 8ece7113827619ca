/** What a run is told: target, keys, what the device claims (PICS) and what testing it needs (PIXIT). Types and defaults. */
import type { KnobValues } from './knobs.js';
import type { Shard } from './shard.js';

export const profiles = ['tsirtsis-00', 'yegani-02', 'rfc6245'] as const;
export type Profile = (typeof profiles)[number];

/** Role of the tester: `mpa` tests a home agent, `ha` tests a mobility proxy agent. */
export type TesterRole = 'mpa' | 'ha';

/** A key as a run uses it. Reports and messages must never print `key`. */
export interface AssociationConfig {
  readonly spi: number;
  readonly key: Uint8Array;
  readonly algorithm: 'hmac-md5' | 'prefix-suffix-md5';
  readonly replay: 'timestamps' | 'nonces';
}

/** What the device claims to implement. A case whose item is false is skipped and names the item. */
export interface Pics {
  readonly greKeys: boolean;
  readonly l2: boolean;
  /** Frames pass from one MN in L2 mode to another; false where the HA keeps its subscribers apart. */
  readonly l2NodeToNode: boolean;
  readonly ipInIp: boolean;
  readonly reverseTunneling: boolean;
  readonly simultaneousBindings: boolean;
  readonly revocation: boolean;
  /** Home address assignment for requests with home address 0 and an NAI. */
  readonly dynamicHomeAddress: boolean;
  readonly homeLink: {
    readonly arp: boolean;
    readonly icmpEcho: boolean;
    readonly dhcpv4: boolean;
    readonly dhcpv6: boolean;
    readonly slaac: boolean;
  };
}

/** Dotted name of a PICS item, as used by cases and by `--pics`. */
export type PicsItem = Exclude<keyof Pics, 'homeLink'> | `homeLink.${keyof Pics['homeLink']}`;

export const defaultPics: Pics = {
  greKeys: true,
  l2: true,
  l2NodeToNode: true,
  ipInIp: true,
  reverseTunneling: true,
  simultaneousBindings: true,
  revocation: false,
  dynamicHomeAddress: true,
  homeLink: { arp: true, icmpEcho: true, dhcpv4: true, dhcpv6: true, slaac: true },
};

/** The home network where nobody names another. */
export const defaultHomeNetwork = '10.99.0.0/24';

/** What tester and reference device share when nobody says otherwise; not a secret. */
export const defaultAssociation = { spi: 256, key: '00112233445566778899aabbccddeeff' } as const;

export interface Pixit {
  /** NAIs are made under it. */
  readonly realm: string;
  /** Home addresses that may be asked for, `10.99.0.0/24`; absent: the tester only asks with home address 0. */
  readonly homeNetwork?: string;
  /** What answers ARP, neighbour discovery and echo behind the HA; absent: the tester looks for one. */
  readonly gateway?: { readonly ipv4?: string; readonly ipv6?: string };
  /** Largest lifetime that the device grants, in seconds. */
  readonly maxLifetime?: number;
  /** Shell command that makes an MPA attach and detach MNs. */
  readonly trigger?: string;
  /** Interface of the MPA's access link. */
  readonly accessLink?: string;
}

export interface RunConfig {
  readonly as: TesterRole;
  /** Absent: the embedded reference device. */
  readonly target?: { readonly address: string; readonly port: number };
  /** The tester's own addresses: care-of addresses, or HA addresses. Never empty once resolved. */
  readonly local: readonly string[];
  readonly profile: Profile;
  readonly mnHa: AssociationConfig;
  readonly faHa?: AssociationConfig;
  readonly pics: Pics;
  readonly pixit: Pixit;
  readonly knobs: KnobValues;
  /** Where a setting was made, by its dotted name: `pics.l2` at `lab.yaml:14` or `--pics l2`. Absent: it is a default. */
  readonly origins?: Readonly<Record<string, string>>;
  /** False with --no-gre or without the privilege for raw sockets; `noGreReason` says which. */
  readonly gre: boolean;
  readonly noGreReason?: string;
  /** UDP port on which the tester listens as a home agent; 434 when left out. */
  readonly listenPort?: number;
  /** How long a silent device is waited for, in milliseconds. */
  readonly timeout: number;
  readonly seed: number;
  readonly strict: boolean;
  readonly bail: boolean;
  /** Most packets sent a second; absent for no cap. */
  readonly rate?: number;
  readonly restartCommand?: string;
  /** Absent: this is the whole run. */
  readonly shard?: Shard;
}
