import { expect } from 'chai';
import { didYouMean, nearest } from '../../src/cli/nearest.js';

describe('cli nearest', () => {
  const words = ['securityAssociations', 'pics', 'pixit', 'ha/5.2', 'ha/5.3', 'TS-12'];

  for (const [typed, first] of [
    ['securityAsociations', 'securityAssociations'],
    ['pic', 'pics'],
    ['ts-12', 'TS-12'],
    ['ha/52', 'ha/5.2'],
  ] as const) {
    it(`finds ${first} for ${typed}`, () => {
      expect(nearest(typed, words)[0]).to.equal(first);
    });
  }

  for (const typed of ['', 'x', 'something else', 'a'.repeat(100_000)]) {
    it(`finds nothing for ${typed.slice(0, 20) || 'an empty word'}`, () => {
      expect(nearest(typed, words)).to.deep.equal([]);
      expect(didYouMean(typed, words, 'look elsewhere')).to.equal('look elsewhere');
    });
  }

  it('asks about several', () => {
    expect(didYouMean('ha/5.1', words, '')).to.equal('did you mean ha/5.2 or ha/5.3?');
  });
});
