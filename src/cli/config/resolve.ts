/** Settings become the configuration of a run: defaults are filled in, and what is missing is asked for. */
import {
  type AssociationConfig,
  defaultAssociation,
  defaultHomeNetwork,
  defaultPics,
  type Pics,
  type PicsItem,
  type RunConfig,
  type TesterRole,
} from '../../spec/config.js';
import { profileKnobs, profileTraits } from '../../spec/profiles.js';
import type { Endpoint } from '../../net/port.js';
import { mobileIpPort } from '../../wire/mobileip.js';
import { usageError } from '../cli-error.js';
import { readKey } from './key.js';
import { type AssociationSettings, mergeSettings, type Settings } from './settings.js';

/** How long a silent device is waited for, in milliseconds: real ones have been seen to sleep for 150 ms, and queue. */
const defaultTimeout = 3000;
const defaultRealm = 'example.org';

/** What is asked of the machine, so that tests can answer for it. */
export interface Machine {
  freshLoopback(count: number): readonly string[];
  localAddressFor(target: string): Promise<string>;
  randomSeed(): number;
  readonly environment: NodeJS.ProcessEnv;
}

/** Both kinds of target have an address in the end. */
export type ResolvedConfig = RunConfig & { readonly target: Endpoint };

/** A run against a device that the user named: its keys and addresses must be said. */
export async function resolveTarget(settings: Settings, target: Endpoint, machine: Machine): Promise<ResolvedConfig> {
  const mnHa = associationOf(settings.mnHa, 'mnHa', machine.environment);
  if (!mnHa) {
    throw usageError(
      '--target needs the MN-HA security association of the device: add --spi N --key HEX (or env:NAME, file:PATH), ' +
        'or securityAssociations.mnHa in the --config file',
    );
  }
  const local = settings.local ?? (await localFor(target.address, machine));
  if (local.includes(target.address)) {
    throw usageError(`--local ${target.address} is the address of the device; give an address of this machine's own`);
  }
  const faHa = associationOf(settings.faHa, 'faHa', machine.environment);
  return { ...common(settings, machine), target, local, mnHa, ...(faHa && { faHa }) };
}

/** A mobility proxy agent comes to the tester's addresses: they must be said, or follow from where the agent is. */
export async function resolveProxy(settings: Settings, machine: Machine): Promise<ResolvedConfig> {
  const mnHa = associationOf(settings.mnHa, 'mnHa', machine.environment);
  if (!mnHa) {
    throw usageError(
      '--as ha needs the MN-HA security association of the agent: add --spi N --key HEX (or env:NAME, file:PATH), ' +
        'or securityAssociations.mnHa in the --config file',
    );
  }
  const { target } = settings;
  const local = settings.local ?? (target && [await machine.localAddressFor(target.address)]);
  if (!local) {
    throw usageError('--as ha needs --local ADDR: the address that the agent has for its home agent');
  }
  const faHa = associationOf(settings.faHa, 'faHa', machine.environment);
  const anywhere = { address: '0.0.0.0', port: mobileIpPort };
  return { ...common(settings, machine), target: target ?? anywhere, local, mnHa, ...(faHa && { faHa }) };
}

/**
 * What holds for the embedded device when the user says nothing. Its keys are known to everybody, but it is reached on
 * loopback only.
 */
const embeddedDefaults: Settings = {
  mnHa: { spi: defaultAssociation.spi, key: { text: defaultAssociation.key, where: 'embedded device' } },
  pics: {},
  pixit: { homeNetwork: defaultHomeNetwork, gateway: { ipv4: '10.99.0.1', ipv6: '2001:db8:99::1' }, maxLifetime: 1800 },
  knobs: {},
};

/** A run against the embedded device, which listens at an address that is known to be free. */
export function resolveEmbedded(given: Settings, device: Endpoint, machine: Machine): ResolvedConfig {
  const settings = mergeSettings(embeddedDefaults, given);
  const mnHa = associationOf(settings.mnHa, 'mnHa', machine.environment);
  const faHa = associationOf(settings.faHa, 'faHa', machine.environment);
  if (!mnHa) throw new TypeError('the embedded device has a key');
  const local = settings.local ?? freshBeside(device.address, machine);
  return { ...common(settings, machine), target: device, local, mnHa, ...(faHa && { faHa }) };
}

async function localFor(target: string, machine: Machine): Promise<readonly string[]> {
  if (isLoopback(target)) return freshBeside(target, machine);
  return [await machine.localAddressFor(target)];
}

/** Two addresses of the tester on loopback: with two, handover cases run. */
function freshBeside(target: string, machine: Machine): readonly string[] {
  for (;;) {
    const addresses = machine.freshLoopback(2);
    if (!addresses.includes(target)) return addresses;
  }
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.');
}

function common(settings: Settings, machine: Machine): Omit<RunConfig, 'target' | 'local' | 'mnHa' | 'faHa'> {
  const { restartCmd, rate, pixit, knobs, origins, profile = 'tsirtsis-00' } = settings;
  const pics = picsOf(settings.pics);
  return {
    as: roleOf(settings),
    profile,
    pics: { ...pics, l2: pics.l2 && profileTraits[profile].aFlag },
    pixit: { realm: defaultRealm, ...pixit },
    knobs: { ...profileKnobs(profile), ...knobs },
    ...(origins && { origins }),
    gre: settings.gre ?? true,
    ...(settings.gre === false && { noGreReason: `switched off (${origins?.['gre'] ?? '--no-gre'})` }),
    timeout: settings.timeout ?? defaultTimeout,
    seed: settings.seed ?? machine.randomSeed(),
    strict: settings.strict ?? false,
    bail: settings.bail ?? false,
    ...(rate !== undefined && { rate }),
    ...(restartCmd !== undefined && { restartCommand: restartCmd }),
  };
}

export function roleOf(settings: Settings): TesterRole {
  return settings.as ?? 'mpa';
}

/** Undefined when nothing of it is given; half of one is a usage error. */
export function associationOf(
  given: AssociationSettings | undefined,
  name: 'mnHa' | 'faHa',
  environment: NodeJS.ProcessEnv,
): AssociationConfig | undefined {
  const { spi, key, algorithm = 'hmac-md5', replay = 'timestamps' } = given ?? {};
  if (spi !== undefined && key !== undefined) return { spi, key: readKey(key, environment), algorithm, replay };
  if (spi === undefined && key === undefined) return undefined;
  const flags =
    name === 'mnHa' ? { spi: '--spi N', key: '--key HEX' } : { spi: '--fa-ha-spi N', key: '--fa-ha-key HEX' };
  const [there, missing] = spi === undefined ? ['a key', flags.spi] : ['an SPI', flags.key];
  const setting = spi === undefined ? 'spi' : 'key';
  throw usageError(
    `the ${name === 'mnHa' ? 'MN-HA' : 'FA-HA'} security association has ${there} only: add ${missing}, ` +
      `or securityAssociations.${name}.${setting} in the --config file`,
  );
}

function picsOf(items: Readonly<Partial<Record<PicsItem, boolean>>>): Pics {
  const { homeLink: link, ...top } = defaultPics;
  const home = Object.keys(link) as (keyof Pics['homeLink'])[];
  const others = Object.keys(top) as (keyof typeof top)[];
  const homeLink = Object.fromEntries(home.map((name) => [name, items[`homeLink.${name}`] ?? link[name]]));
  const rest = Object.fromEntries(others.map((name) => [name, items[name] ?? top[name]]));
  return { ...rest, homeLink } as unknown as Pics;
}
