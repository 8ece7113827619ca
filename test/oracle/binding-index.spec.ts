import { expect } from 'chai';
import { BindingIndex } from '../../src/oracle/binding-index.js';
import type { Binding } from '../../src/oracle/bindings.js';
import { Standing } from '../../src/oracle/doubts.js';

const binding = (mn: string, until: number): Binding => ({
  ...{ mn, homeAgent: '192.0.2.1', careOf: '198.51.100.7', homeAddress: '0.0.0.0', l2: true, gre: true },
  ...{ bidirectional: true, since: 0, until, lifetime: until / 1000 },
  standing: new Standing(until),
});

describe('index of bindings', () => {
  const [a, b, c] = [binding('a', 1000), binding('b', 2000), binding('c', 3000)];

  it('finds one, several, and none', () => {
    const index = new BindingIndex<number>();
    expect(index.live(7, 0)).to.deep.equal([]);
    index.add(7, a);
    expect(index.live(7, 0)).to.deep.equal([a]);
    for (const one of [b, c, b, a]) index.add(7, one);
    expect(index.live(7, 0)).to.deep.equal([a, b, c]);
    expect(index.live(8, 0)).to.deep.equal([]);
  });

  it('leaves out those that are over, alone or among others', () => {
    const index = new BindingIndex<number>();
    index.add(7, a);
    expect(index.live(7, 1000)).to.deep.equal([]);
    index.add(7, b);
    expect(index.live(7, 1000)).to.deep.equal([b]);
  });

  it('keeps nothing of those that were dropped, and the others', () => {
    const index = new BindingIndex<number>();
    for (const one of [a, b]) index.add(7, one);
    index.drop(7, c);
    index.drop(7, a);
    expect(index.live(7, 0)).to.deep.equal([b]);
    index.drop(7, b);
    expect(index.has(7)).to.equal(false);
    index.add(7, a);
    index.drop(7, b);
    expect(index.live(7, 0)).to.deep.equal([a]);
    index.drop(7, a);
    expect(index.has(7)).to.equal(false);
  });

  it('leaves out a binding without the property', () => {
    const index = new BindingIndex<number>();
    index.add(undefined, a);
    index.drop(undefined, a);
    expect(index.has(0)).to.equal(false);
  });
});
