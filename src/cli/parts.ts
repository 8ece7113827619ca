/** Cases that run together, and the order in which they do: the embedded device can be set up in any way. */
import { freshLoopback } from '../net/local-address.js';
import type { Net } from '../net/port.js';
import type { CaseDefinition } from '../tester/case.js';
import { partition } from '../tester/configurations.js';
import type { ResolvedConfig } from './config/resolve.js';
import { deviceOptions, EmbeddedDevice, endpointFor } from './embedded.js';
import { EmbeddedMpa, mpaOptions } from './embedded-mpa.js';

/** Cases that meet the same device: the one that the user named, or one of the embedded devices. */
export interface Part {
  /** How the device is set up, where it is not as asked for. */
  readonly name?: string;
  readonly config: ResolvedConfig;
  readonly cases: readonly CaseDefinition[];
  readonly device: EmbeddedDevice | EmbeddedMpa | undefined;
}

export interface EmbeddedOptions {
  readonly fault: string | undefined;
  /** Each part gets addresses of its own, so that they can run beside each other. */
  readonly isApart: boolean;
}

/** Each case meets an embedded device that shows what it tests. */
export async function embeddedParts(
  config: ResolvedConfig,
  cases: readonly CaseDefinition[],
  { fault, isApart }: EmbeddedOptions,
  net: Net,
): Promise<readonly Part[]> {
  return Promise.all(
    partition(cases, config).map(async ({ configuration, ...part }): Promise<Part> => {
      const isAsAsked = part.config === config;
      const own = isAsAsked || !isApart ? part.config : await elsewhere(part.config, net);
      const device =
        own.as === 'mpa'
          ? new EmbeddedDevice(deviceOptions(own, fault, freshLoopback(1)))
          : new EmbeddedMpa(mpaOptions(own, own.target.address, fault), own.pics.greKeys);
      return { cases: part.cases, config: own, device, ...(!isAsAsked && { name: configuration.name }) };
    }),
  );
}

/** The same with other addresses on loopback. */
async function elsewhere(config: ResolvedConfig, net: Net): Promise<ResolvedConfig> {
  const [address, ...local] = freshLoopback(1 + config.local.length);
  if (config.as === 'mpa') return { ...config, local, target: await endpointFor(address, net) };
  const { port } = await endpointFor(local[0] ?? address, net); // the device comes to the tester
  return { ...config, local, target: { address, port }, listenPort: port };
}

/** Parts that run at the same time where they can: each has a process of its own. */
const mostAtOnce = 3;

/**
 * Runs all parts, until an interrupt: beside each other where they are apart, those first that wait. When one rejects, the
 * others are told to end.
 */
export async function runParts(
  parts: readonly Part[],
  areApart: boolean,
  signal: AbortSignal,
  run: (part: Part, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const waiting = areApart ? [...parts].sort((a, b) => waits(b) - waits(a)) : [...parts];
  const lane = async (): Promise<void> => {
    for (let part = waiting.shift(); part && !either.aborted; part = waiting.shift()) await run(part, either);
  };
  try {
    await Promise.all(Array.from({ length: areApart ? mostAtOnce : 1 }, lane));
  } catch (error) {
    failed.abort();
    throw error;
  }
}

const waits = ({ cases }: Part): number => cases.filter((one) => one.waits).length;
