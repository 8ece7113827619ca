import { expect } from 'chai';
import type { HaFeatures } from '../../src/agents/ha-config.js';
import type { Profile } from '../../src/spec/config.js';
import { type HomeAgentOptions, startHomeAgent } from '../../src/dut/ha.js';
import { type MemoryNet, memoryNet } from '../../src/net/memory.js';
import type { Net, UdpPort } from '../../src/net/port.js';
import type { CaseResult, RunResult } from '../../src/report/result.js';
import { profileKnobs, profileTraits } from '../../src/spec/profiles.js';
import { haConfig, type InMemoryRun, runInMemory } from './in-memory.js';

const layout = (greKeyForm: Profile): Partial<HomeAgentOptions> => ({
  ...{ greKeyForm, features: { l2: greKeyForm === 'tsirtsis-00' } },
  ...(greKeyForm !== 'tsirtsis-00' && { keyDirection: 'receiver' }),
});

describe('tester: a device that was told something else', () => {
  for (const [profile, device, advice] of [
    ['tsirtsis-00', layout('rfc6245'), 'try --profile rfc6245'],
    ['rfc6245', layout('tsirtsis-00'), 'try --profile tsirtsis-00'],
    ['rfc6245', { ...layout('tsirtsis-00'), features: { l2: false } }, 'try --profile tsirtsis-00 or yegani-02'],
  ] as const) {
    it(`shows another profile than ${profile}, told once for the whole run: ${advice}`, async () => {
      const { run } = await runInMemory({
        device,
        config: { profile, knobs: profileKnobs(profile) },
        select: ['ha/5.3'],
      });
      expect(run.mismatch).to.match(new RegExp(`${advice}$`));
    });
  }

  it('fails for the layout, shows the answer that proves it, and cites the rule as the profile has it', async () => {
    const { cases } = await layoutCases('rfc6245', layout('tsirtsis-00'));
    const found = cases.find(({ verdict }) => verdict === 'fail');
    expect(found).to.include({ id: 'ha/yegani-5/01' });
    expect(found?.reason).to.match(/^YG-22 \(fact, RFC 6245, in place of draft-yegani.*Sub-Type 0/);
    expect(found?.expected).to.include('Sub-Type 0 and the 16-bit Length 4');
    expect(found?.actual).to.match(
      /begins with 30 06 80 00, for a request that has it so; .*try --profile tsirtsis-00$/,
    );
    expect(found?.frames.map(({ direction }) => direction)).to.deep.equal(['sent', 'received']);
    expect(found?.frames.at(-1)).to.include({ guilty: true });
  });

  it('fails for the layout where the device has no tunnels without keys either', async () => {
    const pics = { ...haConfig.pics, ipInIp: false };
    const device = { ...layout('tsirtsis-00'), features: { ipInIp: false } };
    expect(failed(await layoutCases('rfc6245', device, { config: { pics } }))).to.deep.equal(['ha/yegani-5/01']);
  });

  for (const profile of ['tsirtsis-00', 'yegani-02', 'rfc6245'] as const) {
    const other = profile === 'rfc6245' ? 'tsirtsis-00' : 'rfc6245';

    it(`is not failed that refuses keys in the layout of ${profile} and grants them in that of ${other}`, async () => {
      const net = await twoLayouts(profile, { greKeys: false });
      const { run, cases } = await layoutCases(profile, layout(other), { net });
      expect(run.mismatch).to.include(`try --profile ${other}`);
      expect(failed({ cases })).to.deep.equal([]);
    });

    it(`is not failed that knows ${profile} and ${other}, when the first requests get lost`, async () => {
      const net = await twoLayouts(profile, {}, 5);
      const { run, cases } = await layoutCases(profile, layout(other), { net });
      expect(run.mismatch).to.equal(undefined);
      expect(cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')).to.deep.equal([]);
    });

    it(`is not failed that follows ${profile}, and refuses keys or leaves the extension out`, async () => {
      for (const device of [{ features: { greKeys: false } }, { fault: 'extension-missing' }] as const) {
        const { run, cases } = await layoutCases(profile, { ...layout(profile), ...device });
        expect(run.mismatch ?? '').not.to.include('layout');
        expect(failed({ cases })).to.deep.equal([]);
      }
    });
  }

  for (const [what, config, advice] of [
    ['another SPI', { mnHa: { ...haConfig.mnHa, spi: 300 } }, /refuses every valid registration with code 131.*--spi/],
    ['another realm', { pixit: { ...haConfig.pixit, realm: 'other.org' } }, /denies every .*code 131.*--pixit realm=/],
  ] as const) {
    it(`names the code where it was told ${what}, and what to check`, async () => {
      const { run, cases } = await runInMemory({ config, select: ['ha/5.3/01'] });
      expect(run.mismatch ?? cases[0]?.reason).to.match(advice);
    });
  }

  it('advises on --local where nothing can leave this machine', async () => {
    const { cases } = await runInMemory({
      config: { local: ['127.0.0.1'] },
      device: { addresses: ['192.0.2.99'] },
      select: ['ha/5.3/01'],
    });
    expect(cases[0]?.reason).to.match(/check --local \(from 127\.0\.0\.1 nothing leaves this machine\), address/);
  });

  it('is not told of where all fits', async () => {
    expect((await runInMemory({ select: ['ha/5.3'] })).run).not.to.have.property('mismatch');
  });
});

/** The cases about the layout itself. */
function layoutCases(
  profile: Profile,
  device: Partial<HomeAgentOptions>,
  more: Pick<InMemoryRun, 'net' | 'config'> = {},
): Promise<RunResult> {
  const config = { profile, knobs: profileKnobs(profile), ...more.config };
  return runInMemory({ ...more, device, config, select: ['ha/4/01', 'ha/yegani-5/01'] });
}

const failed = ({ cases }: { readonly cases: readonly CaseResult[] }): string[] =>
  cases.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);

/**
 * A network whose home agent is two: one for messages with the extension in the layout of that profile, started here, and
 * one for all others, which whoever runs cases starts. So many of the first messages to the former get lost.
 */
async function twoLayouts(profile: Profile, features: Partial<HaFeatures>, losses = 0): Promise<MemoryNet> {
  const net = memoryNet();
  const receivers: Parameters<Net['openUdp']>[1][] = [];
  let shared: UdpPort | undefined;
  let left = losses;
  const device: Net = {
    ...net.device,
    async openUdp(local, receive) {
      receivers.push(receive);
      return (shared ??= await net.device.openUdp(local, (datagram) => {
        const octets = profileTraits[profile].secondOctet === 6 ? [48, 6] : [48, 0, 0, 4];
        const isOfProfile = Buffer.from(datagram.payload).includes(Buffer.from(octets), 24);
        if (isOfProfile && left-- > 0) return;
        receivers[isOfProfile ? 0 : 1]?.(datagram);
      }));
    },
  };
  const silent: Net = {
    ...device,
    openRaw: (address, protocol) => net.device.openRaw(address, protocol, () => undefined),
  };
  await startHomeAgent(silent, { addresses: [haConfig.target.address], seed: 8, ...layout(profile), features });
  return { ...net, device };
}
