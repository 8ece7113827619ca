import { expect } from 'chai';
import { memoryNet } from '../../src/net/memory.js';
import type { CaseResult } from '../../src/report/result.js';
import { section } from '../../src/tester/case.js';
import { Inconclusive, Violation } from '../../src/tester/outcome.js';
import { runInMemory } from './in-memory.js';

const missed = (): Error => new Violation('HA-40', 'a reply', 'none');
const unknown = (): Error => new Inconclusive('nothing came');

/** What comes of a case that ends like this, one time after the other, while the tester is late by so many milliseconds. */
async function resultOf(late: number, ...ends: readonly (Error | undefined)[]): Promise<CaseResult | undefined> {
  const net = memoryNet();
  Object.assign(net.clock, { lag: () => late });
  const left = [...ends];
  const { cases } = section('ha/5.3', { document: 'tsirtsis', section: '5.3' }, (test) => {
    test('99', 'ends as it is told', { covers: ['HA-40'] }, () => {
      const end = left.shift();
      return end ? Promise.reject(end) : Promise.resolve();
    });
  });
  const [result] = (await runInMemory({ net, cases })).cases;
  return result;
}

describe('a tester that has too little processor time', () => {
  it('decides a case again that it could not decide', async () => {
    expect((await resultOf(500, unknown(), undefined))?.verdict).to.equal('pass');
    expect((await resultOf(500, unknown(), missed()))?.verdict).to.equal('fail');
  });

  it('fails nobody for what does not come again, and says what it was', async () => {
    const result = await resultOf(500, missed(), undefined);
    expect(result?.verdict).to.equal('inconclusive');
    expect(result?.reason).to.include('late by 500 ms').and.to.include('HA-40');
    expect((await resultOf(500, missed(), unknown()))?.verdict).to.equal('inconclusive');
  });

  it('fails who fails again', async () => {
    expect((await resultOf(500, missed(), missed()))?.verdict).to.equal('fail');
  });

  it('believes what it sees in time', async () => {
    expect((await resultOf(20, missed(), undefined))?.verdict).to.equal('fail');
    expect((await resultOf(20, unknown(), undefined))?.verdict).to.equal('inconclusive');
  });
});
