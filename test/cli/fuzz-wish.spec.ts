import { expect } from 'chai';
import { type FuzzFlags, fuzzWish } from '../../src/cli/fuzz-wish.js';
import { repeatCommand } from '../../src/cli/repeat.js';

const again = (flags: FuzzFlags): string =>
  repeatCommand(fuzzWish(flags, {}).again, flags, 7, ['grespec']).replace(' --seed 7', '');

describe('cli fuzz flags', () => {
  for (const [flags, wanted] of [
    [{}, 'grespec fuzz --mode message --runs 10000'],
    [{ mode: 'sequence' }, 'grespec fuzz --mode sequence --runs 1000'],
    [{ runs: '640', shard: '2/4' }, 'grespec fuzz --mode message --runs 640 --shard 2/4'],
    [{ duration: '0.5' }, 'grespec fuzz --mode message --duration 0.5'],
    [{ duration: '600', runs: '99' }, 'grespec fuzz --mode message --runs 99 --duration 600'],
    [{ fault: 'run @case', runs: '1' }, "grespec fuzz --mode message --runs 1 --fault 'run @case'"],
  ] as const) {
    it(`are repeated by ${wanted}`, () => {
      expect(again(flags)).to.equal(wanted);
    });
  }

  it('give each shard its part of the runs', () => {
    expect(fuzzWish({ runs: '10', shard: '4/4' }, {}).runs).to.equal(3);
  });

  for (const [flags, message] of [
    [{ runs: 'many' }, '--runs is a whole number from 1'],
    [{ runs: '0.5' }, '--runs is a whole number from 1'],
    [{ runs: '0' }, '--runs is a whole number from 1'],
    [{ duration: '0' }, '--duration is a number of seconds above 0'],
    [{ duration: 'long' }, '--duration is a number of seconds above 0'],
    [{ mode: 'both' }, '--mode is message or sequence'],
    [{ case: 'finding.json', report: ['json=x'] }, 'leave --report out'],
    [{ case: 'finding.json', shard: '1/2' }, 'leave --shard out'],
    [{ case: 'finding.json', runs: '5' }, 'leave --runs out'],
    [{ case: 'finding.json', out: 'there' }, 'leave --out out'],
  ] as const) {
    it(`refuse ${JSON.stringify(flags)}`, () => {
      expect(() => fuzzWish(flags, {}))
        .to.throw(message)
        .with.property('exitCode', 2);
    });
  }

  it('take what the CI system says of shards for other runs than that of a finding', () => {
    const environment = { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '4' };
    expect(fuzzWish({ case: 'finding.json' }, environment).shard).to.equal(undefined);
    expect(fuzzWish({}, environment).shard).to.include({ index: 2, total: 4 });
  });
});
