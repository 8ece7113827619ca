import { expect } from 'chai';
import { Recent } from '../../src/oracle/recent.js';

describe('recent entries', () => {
  it('hold at least so many of the latest, and at most twice as many', () => {
    const recent = new Recent<number, string>(10);
    for (let i = 0; i < 1000; i++) {
      recent.set(i, `entry ${i}`);
      for (let back = 0; back < Math.min(10, i + 1); back++) expect(recent.get(i - back)).to.equal(`entry ${i - back}`);
      expect(recent.get(i - 20)).to.equal(undefined);
    }
  });

  it('give what was set last under a key', () => {
    const recent = new Recent<number, string>(3);
    recent.set(1, 'old');
    for (const key of [2, 3]) recent.set(key, '');
    recent.set(1, 'new');
    expect(recent.get(1)).to.equal('new');
  });

  it('are gone when cleared', () => {
    const recent = new Recent<number, string>(2);
    for (const key of [1, 2, 3]) recent.set(key, 'here');
    recent.clear();
    expect([1, 2, 3].map((key) => recent.get(key))).to.deep.equal([undefined, undefined, undefined]);
  });
});
