/** The reference mobility proxy agent on a network, from options that can be written as JSON. */
import { mobilityProxyAgent, type MobilityProxyAgent } from '../agents/mobility-proxy-agent.js';
import type { MpaCommand, MpaConfig, TunnelMode } from '../agents/mpa-config.js';
import { defaultRules } from '../agents/mpa-default-rules.js';
import type { LinkPort, Net } from '../net/port.js';
import { defaultAssociation } from '../spec/config.js';
import { defaultDialect, type GreKeyForm } from '../wire/extensions.js';
import { mobileIpPort } from '../wire/mobileip.js';
import { ipv4Number } from '../wire/text.js';
import { mpaFaults } from './faults/mpa.js';
import type { MpaDeviation } from './faults/mpa-types.js';
import { type AssociationOptions, check, inRange, randomSource, securityAssociation } from './ha.js';
import { hostAgent } from './host.js';
import { carryOut, type MpaAnswer } from './mpa-command.js';
import { named } from './nearest.js';
import { mpaVariants } from './variants-mpa.js';

/** All of it is optional but for the addresses; every value can be written as JSON. */
export interface MpaOptions {
  /** Own unicast address: the care-of address. */
  readonly address: string;
  /** UDP port that requests come from; default 434, 0 lets the system choose. */
  readonly port?: number;
  /** Default port: 434. */
  readonly homeAgent: { readonly address: string; readonly port?: number };
  /** The first one counts. */
  readonly mnHa?: readonly AssociationOptions[];
  /** The first one counts; default: none. */
  readonly faHa?: readonly AssociationOptions[];
  readonly greKeyType?: number;
  readonly greKeyForm?: GreKeyForm;
  /** Default timestamps. */
  readonly replay?: 'timestamps' | 'nonces';
  /** Whose key a request names; default: the sender's. */
  readonly keyDirection?: 'sender' | 'receiver';
  /** Seconds asked for; default 1800. */
  readonly lifetime?: number;
  /** D of requests; default true. */
  readonly decapsulation?: boolean;
  /** Offers registration revocation, and hears it at this UDP port (default 434) too; default: no. */
  readonly revocation?: { readonly port?: number };
  /** Name of the access link; left out, it is built in, and frames come and go by command. */
  readonly accessLink?: string;
  readonly gateway?: { readonly ipv4?: string; readonly mac?: string };
  /** What a device gets when its command does not say; default: L2, key zero. */
  readonly mode?: Partial<TunnelMode>;
  /** Attaches stations that send something without having been attached, as `MAC@realm`; default: no. */
  readonly onDemand?: { readonly realm: string };
  /** Milliseconds to the first retransmission; default 1000. */
  readonly firstWait?: number;
  /** Most milliseconds between retransmissions; default 64000. */
  readonly longestWait?: number;
  readonly maxDevices?: number;
  readonly keyQuarantine?: number;
  /** Seed of keys and Identifications, 0 to 2^32-1; default: unpredictable. */
  readonly seed?: number;
  readonly fault?: string;
  readonly variant?: string;
}

export interface MpaHost {
  readonly addresses: readonly string[];
  /** The UDP port that is open. */
  readonly port: number;
  /** Whether tunnels work; without the privilege for raw sockets there is only a control plane. */
  readonly raw: boolean;
  /** Carries out an attach, a detach or a send. */
  command(command: MpaCommand): MpaAnswer;
  /** The agent itself, to look at. */
  readonly agent: MobilityProxyAgent;
  /** What a device gets when its command does not say. */
  readonly mode: TunnelMode;
  close(): Promise<void>;
}

const builtInLink = 'built-in';

/** Throws a TypeError that names what is wrong with the options. */
export function mpaConfig(options: MpaOptions): MpaConfig {
  const { homeAgent, lifetime, port, firstWait, longestWait } = options;
  check(isAddress(options.address), 'address', 'an MPA needs an IPv4 address of its own');
  check(isAddress(homeAgent?.address), 'homeAgent.address', 'an MPA needs the IPv4 address of a home agent');
  check(inRange(homeAgent.port, 1, 0xffff), 'homeAgent.port', 'is a number from 1 to 65535');
  check(inRange(port, 0, 0xffff), 'port', 'is a number from 0 to 65535');
  check(inRange(options.revocation?.port, 1, 0xffff), 'revocation.port', 'is a number from 1 to 65535');
  check(inRange(lifetime, 1, 0xffff), 'lifetime', 'is a number of seconds from 1 to 65535');
  // RFC 3344 §3.6.3
  check(inRange(firstWait, 1000, 3_600_000), 'firstWait', 'is a number of milliseconds from 1000 to 3600000');
  check(inRange(longestWait, 1000, 86_400_000), 'longestWait', 'is a number of milliseconds from 1000 to 86400000');
  check(inRange(options.maxDevices, 1, 1_000_000), 'maxDevices', 'is a number from 1 to 1000000');
  const [mnHa = defaultAssociation] = options.mnHa ?? [];
  const [faHa] = options.faHa ?? [];
  return {
    address: options.address,
    port: port ?? mobileIpPort,
    homeAgent: { address: homeAgent.address, port: homeAgent.port ?? mobileIpPort },
    mnHa: securityAssociation(mnHa, 'mnHa'),
    faHa: faHa && securityAssociation(faHa, 'faHa'),
    dialect: {
      greKeyType: options.greKeyType ?? defaultDialect.greKeyType,
      greKeyForm: options.greKeyForm ?? defaultDialect.greKeyForm,
    },
    replay: options.replay ?? 'timestamps',
    keyDirection: options.keyDirection ?? 'sender',
    lifetime: lifetime ?? 1800,
    decapsulation: options.decapsulation ?? true,
    revocation: options.revocation !== undefined,
    accessLink: options.accessLink ?? builtInLink,
    gateway: { ipv4: options.gateway?.ipv4 ?? '10.99.0.1', mac: options.gateway?.mac ?? '02:00:00:00:98:01' },
    onDemand: options.onDemand && { ...options.onDemand, ...modeOf(options) },
    firstWait: firstWait ?? 1000,
    longestWait: longestWait ?? 64_000,
    leaveAttempts: 4,
    maxDevices: options.maxDevices ?? 10_000,
    keyQuarantine: options.keyQuarantine ?? 60_000,
    random: randomSource(options.seed),
  };
}

const isAddress = (text: string | undefined): boolean => text !== undefined && (ipv4Number(text) ?? 0) !== 0;

const modeOf = ({ mode, greKeyForm = defaultDialect.greKeyForm }: MpaOptions): TunnelMode => ({
  l2: mode?.l2 ?? greKeyForm === 'tsirtsis-00', // draft §4: the others have no A flag
  key: mode?.key ?? 'zero',
});

const deviationsOf = ({ fault, variant }: Pick<MpaOptions, 'fault' | 'variant'>): readonly MpaDeviation[] => [
  ...(fault === undefined ? [] : [named(mpaFaults, fault, 'fault')]),
  ...(variant === undefined ? [] : [named(mpaVariants, variant, 'variant')]),
];

/** The mobility proxy agent of these options, with its fault or variant. */
export function buildMpa(
  given: MpaConfig,
  options: Pick<MpaOptions, 'fault' | 'variant'> = {},
): { readonly agent: MobilityProxyAgent; readonly config: MpaConfig } {
  const deviations = deviationsOf(options);
  let config = given;
  for (const { configure } of deviations) config = configure?.(config) ?? config;
  let rules = defaultRules(config);
  for (const { apply } of deviations) rules = apply?.(rules, config) ?? rules;
  let agent = mobilityProxyAgent(config, rules);
  for (const { wrap } of deviations) agent = wrap?.(agent, config) ?? agent;
  return { agent, config };
}

/**
 * Starts the reference mobility proxy agent. `onFrame` gets what it sends on a built-in access link. Rejects with the
 * net's error when the environment does not allow it.
 */
export async function startMpa(
  net: Net,
  options: MpaOptions,
  onFrame: (frame: Uint8Array) => void = () => undefined,
): Promise<MpaHost> {
  const { agent, config } = buildMpa(mpaConfig(options), options);
  let used = options.accessLink === undefined ? withLink(net, onFrame) : net;
  for (const { net: change } of deviationsOf(options)) used = change?.(used) ?? used;
  const host = await hostAgent<MpaCommand>(used, agent, {
    addresses: [config.address],
    port: config.port,
    // RFC 3543 §3.3: revocations come to port 434, whatever port the requests come from
    alsoPort: options.revocation && (options.revocation.port ?? mobileIpPort),
    link: config.accessLink,
  });
  return {
    addresses: [config.address],
    port: host.port,
    raw: host.raw,
    command: (command) => carryOut(command, agent, host.tell),
    agent,
    mode: modeOf(options),
    close: host.close,
  };
}

/** The same network with a link whose other end is a function. */
function withLink(net: Net, onFrame: (frame: Uint8Array) => void): Net {
  const link = (name: string): LinkPort => ({ name, send: onFrame, close: () => Promise.resolve() });
  return {
    clock: net.clock,
    openUdp: (local, receive) => net.openUdp(local, receive),
    openRaw: (address, protocol, receive) => net.openRaw(address, protocol, receive),
    openLink: (name) => Promise.resolve(link(name)),
  };
}
