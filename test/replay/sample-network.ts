/** A home agent, two proxy agents and their mobile nodes, all reference devices, in one memory network under a tap. */
import { MnHost } from '../../src/agents/mn-host.js';
import type { MnCommand, MnInput } from '../../src/agents/mn-types.js';
import type { TunnelMode } from '../../src/agents/mpa-config.js';
import { type HomeAgentOptions, startHomeAgent } from '../../src/dut/ha.js';
import { type MpaHost, type MpaOptions, startMpa } from '../../src/dut/mpa.js';
import { type MemoryNet, memoryNet } from '../../src/net/memory.js';
import type { LinkPort, Timer } from '../../src/net/port.js';
import { Tap } from './taps.js';

export const homeAgentAddress = '192.0.2.1';
export const careOfAddresses = ['198.51.100.7', '198.51.100.8'] as const;
const gateway = '10.99.0.1';

export interface SampleDevices {
  readonly ha?: Partial<HomeAgentOptions>;
  readonly mpa?: Partial<MpaOptions>;
}

export class SampleNetwork {
  readonly #net: MemoryNet;
  readonly #mpas: readonly MpaHost[];
  readonly #tap: Tap;
  readonly #end: () => Promise<void>;

  constructor(net: MemoryNet, tap: Tap, mpas: readonly MpaHost[], end: () => Promise<void>) {
    this.#net = net;
    this.#tap = tap;
    this.#mpas = mpas;
    this.#end = end;
  }

  static async open({ ha = {}, mpa = {} }: SampleDevices): Promise<SampleNetwork> {
    const net = memoryNet({ latency: 0.4 });
    const tap = new Tap(net);
    const agent = await startHomeAgent(net.device, { addresses: [homeAgentAddress], seed: 7, ...ha });
    const mpas = await Promise.all(
      careOfAddresses.map((address, i) =>
        startMpa(net.device, {
          address,
          homeAgent: { address: homeAgentAddress },
          accessLink: `access-${i}`,
          seed: 9 + i,
          ...mpa,
        }),
      ),
    );
    return new SampleNetwork(net, tap, mpas, async () => {
      for (const host of [agent, ...mpas]) await host.close();
    });
  }

  /** Brings a mobile node to a proxy agent, lets it get an address and ping its gateway. */
  async attach(number: number, mode: TunnelMode, at = 0): Promise<Station> {
    const mac = `02:67:00:00:00:0${number}`;
    const station = await Station.open(this.#net, `access-${at}`, mac);
    this.#mpas[at]?.command({ kind: 'attach', nai: `mn${number}@example.org`, mac, ...mode });
    await this.wait(500);
    await station.act({ kind: 'dhcpv4' });
    await this.wait(1500);
    await station.ping();
    return station;
  }

  detach(number: number, at = 0): void {
    this.#mpas[at]?.command({ kind: 'detach', nai: `mn${number}@example.org`, mac: `02:67:00:00:00:0${number}` });
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#net.clock.setTimer(ms, resolve));
  }

  /** Lets everything settle, and gives the capture. */
  async close(): Promise<Uint8Array> {
    await this.wait(3000);
    await this.#end();
    return this.#tap.file();
  }
}

/** A mobile node on an access link. */
export class Station {
  readonly #net: MemoryNet;
  readonly #host: MnHost;
  #link: LinkPort | undefined;
  #timer: Timer | undefined;

  constructor(net: MemoryNet, mac: string) {
    this.#net = net;
    this.#host = new MnHost({ mac, random: () => 0x1234567 });
  }

  static async open(net: MemoryNet, link: string, mac: string): Promise<Station> {
    const station = new Station(net, mac);
    station.#link = await net.device.openLink(link, ({ bytes }) => station.#feed({ kind: 'frame', bytes }));
    return station;
  }

  async act(command: MnCommand): Promise<void> {
    this.#feed({ kind: 'command', command });
    await new Promise<void>((resolve) => void this.#net.clock.setTimer(50, resolve));
  }

  async ping(): Promise<void> {
    for (let i = 0; i < 3; i++) await this.act({ kind: 'ping', address: gateway, payload: new Uint8Array(32).fill(i) });
  }

  async leave(): Promise<void> {
    this.#timer?.cancel();
    await this.#link?.close();
  }

  #feed(input: MnInput): void {
    const outputs = this.#host.step(input, this.#net.clock.now());
    for (const output of outputs) if (output.kind === 'frame') this.#link?.send(output.bytes);
    this.#timer?.cancel();
    const due = this.#host.deadline();
    if (due === undefined) return;
    const wait = Math.max(0, due - this.#net.clock.now());
    this.#timer = this.#net.device.clock.setTimer(wait, () => this.#feed({ kind: 'timer' }));
  }
}
