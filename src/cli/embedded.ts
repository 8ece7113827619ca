/** The embedded reference device: what it is told, and its life beside a run. */
import type { DutOptions, DutProcess } from '../dut/process.js';
import { homeServiceNames } from '../dut/home.js';
import { spawnDut } from '../dut/process.js';
import { NetError } from '../net/net-error.js';
import type { Endpoint, Net } from '../net/port.js';
import type { AssociationConfig } from '../spec/config.js';
import { knobValue } from '../spec/knobs.js';
import { dialectOf } from '../tester/dialect.js';
import { mobileIpPort } from '../wire/mobileip.js';
import { toHex } from '../wire/text.js';
import { type CliError, environmentError, messageOf, usageError } from './cli-error.js';
import type { ResolvedConfig } from './config/resolve.js';

/** Where the device will listen: port 434, or a high one where that needs a privilege that we lack. */
export async function endpointFor(address: string, net: Net): Promise<Endpoint> {
  try {
    return await probe({ address, port: mobileIpPort }, net);
  } catch (error) {
    if (!(error instanceof NetError) || error.issue !== 'no-privilege') throw error;
    return probe({ address, port: 0 }, net);
  }
}

async function probe(endpoint: Endpoint, net: Net): Promise<Endpoint> {
  const port = await net.openUdp(endpoint, () => undefined);
  const { local } = port;
  await port.close();
  return local;
}

/**
 * The device claims what the PICS say, and follows the same choices as the tester. `besides` are further addresses of its
 * own: on a multihomed device it shows which one it uses.
 */
export function deviceOptions(
  config: ResolvedConfig,
  fault: string | undefined,
  besides: readonly string[] = [],
): DutOptions {
  const { target, pics, pixit, knobs, mnHa, faHa, seed } = config;
  const { homeLink, ...features } = pics;
  return {
    device: 'ha',
    addresses: [...besides, target.address],
    port: target.port,
    mnHa: [shared(mnHa)],
    faHa: faHa ? [shared(faHa)] : [],
    realm: pixit.realm,
    ...dialectOf(config),
    base: knobValue(knobs, 'base') === 'rfc5944' ? 'rfc5944' : 'rfc3344',
    keyDirection: knobValue(knobs, 'key_direction') === 'receiver' ? 'receiver' : 'sender',
    features: {
      ...features,
      dynamicHomeAgent: knobValue(knobs, 'dynamic_ha') === 'rfc4433',
      keylessGre: knobValue(knobs, 'g_without_ext') === 'keyless',
    },
    ...(pixit.homeNetwork !== undefined && { homeNetwork: pixit.homeNetwork }),
    ...(pixit.gateway && { gateway: pixit.gateway }),
    services: homeServiceNames.filter((name) => homeLink[name]),
    ...(pixit.maxLifetime !== undefined && { maxLifetime: pixit.maxLifetime }),
    replay: mnHa.replay,
    seed,
    ...(fault !== undefined && { fault }),
  };
}

function shared({ spi, key, algorithm }: AssociationConfig): NonNullable<DutOptions['mnHa']>[number] {
  return { spi, key: toHex(key), algorithm };
}

export class EmbeddedDevice {
  readonly #options: DutOptions;
  #process: DutProcess | undefined;
  #ended = false;
  /** Told when its process has ended, for whatever reason. */
  onExit: (() => void) | undefined;

  constructor(options: DutOptions) {
    this.#options = options;
  }

  /** Resolves with whether its tunnels work. */
  async start(): Promise<{ readonly raw: boolean }> {
    try {
      const own = await spawnDut(this.#options);
      this.#process = own;
      void own.exited.then(() => this.#process === own && this.onExit?.());
      return own.ready;
    } catch (error) {
      throw startError(error);
    }
  }

  /** After it died, or fell silent. */
  async restart(): Promise<void> {
    await this.#process?.kill();
    if (!this.#ended) await this.start();
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#process?.stop();
  }
}

/** Wrong options are the user's: a fault that does not exist, a home network that is too small. */
export function startError(error: unknown): CliError {
  if (error instanceof NetError) return environmentError(`the embedded device cannot start: ${error.message}`, error);
  if (error instanceof TypeError) return usageError(`the embedded device: ${error.message}`);
  return environmentError(`the embedded device did not start: ${messageOf(error)}`, error);
}
