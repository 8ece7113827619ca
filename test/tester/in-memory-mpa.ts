/** Runs cases against a reference mobility proxy agent over the in-memory network. */
import { mpaSections } from '../../suites/mpa/index.js';
import { type MpaOptions, startMpa } from '../../src/dut/mpa.js';
import { memoryNet } from '../../src/net/memory.js';
import type { RunResult } from '../../src/report/result.js';
import type { RunConfig } from '../../src/spec/config.js';
import { runCases } from '../../src/tester/run.js';
import { haConfig } from './in-memory.js';

export const mpaCases = mpaSections.flatMap((s) => s.cases);

const careOf = '198.51.100.7';
const link = 'access';

export interface InMemoryMpaRun {
  readonly device?: Partial<MpaOptions>;
  readonly config?: Partial<RunConfig>;
  /** Id prefixes; all cases when left out. */
  readonly select?: readonly string[];
}

export async function runMpaInMemory({
  device = {},
  config = {},
  select = [''],
}: InMemoryMpaRun = {}): Promise<RunResult> {
  const net = memoryNet();
  const local = ['192.0.2.1', '192.0.2.2'];
  const host = await startMpa(net.device, {
    address: careOf,
    homeAgent: { address: '192.0.2.1' },
    accessLink: link,
    seed: 7,
    ...device,
  });
  try {
    return await runCases({
      config: { ...haConfig, as: 'ha', local, ...config, target: { address: careOf, port: 434 } },
      net,
      cases: mpaCases.filter((c) => select.some((prefix) => c.id.startsWith(prefix))),
      selection: select,
      version: 'test',
      targetName: 'in memory',
      repeat: (id) => `grespec run --as ha ${id}`,
      signal: new AbortController().signal,
      control: {
        advice: 'attach a node',
        attach: async ({ nai, mac }, wish) => begun(host.command({ kind: 'attach', nai, mac, ...wish })),
        detach: async ({ nai, mac }) => begun(host.command({ kind: 'detach', nai, mac })),
      },
      access: (receive) => net.openLink(link, receive),
    });
  } finally {
    await host.close();
  }
}

const begun = (answer: { readonly ok: boolean }): 'begun' | 'unsupported' => (answer.ok ? 'begun' : 'unsupported');
