import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freshLoopback } from '../../src/net/local-address.js';
import { toJson } from '../../src/report/json.js';
import type { RunResult } from '../../src/report/result.js';
import { failed, passed, runOf } from '../report/sample.js';
import { beside, grespec, inTemporaryFolder } from './grespec.js';

const read = (file: string): RunResult => JSON.parse(readFileSync(file, 'utf8')) as RunResult;
const kinds = ['junit', 'json', 'html', 'tap', 'markdown'] as const;

describe('cli merge and diff', function () {
  this.timeout(120_000);

  /** Two shards as files. */
  function shards(folder: string): readonly [string, string] {
    const write = (index: number, cases: RunResult['cases']): string => {
      const file = path.join(folder, `${index}.json`);
      writeFileSync(file, toJson(runOf(cases, { shard: { index, total: 2 }, knobs: {} })));
      return file;
    };
    return [write(1, [passed]), write(2, [failed])];
  }

  it('joins shards into every kind of report, and ends as the whole run', async () => {
    await inTemporaryFolder(async (folder) => {
      const [one, two] = shards(folder);
      const reports = kinds.flatMap((kind) => ['--report', `${kind}=${path.join(folder, kind)}`]);
      const { code, stdout } = await grespec(['merge', one, two, ...reports]);
      expect(stdout).to.include(passed.id).and.to.include('non-conformance found: 1 of 2 cases failed');
      expect(code).to.equal(1);
      expect(read(path.join(folder, 'json')).cases).to.have.length(2);
      for (const kind of kinds) expect(readFileSync(path.join(folder, kind), 'utf8')).to.include(failed.id);
      expect((await grespec(['merge', one])).code).to.equal(4);
    });
  });

  it('prints without frames where asked to be quiet', async () => {
    await inTemporaryFolder(async (folder) => {
      const { code, stdout } = await grespec(['merge', ...shards(folder), '--quiet']);
      expect(stdout).to.match(/^✘ ha\/5\.2\/02 {2}.*\n {4}expected .*\n {4}actual .*\nnon-conformance found.*\n$/);
      expect(code).to.equal(1);
    });
  });

  it('applies a baseline to the whole', async () => {
    await inTemporaryFolder(async (folder) => {
      const known = path.join(folder, 'known.yaml');
      writeFileSync(known, `known: [{ id: ${failed.id}, verdict: fail, reason: ticket 4711 }]`);
      const { code, stdout } = await grespec(['merge', ...shards(folder), '--baseline', known]);
      expect(stdout).to.include('known fail: ticket 4711');
      expect(code).to.equal(0);
    });
  });

  it('refuses what does not fit, in a line that says why', async () => {
    await inTemporaryFolder(async (folder) => {
      const [one] = shards(folder);
      const file = (name: string, text: string): string => {
        writeFileSync(path.join(folder, name), text);
        return path.join(folder, name);
      };
      const strange = { ...runOf([passed]), extra: 1 };
      for (const [files, part] of [
        [[one, one], 'are both shard 1 of 2'],
        [[file('a.json', '{}')], "a.json: it is no JSON report of grespec: it must have required property 'tool'"],
        [[file('b.json', '{')], 'b.json: it is not JSON'],
        [[file('c.json', JSON.stringify(strange))], 'must NOT have additional properties'],
        [[path.join(folder, 'none.json')], 'there is no such file'],
        [['/dev/zero'], 'larger than'],
      ] as const) {
        const { code, stderr, stdout } = await grespec(['merge', ...files]);
        expect(stderr).to.match(/^grespec: [^\n]+\n$/);
        expect(stderr).to.include(part);
        expect(stdout).to.equal('');
        expect(code).to.equal(2);
      }
    });
  });

  it('lists regressions and fixes, as text and as Markdown', async () => {
    await inTemporaryFolder(async (folder) => {
      const [before, after] = shards(folder);
      writeFileSync(after, toJson(runOf([{ ...passed, verdict: 'fail', reason: 'TS-12 x' }])));
      const markdown = path.join(folder, 'new', 'diff.md');
      const worse = await grespec(['diff', before, after, '--markdown', markdown]);
      expect(worse.stdout).to.include('1 regression');
      expect(readFileSync(markdown, 'utf8')).to.include('## grespec: 1 regression');
      expect(worse.code).to.equal(1);
      const better = await grespec(['diff', after, before, '--markdown', '-']);
      expect(better.stdout).to.match(/^## grespec: 1 fix/);
      expect(better.code).to.equal(0);
      writeFileSync(after, toJson(runOf([], { complete: false })));
      expect((await grespec(['diff', before, after])).code).to.equal(4);
      writeFileSync(after, toJson(runOf([], { as: 'ha' })));
      const other = await grespec(['diff', before, after]);
      expect(other.stderr).to.include('cannot compare runs of different devices');
      expect(other.code).to.equal(2);
    });
  });

  it('joins shards that ran at the same time against one device into what one run says', async () => {
    const key = '00112233445566778899aabbccddeeff';
    const [address = '', ...local] = freshLoopback(3);
    await beside(['ha', '--listen', `${address}:5434`, '--key', key, '--fault', 'a-not-echoed'], () =>
      inTemporaryFolder(async (folder) => {
        const run = (name: string, ...more: string[]) =>
          grespec([
            ...[
              'run',
              'ha/4',
              'ha/5.3',
              'ha/6.2',
              'ha/gre',
              '--target',
              `${address}:5434`,
              '--spi',
              '256',
              '--key',
              key,
            ],
            ...['--local', local.join(','), '--seed', '5', '--report', `json=${path.join(folder, name)}`, ...more],
          ]);
        const whole = await run('whole.json');
        // the same care-of addresses, too: each shard hears the tunnel packets of the others
        const parts = await Promise.all([1, 2, 3].map((i) => run(`${i}.json`, '--shard', `${i}/3`)));
        expect(Math.max(...parts.map(({ code }) => code ?? 9))).to.equal(whole.code);
        const files = [1, 2, 3].map((i) => path.join(folder, `${i}.json`));
        const joined = path.join(folder, 'joined.json');
        const merged = await grespec(['merge', ...files, '--report', `json=${joined}`]);
        expect(merged.code).to.equal(whole.code).and.to.equal(1);
        const verdicts = ({ cases }: RunResult) => cases.map(({ id, verdict }) => `${id} ${verdict}`);
        expect(verdicts(read(joined))).to.deep.equal(verdicts(read(path.join(folder, 'whole.json'))));
      }),
    );
  });
});
