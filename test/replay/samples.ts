/** The captures in pcaps/ that are made from runs of the reference devices: what happens in each, and its verdict. */
import type { TunnelMode } from '../../src/agents/mpa-config.js';
import { type SampleDevices, SampleNetwork } from './sample-network.js';

export interface Sample {
  readonly name: string;
  /** For pcaps/README.md. */
  readonly text: string;
  readonly devices: SampleDevices;
  readonly run: (network: SampleNetwork) => Promise<void>;
  /** Requirements that an audit with the key must find violated. */
  readonly violated: readonly string[];
}

/** A mobile node from coming to leaving, with a renewal between. */
const life =
  (mode: TunnelMode) =>
  async (network: SampleNetwork): Promise<void> => {
    const station = await network.attach(1, mode);
    await network.wait(17_000); // beyond the first renewal of a lifetime of 20 s
    await station.ping();
    network.detach(1);
    await network.wait(500);
    await station.leave();
  };

/** Two nodes at a time, for what shows in comparison only. */
const two =
  (mode: TunnelMode) =>
  async (network: SampleNetwork): Promise<void> => {
    const first = await network.attach(1, mode);
    const second = await network.attach(2, mode);
    await first.ping();
    await second.ping();
    network.detach(1);
    network.detach(2);
    await network.wait(500);
    await first.leave();
    await second.leave();
  };

async function handover(network: SampleNetwork): Promise<void> {
  const mode = { l2: true, key: 'zero' } as const;
  const before = await network.attach(1, mode, 0);
  await before.leave();
  const after = await network.attach(1, mode, 1);
  await after.ping();
  network.detach(1, 1);
  await network.wait(500);
  await after.leave();
}

async function denial(network: SampleNetwork): Promise<void> {
  const station = await network.attach(1, { l2: true, key: 'zero' });
  await network.wait(2000);
  await station.leave();
}

const short = { lifetime: 20 } as const;
const l2Zero = { l2: true, key: 'zero' } as const;

function mode(name: string, text: string, tunnel: TunnelMode): Sample {
  return { name, text, devices: { mpa: short }, run: life(tunnel), violated: [] };
}

function faulty(fault: string, violated: readonly string[], run = life(l2Zero)): Sample {
  const text = `the home agent has the fault ${fault}: it violates ${violated.join(' and ')}`;
  return { name: `fault-${fault}`, text, devices: { ha: { fault }, mpa: short }, run, violated };
}

export const samples: readonly Sample[] = [
  mode('normal-key-zero', 'key 0, A=0: one key for both directions; renewal, deregistration', {
    l2: false,
    key: 'zero',
  }),
  mode('normal-own-key', 'key not 0, A=0: a key each way; renewal, deregistration', { l2: false, key: 'own' }),
  mode('l2-key-zero', 'key 0, A=1; DHCPv4 and ARP in the tunnel; renewal, deregistration', l2Zero),
  mode('l2-own-key', 'key not 0, A=1; DHCPv4 and ARP in the tunnel; renewal, deregistration', { l2: true, key: 'own' }),
  mode('ip-in-ip', 'no GRE Key extension: IP-in-IP; renewal, deregistration', { l2: false, key: 'none' }),
  {
    name: 'handover',
    text: 'an L2 mobile node goes from one proxy agent to another, which asks for a new key',
    devices: {},
    run: handover,
    violated: [],
  },
  {
    name: 'denial',
    text: 'the home agent has no L2 tunnels and denies with 129',
    devices: { ha: { features: { l2: false } } },
    run: denial,
    violated: [],
  },
  faulty('extension-missing', ['TS-18', 'YG-16']),
  faulty('a-not-echoed', ['TS-20']),
  faulty('l2-keys-shared', ['TS-12'], two(l2Zero)),
  faulty('authenticator-misses-spi', ['HA-11']),
  faulty('downlink-without-key', ['TN-03', 'YG-23'], life({ l2: false, key: 'zero' })),
];

export async function makeSample({ devices, run }: Sample): Promise<Uint8Array> {
  const network = await SampleNetwork.open(devices);
  await run(network);
  return network.close();
}
