/** Runs cases against a reference device over the in-memory network: the same suites, a virtual clock, no sockets. */
import { sections } from '../../suites/index.js';
import { type HomeAgentOptions, startHomeAgent } from '../../src/dut/ha.js';
import { type MemoryNet, memoryNet } from '../../src/net/memory.js';
import type { CaseResult, RunResult } from '../../src/report/result.js';
import { defaultPics, type RunConfig } from '../../src/spec/config.js';
import { defaultKnobs } from '../../src/spec/knobs.js';
import type { CaseDefinition } from '../../src/tester/case.js';
import { type RunOptions, runCases } from '../../src/tester/run.js';
import { fromHex } from '../../src/wire/text.js';

export const haCases = sections.filter((s) => s.dut === 'ha').flatMap((s) => s.cases);

const key = fromHex('00112233445566778899aabbccddeeff') ?? new Uint8Array(0);

export const haConfig: RunOptions['config'] = {
  as: 'mpa',
  target: { address: '192.0.2.1', port: 434 },
  local: ['198.51.100.7', '198.51.100.8'],
  profile: 'tsirtsis-00',
  mnHa: { spi: 256, key, algorithm: 'hmac-md5', replay: 'timestamps' },
  pics: defaultPics,
  pixit: { realm: 'example.org', homeNetwork: '10.99.0.0/24', gateway: { ipv4: '10.99.0.1' }, maxLifetime: 1800 },
  knobs: defaultKnobs(),
  gre: true,
  timeout: 3000,
  seed: 1,
  strict: false,
  bail: false,
};

export interface InMemoryRun {
  readonly device?: Partial<HomeAgentOptions>;
  readonly config?: Partial<RunConfig>;
  /** Id prefixes; all cases when left out. */
  readonly select?: readonly string[];
  /** Instead of those of the suites. */
  readonly cases?: readonly CaseDefinition[];
  /** A network that behaves otherwise than usual. */
  readonly net?: MemoryNet;
  /** Milliseconds after the start at which the device dies; it forgets everything, and is started anew when missed. */
  readonly diesAfter?: number;
}

export async function runInMemory(run: InMemoryRun = {}): Promise<RunResult> {
  const { device = {}, config = {}, select = [''], cases = haCases, net = memoryNet(), diesAfter } = run;
  const start = (): ReturnType<typeof startHomeAgent> =>
    startHomeAgent(net.device, { addresses: [haConfig.target.address], seed: 7, ...device });
  let host = await start();
  if (diesAfter !== undefined) net.clock.setTimer(diesAfter, () => void host.close());
  try {
    return await runCases({
      config: { ...haConfig, ...config, target: haConfig.target },
      net,
      cases: cases.filter((c) => select.some((prefix) => c.id.startsWith(prefix))),
      selection: select,
      version: 'test',
      targetName: 'in memory',
      repeat: (id) => `grespec run ${id}`,
      signal: new AbortController().signal,
      ...(diesAfter !== undefined && {
        restart: async () => {
          await host.close();
          host = await start();
        },
      }),
    });
  } finally {
    await host.close();
  }
}

/** The cases of a run but for those that no device decides which keeps L2 nodes apart, where this one does. */
export const decidable = (variant: string, cases: readonly CaseResult[]): readonly CaseResult[] =>
  variant === 'l2-nodes-apart' ? cases.filter(({ reason }) => !reason.includes('PICS l2NodeToNode=false')) : cases;
