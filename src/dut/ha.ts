/** The reference home agent on a network, from options that can be written as JSON. */
import type { Agent } from '../agents/agent.js';
import type { HaFeatures, HomeAgentConfig } from '../agents/ha-config.js';
import { defaultRules } from '../agents/ha-default-rules.js';
import { homeAgent } from '../agents/home-agent.js';
import type { Net } from '../net/port.js';
import { defaultAssociation, defaultHomeNetwork } from '../spec/config.js';
import type { Algorithm, SecurityAssociation } from '../wire/auth.js';
import { defaultDialect, type GreKeyForm } from '../wire/extensions.js';
import { mobileIpPort } from '../wire/mobileip.js';
import { fromHex } from '../wire/text.js';
import { allHaFaults } from './faults/ha.js';
import type { Deviation } from './faults/types.js';
import { type HomeServiceName, homeServices } from './home.js';
import { type Host, hostAgent } from './host.js';
import { named } from './nearest.js';
import { haVariants } from './variants.js';

export interface AssociationOptions {
  readonly spi: number;
  /** Hexadecimal. */
  readonly key: string;
  /** Default hmac-md5. */
  readonly algorithm?: Algorithm;
  /** IP source address of the foreign agent, for FA-HA; default: any. */
  readonly address?: string;
}

/** All of it is optional but for the addresses; every value can be written as JSON. */
export interface HomeAgentOptions {
  /** Own unicast addresses, at least one. */
  readonly addresses: readonly string[];
  readonly broadcastAddresses?: readonly string[];
  /** UDP port; default 434, 0 lets the system choose. */
  readonly port?: number;
  readonly mnHa?: readonly AssociationOptions[];
  readonly faHa?: readonly AssociationOptions[];
  /** Default example.org; null: NAIs of any realm are known. */
  readonly realm?: string | null;
  readonly greKeyType?: number;
  readonly greKeyForm?: GreKeyForm;
  readonly base?: 'rfc3344' | 'rfc5944';
  readonly keyDirection?: 'sender' | 'receiver';
  readonly features?: Partial<HaFeatures>;
  readonly homeNetwork?: string;
  readonly gateway?: { readonly ipv4?: string; readonly ipv6?: string; readonly mac?: string };
  /** Ethernet interface that the L2 tunnels are bridged with. */
  readonly homeLink?: string;
  /** Services of the built-in home network; default all, and none beside a real home link, which has its own. */
  readonly services?: readonly HomeServiceName[];
  readonly maxLifetime?: number;
  readonly skewSeconds?: number;
  readonly replay?: 'timestamps' | 'nonces';
  readonly maxBindings?: number;
  readonly maxSimultaneous?: number;
  readonly keyQuarantine?: number;
  /** Seed of keys and nonces, 0 to 2^32-1; default: unpredictable. */
  readonly seed?: number;
  readonly fault?: string;
  readonly variant?: string;
}

const allFeatures: HaFeatures = {
  greKeys: true,
  l2: true,
  l2NodeToNode: true,
  ipInIp: true,
  reverseTunneling: true,
  simultaneousBindings: true,
  dynamicHomeAddress: true,
  dynamicHomeAgent: false,
  keylessGre: false,
  broadcast: true,
  revocation: false,
};

export interface HomeAgentHost extends Host {
  readonly addresses: readonly string[];
}

/** Throws a TypeError that names what is wrong with the options. */
export function homeAgentConfig(options: HomeAgentOptions): HomeAgentConfig {
  check(
    Array.isArray(options.addresses) && options.addresses.length > 0,
    'addresses',
    'a home agent needs at least one',
  );
  check(inRange(options.maxLifetime, 1, 0xffff), 'maxLifetime', 'is a number of seconds from 1 to 65535');
  check(inRange(options.port, 0, 0xffff), 'port', 'is a number from 0 to 65535');
  check(inRange(options.maxBindings, 1, 10_000_000), 'maxBindings', 'is a number from 1 to 10000000');
  check(inRange(options.skewSeconds, 0, 2 ** 31), 'skewSeconds', 'is a number of seconds, 0 or more');
  return {
    addresses: options.addresses,
    broadcastAddresses: options.broadcastAddresses ?? [],
    port: options.port ?? mobileIpPort,
    mnHa: (options.mnHa ?? [defaultAssociation]).map((association) => securityAssociation(association, 'mnHa')),
    faHa: (options.faHa ?? []).map((association) => ({
      ...securityAssociation(association, 'faHa'),
      ...(association.address !== undefined && { address: association.address }),
    })),
    realm: options.realm === null ? undefined : (options.realm ?? 'example.org'),
    dialect: {
      greKeyType: options.greKeyType ?? defaultDialect.greKeyType,
      greKeyForm: options.greKeyForm ?? defaultDialect.greKeyForm,
    },
    base: options.base ?? 'rfc3344',
    keyDirection: options.keyDirection ?? 'sender',
    features: { ...allFeatures, ...options.features },
    homeNetwork: options.homeNetwork ?? defaultHomeNetwork,
    gateway: { ipv4: options.gateway?.ipv4 ?? '10.99.0.1', mac: options.gateway?.mac ?? '02:00:00:00:99:01' },
    homeLink: options.homeLink,
    services: homeServices(options),
    maxLifetime: options.maxLifetime ?? 1800,
    skewSeconds: options.skewSeconds ?? 7, // RFC 3344 §5.7.1
    replay: options.replay ?? 'timestamps',
    maxBindings: options.maxBindings ?? 100_000,
    maxSimultaneous: options.maxSimultaneous ?? 8,
    keyQuarantine: options.keyQuarantine ?? 60_000,
    random: randomSource(options.seed),
  };
}

export function check(holds: boolean, name: string, rule: string): void {
  if (!holds) throw new TypeError(`${name}: ${rule}`);
}

export const inRange = (value: number | undefined, least: number, most: number): boolean =>
  value === undefined || (value >= least && value <= most);

export function securityAssociation({ spi, key, algorithm }: AssociationOptions, name: string): SecurityAssociation {
  const octets = fromHex(key);
  if (octets === undefined || octets.length === 0) throw new TypeError(`${name}: the key is not hexadecimal`);
  return { spi, key: octets, algorithm: algorithm ?? 'hmac-md5' };
}

/** Whole numbers from 0 to 2^32-1; with a seed always the same ones (splitmix32). */
export function randomSource(seed: number | undefined): () => number {
  if (seed === undefined) return () => Math.floor(Math.random() * 2 ** 32);
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** The home agent of these options, with its fault or variant. */
export function buildHomeAgent(
  config: HomeAgentConfig,
  options: Pick<HomeAgentOptions, 'fault' | 'variant'> = {},
): Agent {
  const deviations = deviationsOf(options);
  let rules = defaultRules(config);
  for (const { apply } of deviations) rules = apply?.(rules, config) ?? rules;
  let agent: Agent = homeAgent(config, rules);
  for (const { wrap } of deviations) agent = wrap?.(agent, config) ?? agent;
  return agent;
}

function deviationsOf({ fault, variant }: Pick<HomeAgentOptions, 'fault' | 'variant'>): readonly Deviation[] {
  return [
    ...(fault === undefined ? [] : [named(allHaFaults, fault, 'fault')]),
    ...(variant === undefined ? [] : [named(haVariants, variant, 'variant')]),
  ];
}

/** Starts the reference home agent. Rejects with the net's error when the environment does not allow it. */
export async function startHomeAgent(net: Net, options: HomeAgentOptions): Promise<HomeAgentHost> {
  const config = homeAgentConfig(options);
  const agent = buildHomeAgent(config, options);
  const host = await hostAgent(net, agent, {
    addresses: config.addresses,
    listenOnly: config.broadcastAddresses,
    port: config.port,
    link: config.homeLink,
    udpChecksums: deviationsOf(options).find(({ udpChecksums }) => udpChecksums)?.udpChecksums,
  });
  return { ...host, addresses: config.addresses };
}
