import { expect } from 'chai';
import { catalogue } from '../../src/spec/catalogue.js';
import { profiles } from '../../src/spec/config.js';
import { defaultKnobs, parseKnob } from '../../src/spec/knobs.js';
import { isRestated, profileKnobs, profileOf, profileTraits, ruleIn, zeroKeyRules } from '../../src/spec/profiles.js';

describe('profiles', () => {
  it('have knobs that exist, and values that they can have', () => {
    for (const profile of profiles) {
      for (const [name, value] of Object.entries(profileTraits[profile].knobs)) {
        expect(parseKnob(`${name}=${value}`), `${profile} ${name}`).to.include({ ok: true });
      }
      expect(profileKnobs(profile)).to.have.all.keys(Object.keys(defaultKnobs()));
    }
  });

  it('do without rules and documents that exist', () => {
    const known = new Set<string>(catalogue.flatMap(({ id, document }) => [id, document]));
    for (const profile of profiles) {
      const { without, unconfirmed, restated } = profileTraits[profile];
      for (const name of [...without, ...unconfirmed, ...Object.keys(restated)])
        expect(known.has(name), `${profile} ${name}`).to.equal(true);
    }
    for (const id of zeroKeyRules) expect(known.has(id), id).to.equal(true);
  });

  it('leave the default profile every rule of the catalogue, as it stands there', () => {
    for (const row of catalogue) expect(ruleIn('tsirtsis-00', row.id)).to.equal(row);
    expect(profileKnobs('tsirtsis-00')).to.deep.equal(defaultKnobs());
  });

  it('keep the rules of one document from devices that follow another', () => {
    expect(ruleIn('yegani-02', 'TS-12')).to.equal(undefined);
    expect(ruleIn('yegani-02', 'YG-16')).to.include({ level: 'MUST' });
    expect(ruleIn('rfc6245', 'HA-32')).to.include({ level: 'MUST' });
  });

  it('decide nothing by what is known of RFC 6245 from memory, but for the layout that it stands for', () => {
    const rows = catalogue.filter(({ document }) => document === 'yegani');
    const kept = rows.flatMap(({ id }) => ruleIn('rfc6245', id) ?? []);
    expect(kept.length).to.be.greaterThan(10);
    expect(kept.filter(({ level }) => level !== 'info').map(({ id }) => id)).to.deep.equal(['YG-22']);
    expect(ruleIn('rfc6245', 'YG-22')?.text).to.match(/Sub-Type 0 and a Length of 16 bits/);
    expect(isRestated('yegani-02', 'YG-22')).to.equal(false);
  });

  for (const [seen, profile] of [
    [{ secondOctet: 0, aFlag: false }, 'rfc6245'],
    [{ secondOctet: 6, keyDirection: 'receiver', aFlag: false }, 'yegani-02'],
    [{ secondOctet: 6, keyDirection: 'receiver', aFlag: true }, 'tsirtsis-00'],
    [{ secondOctet: 6, keyDirection: 'sender', aFlag: false }, 'tsirtsis-00'],
    [{ secondOctet: 6, aFlag: false }, 'tsirtsis-00'],
  ] as const) {
    it(`are told from ${JSON.stringify(seen)}: ${profile}`, () => expect(profileOf(seen)).to.equal(profile));
  }
});
