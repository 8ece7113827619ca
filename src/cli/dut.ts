/** `grespec dut ha`: the reference home agent on its own; `dut mpa` is beside. */
import { allHaFaults } from '../dut/faults/ha.js';
import { mpaFaults } from '../dut/faults/mpa.js';
import { type HomeAgentOptions, startHomeAgent } from '../dut/ha.js';
import { type HomeServiceName, homeServiceNames } from '../dut/home.js';
import { haProfile } from '../dut/profile.js';
import { haVariants } from '../dut/variants.js';
import type { Endpoint } from '../net/port.js';
import { systemNet } from '../net/system.js';
import { defaultAssociation } from '../spec/config.js';
import { mobileIpPort } from '../wire/mobileip.js';
import { toHex } from '../wire/text.js';
import { exitCodes, quoted, usageError } from './cli-error.js';
import { type ConfigFlags, flagSource } from './config/flags.js';
import { associationOf } from './config/resolve.js';
import { readSettings, type Settings } from './config/settings.js';
import { readTarget } from './config/values.js';
import { signals } from './interrupt.js';
import { didYouMean } from './nearest.js';

export interface DutFlags extends ConfigFlags {
  readonly listen?: readonly string[];
  readonly fault?: string;
  readonly variant?: string;
  readonly homeLink?: string;
  /** MPA only: where it registers, its control socket, and the realm of stations that it attaches by itself. */
  readonly homeAgent?: string;
  readonly control?: string;
  readonly onDemand?: string;
  readonly listFaults?: boolean;
  readonly listVariants?: boolean;
}

export async function dut(device: string, args: readonly string[], flags: DutFlags): Promise<number> {
  if (device === 'mpa') return (await import('./dut-mpa.js')).dutMpa(args, flags);
  if (device !== 'ha')
    throw usageError(`there is no device ${quoted(device)}; say: grespec dut ha, or grespec dut mpa`);
  if (args.length > 0) throw usageError(`dut ha takes no further words, such as ${quoted(args[0] ?? '')}`);
  if (flags.listFaults || flags.listVariants) {
    process.stdout.write(flags.listFaults ? faultList() : variantList());
    return exitCodes.ok;
  }
  refuse('ha', flags, ['homeAgent', 'control', 'onDemand', 'accessLink']);
  const options = optionsOf(flags);
  const host = await startHomeAgent(systemNet(), options).catch((error: unknown) => {
    throw error instanceof TypeError ? usageError(error.message) : error;
  });
  const { addresses, port, raw } = host;
  const ended = untilSignal(); // before READY: who reads that may signal at once
  process.stdout.write(`READY ${JSON.stringify({ device, addresses, port, raw })}\n`);
  if (!raw) process.stderr.write('grespec: no privilege for raw sockets, so there are no tunnels\n');
  await ended;
  await host.close();
  return exitCodes.ok;
}

/** Flags that are for the other device would be passed over. */
export function refuse(device: 'ha' | 'mpa', flags: DutFlags, others: readonly (keyof DutFlags)[]): void {
  const other = others.find((name) => flags[name] !== undefined);
  if (other === undefined) return;
  const flag = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usageError(`--${flag} is not for dut ${device}; leave it out`);
}

/** Resolves when somebody wants the device to end. */
export const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const name of signals) process.once(name, () => resolve());
  });

function faultList(): string {
  return allHaFaults.map(({ id, breaks, sentence }) => `${id}\n    breaks ${breaks}: ${sentence}\n`).join('');
}

function variantList(): string {
  return haVariants.map(({ id, allowedBy, sentence }) => `${id}\n    ${allowedBy}: ${sentence}\n`).join('');
}

/** An id that is in the list; another one is a usage error that names the nearest. */
export function checkFault(id: string, device: 'ha' | 'mpa' = 'ha'): string {
  return checked('--fault', id, device === 'ha' ? allHaFaults : mpaFaults, device);
}

export function checked(
  flag: '--fault' | '--variant',
  id: string,
  list: readonly { readonly id: string }[],
  device: 'ha' | 'mpa',
): string {
  if (list.some((entry) => entry.id === id)) return id;
  const ids = list.map((entry) => entry.id);
  throw usageError(
    `${flag}: there is no ${quoted(id)}; ${didYouMean(id, ids, `see: grespec dut ${device} --list${flag.slice(1)}s`)}`,
  );
}

function optionsOf(flags: DutFlags): HomeAgentOptions {
  const settings = readSettings(flagSource(flags));
  const { profile = 'tsirtsis-00', pics, pixit, seed } = settings;
  const { addresses, port } = listening(flags.listen ?? ['127.0.0.1']);
  const mnHa = associationOf({ ...defaultKey(), ...settings.mnHa }, 'mnHa', process.env);
  const faHa = associationOf(settings.faHa, 'faHa', process.env);
  const { realm, homeNetwork, gateway, maxLifetime } = pixit;
  return {
    addresses,
    port,
    ...(mnHa && { mnHa: [{ ...mnHa, key: toHex(mnHa.key) }] }),
    ...(faHa && { faHa: [{ ...faHa, key: toHex(faHa.key) }] }),
    ...(realm !== undefined && { realm }),
    ...(homeNetwork !== undefined && { homeNetwork }),
    ...(gateway && { gateway }),
    ...(flags.homeLink === undefined ? { services: servicesOf(pics) } : { homeLink: flags.homeLink }),
    ...(maxLifetime !== undefined && { maxLifetime }),
    ...(seed !== undefined && { seed }),
    ...haProfile(profile, pics),
    ...(flags.fault !== undefined && { fault: checkFault(flags.fault) }),
    ...(flags.variant !== undefined && { variant: checked('--variant', flags.variant, haVariants, 'ha') }),
  };
}

/** The built-in home network has the servers that the PICS do not deny; a real home link has its own. */
const servicesOf = (pics: Settings['pics']): readonly HomeServiceName[] =>
  homeServiceNames.filter((name) => pics[`homeLink.${name}`] !== false);

export function defaultKey(): {
  readonly spi: number;
  readonly key: { readonly text: string; readonly where: string };
} {
  return { spi: defaultAssociation.spi, key: { text: defaultAssociation.key, where: 'default' } };
}

function listening(texts: readonly string[]): { addresses: readonly string[]; port: number } {
  const endpoints = texts
    .flatMap((text) => text.split(','))
    .map((text): Endpoint => {
      const read = readTarget(text.trim());
      if (!read.ok) throw usageError(`--listen: ${read.message}`);
      return read.value;
    });
  const [port = mobileIpPort, ...others] = new Set(endpoints.map((endpoint) => endpoint.port));
  if (others.length > 0)
    throw usageError(`--listen: all addresses need the same port, not ${port} and ${others.join()}`);
  return { addresses: endpoints.map(({ address }) => address), port };
}
