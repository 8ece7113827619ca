/** Runs cases against a reference device in one process: no sockets, and waiting costs no time. */
import { startHomeAgent } from '../../dut/ha.js';
import { startMpa } from '../../dut/mpa.js';
import { haProfile, mpaProfile } from '../../dut/profile.js';
import { memoryNet, type MemoryNet } from '../../net/memory.js';
import type { RunResult } from '../../report/result.js';
import { defaultAssociation, defaultHomeNetwork, defaultPics, type Profile } from '../../spec/config.js';
import { defaultKnobs } from '../../spec/knobs.js';
import type { OnBent } from '../../tester/bend.js';
import type { CaseDefinition } from '../../tester/case.js';
import { partition } from '../../tester/configurations.js';
import { mergeRuns } from '../../tester/merge.js';
import type { MpaControl } from '../../tester/mpa-control.js';
import { runCases, type RunOptions } from '../../tester/run.js';
import { mobileIpPort } from '../../wire/mobileip.js';
import { fromHex } from '../../wire/text.js';
import { deviceOptions } from '../embedded.js';
import { begun, mpaOptions } from '../embedded-mpa.js';
import type { Dut } from './jobs.js';

type Config = RunOptions['config'];

const key = fromHex(defaultAssociation.key) ?? new Uint8Array(0);

const common: Omit<Config, 'as' | 'target' | 'local'> = {
  profile: 'tsirtsis-00',
  mnHa: { spi: defaultAssociation.spi, key, algorithm: 'hmac-md5', replay: 'timestamps' },
  pics: defaultPics,
  pixit: { realm: 'example.org', homeNetwork: defaultHomeNetwork, gateway: { ipv4: '10.99.0.1' }, maxLifetime: 1800 },
  knobs: defaultKnobs(),
  gre: true,
  timeout: 3000,
  seed: 1,
  strict: false,
  bail: false,
};

const homeAgents = ['192.0.2.1', '192.0.2.2'];
const careOfs = ['198.51.100.7', '198.51.100.8'];

/** The configuration of an in-memory run against that kind of device. */
export function memoryConfig(dut: Dut): Config {
  const [homeAgent = '', careOf = ''] = [homeAgents[0], careOfs[0]];
  return dut === 'ha'
    ? { ...common, as: 'mpa', target: { address: homeAgent, port: mobileIpPort }, local: careOfs }
    : { ...common, as: 'ha', target: { address: careOf, port: mobileIpPort }, local: homeAgents };
}

export interface Deviating {
  readonly fault?: string;
  readonly variant?: string;
  /** The device follows another profile than the tester. */
  readonly profile?: Profile;
}

/** Every case meets the configuration of the device that shows what it tests. */
export async function runInMemory(
  dut: Dut,
  cases: readonly CaseDefinition[],
  deviation: Deviating = {},
  config: Config = memoryConfig(dut),
  onBent?: OnBent,
): Promise<RunResult> {
  const runs: RunResult[] = [];
  for (const part of partition(cases, config)) {
    const net = memoryNet();
    runs.push(await (dut === 'ha' ? runHa : runMpa)(net, optionsOf(net, part.config, part.cases, onBent), deviation));
  }
  const [first, ...rest] = runs;
  if (!first) throw new TypeError('no case was given');
  return mergeRuns(
    [first, ...rest],
    cases.map(({ id }) => id),
  );
}

async function runHa(net: MemoryNet, run: RunOptions, deviation: Deviating): Promise<RunResult> {
  const { config } = run;
  const { profile } = deviation;
  const options = deviceOptions(config, deviation.fault, ['192.0.2.9']);
  if (options.device !== 'ha') throw new TypeError('the embedded device is no home agent');
  const host = await startHomeAgent(net.device, {
    ...options,
    ...deviation,
    ...(profile && haProfile(profile, options.features)),
  });
  try {
    return await runCases(run);
  } finally {
    await host.close();
  }
}

async function runMpa(net: MemoryNet, run: RunOptions, deviation: Deviating): Promise<RunResult> {
  const { config } = run;
  const { profile } = deviation;
  const options = mpaOptions(config, config.target.address, deviation.fault);
  if (options.device !== 'mpa') throw new TypeError('the embedded device is no proxy agent');
  const host = await startMpa(net.device, {
    ...options,
    accessLink: 'access',
    ...deviation,
    ...(profile && mpaProfile(profile)),
  });
  const plain = config.pics.greKeys ? {} : ({ l2: false, key: 'none' } as const);
  const control: MpaControl = {
    advice: 'the agent was told to attach a node',
    attach: async ({ nai, mac }, wish) => begun(host.command({ kind: 'attach', nai, mac, ...wish, ...plain })),
    detach: async ({ nai, mac }) => begun(host.command({ kind: 'detach', nai, mac })),
  };
  try {
    return await runCases({
      ...run,
      control,
      access: (receive) => net.openLink('access', receive),
    });
  } finally {
    await host.close();
  }
}

function optionsOf(
  net: MemoryNet,
  config: Config,
  cases: readonly CaseDefinition[],
  onBent: OnBent | undefined,
): RunOptions {
  return {
    config,
    net,
    cases,
    selection: [],
    version: 'in memory',
    targetName: 'in memory',
    repeat: (id) => `grespec run ${id}`,
    signal: new AbortController().signal,
    ...(onBent && { onBent }),
  };
}
