import { expect } from 'chai';
import { violated } from '../../src/oracle/finding.js';
import { otherDevices, Tallies } from '../../src/replay/tally.js';

const wrong = [violated('HA-40', 'this', 'that')];

describe('tallies of an audit', () => {
  it('count all violations of thousands of devices, and keep the frames of few', () => {
    const tallies = new Tallies();
    let shown = 0;
    for (let i = 0; i < 10_000; i++) {
      tallies.add('mpa', `device ${i}`, wrong, i, () => {
        shown++;
        return [];
      });
    }
    const all = [...tallies.all()];
    expect(all.length).to.be.below(2100);
    expect(all.reduce((sum, { violations }) => sum + violations, 0)).to.equal(10_000);
    expect(all.at(-1)).to.include({ device: otherDevices });
    expect(shown).to.be.within(3, 100);
    for (const { first } of all) expect(first).to.have.length.within(1, 3); // each can say what was wrong
  });

  it('keep the first frames of each of a few devices', () => {
    const tallies = new Tallies();
    let shown = 0;
    for (let i = 0; i < 1000; i++) {
      tallies.add('ha', `device ${i % 8}`, wrong, i, () => {
        shown++;
        return [];
      });
    }
    expect(shown).to.equal(24);
  });
});
