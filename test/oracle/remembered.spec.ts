import { expect } from 'chai';
import { Remembered } from '../../src/oracle/remembered.js';

describe('Remembered', () => {
  it('keeps what matters and lets go of the rest as others come', () => {
    const all = new Remembered<number>();
    all.set('long', 1, 0, 1_000_000);
    for (let i = 0; i < 5000; i++) all.set(`mn${i}`, i, i * 10, i * 10 + 50);
    expect(all.get('long')).to.equal(1);
    const left = Array.from({ length: 5000 }, (_, i) => all.get(`mn${i}`)).filter((value) => value !== undefined);
    expect(left.length).to.be.below(2500);
    expect(all.get('mn4999')).to.equal(4999);
  });
});
