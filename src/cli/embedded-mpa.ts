/** The embedded mobility proxy agent: a process of its own, told what to do by lines of JSON. */
import { type DutOptions, type DutProcess, spawnDut } from '../dut/process.js';
import type { LinkFrame } from '../net/port.js';
import { performance } from 'node:perf_hooks';
import type { RunConfig } from '../spec/config.js';
import { HarnessError } from '../spec/errors.js';
import { knobValue } from '../spec/knobs.js';
import { dialectOf } from '../tester/dialect.js';
import type { MpaControl, OpenAccess } from '../tester/mpa-control.js';
import { DeviceLost, lostDevice } from '../tester/outcome.js';
import { mobileIpPort } from '../wire/mobileip.js';
import { fromHex, macText, toHex } from '../wire/text.js';
import { startError } from './embedded.js';

/** It registers at the tester's first address, and follows the same choices as the tester. */
export function mpaOptions(config: RunConfig, address: string, fault: string | undefined): DutOptions {
  const { local, mnHa, faHa, knobs, seed, pixit, pics, target } = config;
  const shared = ({ spi, key, algorithm }: typeof mnHa) => ({ spi, key: toHex(key), algorithm });
  return {
    device: 'mpa',
    address,
    port: 0,
    homeAgent: { address: local[0] ?? '127.0.0.1', port: config.listenPort ?? mobileIpPort },
    mnHa: [shared(mnHa)],
    faHa: faHa ? [shared(faHa)] : [],
    ...dialectOf(config),
    replay: mnHa.replay,
    keyDirection: knobValue(knobs, 'key_direction') === 'receiver' ? 'receiver' : 'sender',
    decapsulation: knobValue(knobs, 'mpa_d_bit') !== '0',
    ...(pics.revocation && { revocation: { ...(target && { port: target.port }) } }),
    ...(pixit.gateway?.ipv4 !== undefined && { gateway: { ipv4: pixit.gateway.ipv4 } }),
    seed,
    ...(fault !== undefined && { fault }),
  };
}

interface Line {
  readonly event?: string;
  readonly hex?: string;
  readonly ok?: boolean;
  readonly unsupported?: boolean;
  readonly reason?: string;
}

/** What the device's answer to a command says of the case; any other refusal is a mistake of the tester's. */
export function begun({
  ok,
  unsupported,
  reason,
}: Pick<Line, 'ok' | 'unsupported' | 'reason'>): 'begun' | 'unsupported' {
  if (ok) return 'begun';
  if (unsupported) return 'unsupported';
  throw new HarnessError('trigger', `the embedded agent refuses: ${reason ?? 'no reason given'}`);
}

export class EmbeddedMpa {
  readonly #options: DutOptions;
  /** False: it is told to use IP-in-IP, whatever the wish. */
  readonly #greKeys: boolean;
  #process: DutProcess | undefined;
  #ended = false;
  /** Those who wait for the answer to their line, in the order of the lines; undefined says that the device has ended. */
  #asking: ((line: Line | undefined) => void)[] = [];
  #receive: (frame: LinkFrame) => void = () => undefined;

  constructor(options: DutOptions, greKeys: boolean) {
    this.#options = options;
    this.#greKeys = greKeys;
  }

  /** Resolves with whether its tunnels work. */
  async start(): Promise<{ readonly raw: boolean }> {
    try {
      const started = await spawnDut(this.#options);
      this.#process = started;
      started.onLine((text) => this.#hear(JSON.parse(text) as Line));
      void started.exited.then(() => {
        if (this.#process !== started) return;
        this.#process = undefined;
        for (const tell of this.#asking.splice(0)) tell(undefined);
      });
      return started.ready;
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

  readonly control: MpaControl = {
    advice: 'the embedded agent sent nothing; this is a fault of grespec',
    attach: ({ nai, mac }, wish) =>
      this.#command({ cmd: 'attach', nai, mac, ...wish, ...(!this.#greKeys && { l2: false, key: 'none' }) }),
    detach: ({ nai, mac }) => this.#command({ cmd: 'detach', nai, mac }),
  };

  /** Its access link is built in: frames come and go as lines. */
  readonly access: OpenAccess = (receive) => {
    this.#receive = receive;
    return Promise.resolve({
      name: 'built-in',
      send: (frame) => {
        const mac = macText(Number.parseInt(toHex(frame.subarray(6, 12)), 16));
        // a device that has ended is missed by whoever waits for what the frame should bring
        this.#command({ cmd: 'send', mac, hex: toHex(frame) }).catch(() => undefined);
      },
      close: () => Promise.resolve(),
    });
  };

  async #command(line: Readonly<Record<string, unknown>>): Promise<'begun' | 'unsupported'> {
    const answer = await new Promise<Line | undefined>((resolve) => {
      if (!this.#process) return resolve(undefined);
      this.#asking.push(resolve);
      this.#process.say(JSON.stringify(line));
    });
    if (!answer) throw new DeviceLost(`${lostDevice}: its process has ended`);
    return begun(answer);
  }

  #hear(line: Line): void {
    if (line.event === undefined) return this.#asking.shift()?.(line);
    const bytes = line.event === 'frame' ? fromHex(line.hex ?? '') : undefined;
    if (bytes) this.#receive({ at: performance.timeOrigin + performance.now(), bytes });
  }
}
