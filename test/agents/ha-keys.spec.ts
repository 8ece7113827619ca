import { expect } from 'chai';
import { KeyPool } from '../../src/agents/ha-keys.js';
import { Bench, coa, greKeyOf, keyOf, otherCoa } from './ha-bench.js';

describe('home agent: GRE keys', () => {
  it('gives a key that is not 0, and echoes A', () => {
    for (const a of [false, true]) {
      const extension = greKeyOf(new Bench().register({ key: 0, a }));
      expect(extension).to.deep.include({ a, reserved: 0 });
      expect(extension?.key).to.be.above(0);
    }
  });

  it('answers an own key with another one', () => {
    const bench = new Bench();
    const reply = bench.register({ key: 0x01020304 });
    expect(keyOf(reply)).not.to.equal(0x01020304);
    const [binding] = [...bench.agent.state.bindings.all()];
    expect(binding?.terms).to.deep.include({ reverseKey: 0x01020304, forwardKey: keyOf(reply) });
  });

  it('gives every L2 mobile node keys of its own', () => {
    const bench = new Bench();
    const keys = Array.from({ length: 600 }, (_, i) => {
      const key = i % 3 === 0 ? i + 1 : 0;
      return keyOf(bench.register({ key, a: true, nai: `mn${i}@example.org`, careOfAddress: i % 2 ? coa : otherCoa }));
    });
    expect(new Set(keys).size).to.equal(600);
    expect(keys).not.to.include(0);
  });

  it('copies the extension of a renewal that names the agreed key', () => {
    const bench = new Bench();
    const both = keyOf(bench.register({ key: 0 }));
    expect(keyOf(bench.register({ key: both }))).to.equal(both);
    expect(keyOf(bench.register({ key: both, careOfAddress: otherCoa })), 'handover').to.equal(both);

    const forward = keyOf(bench.register({ key: 7, nai: 'mn2@example.org' }));
    expect(keyOf(bench.register({ key: 7, nai: 'mn2@example.org' }))).to.equal(7);
    const [, binding] = [...bench.agent.state.bindings.all()];
    expect(binding?.terms).to.deep.include({ reverseKey: 7, forwardKey: forward });
  });

  it('starts again when a renewal names another key or another mode', () => {
    const bench = new Bench();
    const first = keyOf(bench.register({ key: 0 }));
    const second = keyOf(bench.register({ key: 0 }));
    const third = keyOf(bench.register({ key: 9 }));
    const fourth = keyOf(bench.register({ key: 9, a: true }));
    expect(new Set([first, second, third, fourth, 9]).size).to.equal(5);
    expect(bench.agent.state.keys.size, 'only the last ones are in use').to.equal(2);
  });

  it('finds the binding that a further care-of address names', () => {
    const bench = new Bench();
    const first = keyOf(bench.register({ key: 0 }));
    bench.register({ key: 0, careOfAddress: otherCoa, simultaneous: true });
    const third = bench.register({ key: first, careOfAddress: '198.51.100.9', simultaneous: true });
    expect(keyOf(third)).to.equal(first);
  });

  it('refuses an L2 reverse key that somebody else uses at the same care-of address', () => {
    const bench = new Bench();
    expect(bench.code({ key: 5, a: true })).to.equal(0);
    expect(bench.code({ key: 5, a: true, nai: 'mn2@example.org' })).to.equal(129);
    expect(bench.code({ key: 5, a: true, nai: 'mn2@example.org', careOfAddress: otherCoa })).to.equal(0);
    expect(bench.code({ key: 5, nai: 'mn3@example.org' }), 'normal mode tells them apart by home address').to.equal(0);
  });

  it('names the key in replies that end or deny a registration', () => {
    const bench = new Bench();
    const key = keyOf(bench.register({ key: 0, a: true }));
    expect(keyOf(bench.register({ key, a: true, identification: 1n }))).to.equal(key);
    expect(keyOf(bench.register({ key, a: true, lifetime: 0 }))).to.equal(key);
    expect(greKeyOf(bench.register({ key, a: true, lifetime: 0 }))).to.equal(undefined);
    expect(bench.agent.state.keys.size).to.equal(0);
  });

  it('lets a released key rest', () => {
    const numbers = [1, 2, 1, 1, 3, 1];
    const pool = new KeyPool(() => numbers.shift() ?? 1, 1000);
    for (const key of [pool.pick(0), pool.pick(0)]) pool.hold(key);
    pool.release(1, 0);
    expect(pool.pick(0), 'not 1: it rests').to.equal(3);
    expect(pool.pick(1000)).to.equal(1);
  });

  it('gets on with a random source that is stuck', () => {
    for (const stuck of [0, 1, 0xffffffff]) {
      const pool = new KeyPool(() => stuck, 1000);
      const keys = Array.from({ length: 100 }, () => {
        const key = pool.pick(0, 2);
        pool.hold(key);
        return key;
      });
      expect(new Set(keys).size).to.equal(100);
      expect(keys).not.to.include.members([0]);
      expect(keys).not.to.include.members([2]);
    }
  });

  it('counts a shared key once for each user', () => {
    const pool = new KeyPool(() => 1, 1000);
    pool.hold(5);
    pool.hold(5);
    pool.release(5, 0);
    expect(pool.size).to.equal(1);
    pool.release(5, 0);
    expect(pool.size).to.equal(0);
  });
});
