import { expect } from 'chai';
import { runInMemory } from './in-memory.js';

describe('tester: a home agent that refuses keys of the proxy agent', () => {
  it('is warned for it alone, and all else is tested with keys of its own', async () => {
    const { cases } = await runInMemory({ device: { fault: 'own-keys-prohibited' } });
    const of = (verdict: string): string[] => cases.filter((c) => c.verdict === verdict).map(({ id }) => id);
    expect(of('fail').concat(of('error'), of('inconclusive'))).to.deep.equal([]);
    expect(of('warn')).to.deep.equal(['ha/5.2/04', 'ha/5.2/09']);
    const refused = cases.filter(({ reason }) => reason.startsWith('the device refuses'));
    expect(refused.map(({ verdict }) => verdict)).to.satisfy((all: string[]) => all.every((v) => v === 'skip'));
    expect(refused.map(({ id }) => id)).to.include.members(['ha/5.2/05', 'ha/5.2/10', 'ha/5.2/12', 'ha/6.2/02']);
    expect(cases.find(({ id }) => id === 'ha/rfc3344-5.7/05')?.verdict).to.equal('pass');
  }).timeout(60_000);
});
