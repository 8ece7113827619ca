import { expect } from 'chai';
import type { HomeAgentOptions } from '../../src/dut/ha.js';
import type { Profile } from '../../src/spec/config.js';
import { profileKnobs } from '../../src/spec/profiles.js';
import { runInMemory } from './in-memory.js';

const layout = (greKeyForm: Profile): Partial<HomeAgentOptions> => ({
  ...{ greKeyForm, features: { l2: greKeyForm === 'tsirtsis-00' } },
  ...(greKeyForm !== 'tsirtsis-00' && { keyDirection: 'receiver' }),
});

describe('tester: a device of another profile', () => {
  for (const [profile, device, advice] of [
    ['tsirtsis-00', layout('rfc6245'), 'try --profile rfc6245'],
    ['rfc6245', layout('tsirtsis-00'), 'try --profile tsirtsis-00'],
    ['rfc6245', { ...layout('tsirtsis-00'), features: { l2: false } }, 'try --profile tsirtsis-00 or yegani-02'],
  ] as const) {
    it(`is told of once for the whole run of ${profile}: ${advice}`, async () => {
      const { run } = await runInMemory({
        device,
        config: { profile, knobs: profileKnobs(profile) },
        select: ['ha/5.3'],
      });
      expect(run.mismatch).to.match(new RegExp(`${advice}$`));
    });
  }

  it('is not told of where the profile fits', async () => {
    expect((await runInMemory({ select: ['ha/5.3'] })).run).not.to.have.property('mismatch');
  });
});
