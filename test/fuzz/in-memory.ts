/** The fuzzer against a reference device over the in-memory network: crashes are caught as a process would die of them. */
import { type HomeAgentHost, type HomeAgentOptions, startHomeAgent } from '../../src/dut/ha.js';
import { messageMode, type FuzzOptions, type FuzzOutcome } from '../../src/fuzz/message-mode.js';
import { openRange } from '../../src/fuzz/open.js';
import type { FuzzRange } from '../../src/fuzz/range.js';
import { type MemoryNet, memoryNet } from '../../src/net/memory.js';
import type { Net } from '../../src/net/port.js';
import type { RunConfig } from '../../src/spec/config.js';
import { haConfig } from '../tester/in-memory.js';

/** A net for one life of a device: an exception in it ends all its ports, as it would end its process. */
function mortal(net: Net): { readonly net: Net; readonly life: { crashed: string | undefined } } {
  const life: { crashed: string | undefined } = { crashed: undefined };
  const guard =
    <T>(receive: (input: T) => void) =>
    (input: T): void => {
      if (life.crashed !== undefined) return;
      try {
        receive(input);
      } catch (error) {
        life.crashed = String(error);
      }
    };
  return {
    life,
    net: {
      clock: net.clock,
      openUdp: (local, receive) => net.openUdp(local, guard(receive)),
      openRaw: (address, protocol, receive) => net.openRaw(address, protocol, guard(receive)),
      openLink: (name, receive) => net.openLink(name, guard(receive)),
    },
  };
}

export interface InMemoryFuzz {
  readonly device?: Partial<HomeAgentOptions>;
  readonly config?: Partial<RunConfig>;
  readonly options?: Partial<FuzzOptions>;
  /** A network that behaves otherwise than usual. */
  readonly net?: MemoryNet;
}

export interface Fuzzed extends FuzzOutcome {
  readonly range: FuzzRange;
}

export async function inRange<T>(
  { device = {}, config = {}, net = memoryNet() }: InMemoryFuzz,
  use: (range: FuzzRange, revive: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  let host: HomeAgentHost | undefined;
  const start = async (): Promise<void> => {
    const { net: own } = mortal(net.device);
    host = await startHomeAgent(own, { addresses: [haConfig.target.address], seed: 7, ...device });
  };
  await start();
  const opened = await openRange(net, { ...haConfig, ...config, target: haConfig.target });
  if (!opened.ok) throw new Error(opened.why);
  const { range } = opened;
  const revive = async (): Promise<boolean> => {
    await host?.close();
    await start();
    range.reset();
    return range.alive();
  };
  try {
    return await use(range, revive);
  } finally {
    await opened.close();
    await host?.close();
  }
}

export const fuzzInMemory = (run: InMemoryFuzz = {}): Promise<Fuzzed> =>
  inRange(run, async (range, revive) => {
    const options: FuzzOptions = { seed: 1, runs: 2000, signal: new AbortController().signal, revive, ...run.options };
    return { ...(await messageMode(range, options)), range };
  });
