import { expect } from 'chai';
import { Rounds } from '../../src/oracle/rounds.js';

describe('rounds through a map', () => {
  it('show every entry, a few at a time, and begin again', () => {
    const map = new Map([1, 2, 3, 4, 5].map((n) => [n, n]));
    const rounds = new Rounds(map);
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) rounds.look(2, (n) => seen.push(n));
    expect(seen).to.deep.equal([1, 2, 3, 4, 5, 1, 2]);
  });

  it('get on with a map that changes on the way', () => {
    const map = new Map([1, 2, 3].map((n) => [n, n]));
    const rounds = new Rounds(map);
    const seen: number[] = [];
    rounds.look(1, () => map.delete(2));
    map.set(4, 4);
    rounds.look(5, (n) => seen.push(n));
    expect(seen).to.deep.equal([3, 4]);
  });

  it('have nothing to show of an empty map', () => {
    const map = new Map<number, number>();
    const rounds = new Rounds(map);
    rounds.look(3, () => expect.fail('there is nothing'));
    map.set(1, 1);
    rounds.look(3, (n) => expect(n).to.equal(1));
  });
});
