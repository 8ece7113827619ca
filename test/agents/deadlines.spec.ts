import { expect } from 'chai';
import fc from 'fast-check';
import { Deadlines, type Due } from '../../src/agents/deadlines.js';

describe('deadlines', () => {
  it('yields what is due in order, each thing once, whatever was moved or removed before', () => {
    const moves = fc.array(fc.tuple(fc.nat(19), fc.option(fc.nat(1000), { nil: undefined })), { maxLength: 200 });
    fc.assert(
      fc.property(moves, (list) => {
        const things: Due[] = Array.from({ length: 20 }, () => ({ due: Infinity, slot: -1 }));
        const wanted = new Map<Due, number>();
        const heap = new Deadlines<Due>();
        for (const [index, due] of list) {
          const thing = things[index];
          if (!thing) continue;
          if (due === undefined) {
            heap.remove(thing);
            wanted.delete(thing);
          } else {
            heap.set(thing, due);
            wanted.set(thing, due);
          }
          expect(heap.next()).to.equal(wanted.size === 0 ? undefined : Math.min(...wanted.values()));
        }
        const taken: number[] = [];
        for (let thing; (thing = heap.take(1000));) taken.push(thing.due);
        expect(taken).to.deep.equal([...wanted.values()].sort((a, b) => a - b));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('keeps back what is not due, and forgets what never is', () => {
    const heap = new Deadlines<Due>();
    const thing = { due: 0, slot: -1 };
    heap.set(thing, 10);
    expect(heap.take(9)).to.equal(undefined);
    heap.set(thing, Infinity);
    expect(heap.next()).to.equal(undefined);
    heap.remove(thing);
  });
});
