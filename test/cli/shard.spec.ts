import { expect } from 'chai';
import { shardOf } from '../../src/cli/shard.js';
import { grespec, inTemporaryFolder } from './grespec.js';

describe('cli --shard', () => {
  for (const [flag, environment, expected] of [
    ['2/4', {}, { index: 2, total: 4 }],
    ['1/1', { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '4' }, undefined],
    ['2/4', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '9' }, { index: 2, total: 4 }],
    ['/4', { CI_NODE_INDEX: '3' }, { index: 3, total: 4 }],
    ['/4', { JOB_COMPLETION_INDEX: '3' }, { index: 4, total: 4 }],
    [undefined, {}, undefined],
    [undefined, { CI_NODE_TOTAL: '1' }, undefined],
    [undefined, { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '1' }, undefined],
  ] as const) {
    it(`${flag ?? 'nothing'} with ${JSON.stringify(environment)}`, () => {
      expect(shardOf(flag, environment)).to.deep.equal(expected);
    });
  }

  it('counts from 1 as GitLab does, and from 0 as Kubernetes does', () => {
    expect(shardOf(undefined, { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '4' })).to.include({ index: 2, total: 4 });
    expect(shardOf(undefined, { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '3' })).to.include({ index: 1, total: 3 });
  });

  for (const [flag, environment, part] of [
    ['0/4', {}, 'count from 1 to 4'],
    ['5/4', {}, 'count from 1 to 4'],
    ['1/0', {}, '1 to 40 shards'],
    ['1/41', {}, '1 to 40 shards'],
    ['1', {}, 'takes I/N'],
    ['a/b', {}, 'takes I/N'],
    ['/4', {}, 'neither is set'],
    ['/4', { JOB_COMPLETION_INDEX: '4' }, 'count from 1 to 4'],
    [undefined, { CI_NODE_INDEX: '0', CI_NODE_TOTAL: '4' }, 'count from 1 to 4'],
    [undefined, { CI_NODE_INDEX: 'x', CI_NODE_TOTAL: '4' }, 'CI_NODE_INDEX is no number'],
    [undefined, { JOB_COMPLETION_INDEX: '1' }, 'set JOB_COMPLETIONS'],
    [undefined, { JOB_COMPLETION_INDEX: '3', JOB_COMPLETIONS: '3' }, 'count from 1 to 3'],
  ] as const) {
    it(`refuses ${flag ?? 'nothing'} with ${JSON.stringify(environment)}`, () => {
      expect(() => shardOf(flag, environment))
        .to.throw(part)
        .with.property('exitCode', 2);
    });
  }

  it('is listed, and the shards together are everything', async () => {
    const ids = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await grespec(['run', '--list', 'ha/5.3', 'ha/4', ...args]);
      return stdout.match(/ha\/\S+\/\d\d/g) ?? [];
    };
    const [all, ...shards] = await Promise.all([
      ids(),
      ids('--shard', '1/3'),
      ids('--shard', '2/3'),
      ids('--shard', '3/3'),
    ]);
    expect([...new Set(shards.flat())].toSorted()).to.deep.equal(all.toSorted());
  });

  it('without a case ends with 0, and says so in its report', async () => {
    await inTemporaryFolder(async (folder) => {
      const report = `json=${folder}/r.json`;
      const { code, stdout, stderr } = await grespec(['run', 'ha/5.3/01', '--report', report], {
        env: { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '2' },
      });
      expect(stdout).to.include('no case falls to shard 2 of 2');
      expect(stderr).to.include('by CI_NODE_INDEX and CI_NODE_TOTAL; --shard 1/1 is all');
      expect(code).to.equal(0);
    });
  });
});
