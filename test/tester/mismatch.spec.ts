import { expect } from 'chai';
import type { HomeAgentOptions } from '../../src/dut/ha.js';
import type { Profile } from '../../src/spec/config.js';
import { profileKnobs } from '../../src/spec/profiles.js';
import { haConfig, runInMemory } from './in-memory.js';

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
