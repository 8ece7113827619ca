import { expect } from 'chai';
import { defaultPics } from '../../src/spec/config.js';
import { haConfig, runInMemory } from './in-memory.js';

describe('a home agent that assigns no home addresses', () => {
  const pics = { ...defaultPics, dynamicHomeAddress: false };
  const device = { features: { dynamicHomeAddress: false } };

  it('is asked for addresses of its home network instead, and not accused', async () => {
    const { cases, totals } = await runInMemory({ device, config: { pics } });
    const other = cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
    expect(other.map(({ id, verdict, reason, actual }) => `${verdict} ${id}: ${reason} | ${actual}`)).to.deep.equal([]);
    expect(totals.pass).to.be.above(200);
  });

  it('cannot be tested where nobody says which addresses there are', async () => {
    const pixit = { realm: haConfig.pixit.realm };
    const { cases } = await runInMemory({ device, config: { pics, pixit }, select: ['ha/5.3'] });
    const undecided = cases.filter(({ verdict }) => verdict !== 'skip');
    expect(undecided).to.not.be.empty;
    for (const { reason } of undecided) expect(reason).to.include('homeNetwork=NETWORK');
  });
});
