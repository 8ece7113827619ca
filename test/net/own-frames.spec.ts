import { expect } from 'chai';
import { OwnFrames } from '../../src/net/own-frames.js';

describe('own frames', () => {
  it('come back once for each time they were injected', () => {
    const own = new OwnFrames();
    own.injected(Uint8Array.of(1, 2));
    own.injected(Uint8Array.of(1, 2));
    own.injected(Uint8Array.of(3));
    const arrivals = [[1, 2], [9], [1, 2], [1, 2], [3], [3]].map((bytes) => own.cameBack(Uint8Array.from(bytes)));
    expect(arrivals).to.deep.equal([true, false, true, false, true, false]);
  });

  it('are forgotten, the oldest first, when too many do not come back', () => {
    const own = new OwnFrames();
    const frame = (i: number): Uint8Array => Uint8Array.of(i >> 8, i & 255);
    for (let i = 0; i < 2000; i++) own.injected(frame(i));
    expect(own.cameBack(frame(0))).to.equal(false);
    expect(own.cameBack(frame(1999))).to.equal(true);
  });
});
