/** What an audit takes devices for, told by nothing but their packets. */
import { expect } from 'chai';
import { haProfile, mpaProfile } from '../../src/dut/profile.js';
import { profiles } from '../../src/spec/config.js';
import { profileTraits } from '../../src/spec/profiles.js';
import { SampleNetwork } from './sample-network.js';
import { auditBytes, resultOf } from './taps.js';

describe('audit of devices of a profile', () => {
  for (const profile of profiles) {
    it(`takes ${profile} for what it is, and finds nothing wrong`, async () => {
      const network = await SampleNetwork.open({
        ha: haProfile(profile),
        mpa: { lifetime: 20, ...mpaProfile(profile) },
      });
      const stations = [
        await network.attach(1, { l2: false, key: 'own' }),
        await network.attach(2, { l2: false, key: 'own' }),
      ];
      await network.wait(17_000);
      for (const station of stations) await station.ping();
      network.detach(1);
      await network.wait(500);
      const outcome = await auditBytes(await network.close(), { knobs: {} });
      expect(outcome.settings.profile).to.equal(profile);
      expect(outcome.settings.dialect.greKeyForm).to.equal(profile);
      expect(outcome.settings.knobs['key_direction']).to.equal(profileTraits[profile].keyDirection);
      const { cases } = resultOf(outcome);
      expect(cases.filter((c) => c.verdict !== 'pass').map((c) => `${c.verdict} ${c.id} ${c.actual}`)).to.deep.equal(
        [],
      );
      expect(cases.length).to.be.greaterThan(20);
      const foreign =
        profile === 'tsirtsis-00' ? [] : cases.filter((c) => c.requirements.some((id) => /^TS-/.test(id)));
      expect(foreign.map((c) => c.id)).to.deep.equal([]);
      const known = cases.filter((c) => /YG-/.test(c.requirements.join()) && c.level !== 'info');
      if (profile === 'rfc6245') expect([...new Set(known.flatMap((c) => c.requirements))]).to.deep.equal(['YG-22']);
    });
  }

  it('tells RFC 6245 from its second octet even where no packet went through a tunnel', async () => {
    const network = await SampleNetwork.open({ ha: haProfile('rfc6245'), mpa: mpaProfile('rfc6245') });
    await network.attach(1, { l2: false, key: 'zero' });
    const { settings } = await auditBytes(await network.close(), { knobs: {} });
    expect(settings.profile).to.equal('rfc6245');
    expect(settings.knobs['key_direction']).to.equal('receiver');
  });
});
