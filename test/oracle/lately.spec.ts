import { expect } from 'chai';
import type { Binding } from '../../src/oracle/bindings.js';
import { Standing } from '../../src/oracle/doubts.js';
import { Lately, underWay } from '../../src/oracle/lately.js';

const binding = (homeAddress: string, forwardKey: number): Binding => ({
  ...{ mn: 'mn@example.org', homeAgent: '192.0.2.1', careOf: '198.51.100.7', homeAddress, l2: false, gre: true },
  ...{ reverseKey: forwardKey, forwardKey, bidirectional: true, since: 0, until: 1000, lifetime: 1 },
  standing: new Standing(1000),
});
const keys = (bindings: readonly Binding[]): unknown[] => bindings.map((b) => b.forwardKey);

describe('bindings that ended lately', () => {
  const [first, second] = ['10.0.0.1', '10.0.0.2'];

  it('are known by their home address for as long as packets may be under way', () => {
    const lately = new Lately();
    lately.add(binding(first, 1), 100);
    lately.add(binding(second, 2), 200);
    lately.add(binding(first, 3), 300);
    expect(keys(lately.at(first, 300))).to.deep.equal([1, 3]);
    expect(keys(lately.at(second, 300))).to.deep.equal([2]);
    expect(keys(lately.at(first, 100 + underWay))).to.deep.equal([3]);
    expect(lately.at('10.0.0.3', 300)).to.deep.equal([]);
  });

  it('are let go of in the order in which they ended', () => {
    const lately = new Lately();
    for (const [n, at] of [100, 200, 300].entries()) lately.add(binding(first, n), at);
    lately.sweep(200 + underWay);
    expect(keys(lately.at(first, 0))).to.deep.equal([2]);
    lately.sweep(300 + underWay);
    expect(lately.at(first, 0)).to.deep.equal([]);
  });

  it('are few of one home address, and not without end in all', () => {
    const lately = new Lately();
    for (let n = 0; n < 40; n++) lately.add(binding(first, n), 100);
    expect(keys(lately.at(first, 100))).to.deep.equal(Array.from({ length: 16 }, (_, n) => 24 + n));
    for (let n = 0; n < 20_010; n++) {
      lately.add(binding(second, n), 200);
      lately.sweep(200);
    }
    expect(lately.at(first, 200)).to.deep.equal([]);
    expect(lately.at(second, 200).length).to.equal(16);
  });

  it('become what stands for them', () => {
    const lately = new Lately();
    lately.add(binding(first, 1), 100);
    lately.turn((b) => ({ ...b, forwardKey: 9 }));
    expect(keys(lately.at(first, 100))).to.deep.equal([9]);
  });
});
