import { expect } from 'chai';
import { runInMemory } from './in-memory.js';

describe('a device that dies in the middle of a run and is brought back', () => {
  for (const diesAfter of [300, 1500, 4000, 9000]) {
    it(`is accused of nothing that it forgot, when that is after ${diesAfter} ms`, async () => {
      const { cases, totals } = await runInMemory({ diesAfter });
      const held = cases.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn' || verdict === 'error');
      expect(held.map(({ id, expected, actual }) => `${id}: ${expected}; ${actual}`)).to.deep.equal([]);
      const lost = cases.filter(({ reason }) => reason.startsWith('the device stopped answering'));
      expect(lost).to.not.be.empty;
      expect(totals.pass).to.be.above(200);
    });
  }
});
