import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readSettings } from '../../src/cli/config/settings.js';
import { parseConfig } from '../../src/cli/config/document.js';
import { baselineOf } from '../../src/cli/baseline/read.js';
import { commands } from '../../src/cli/program.js';
import { sections } from '../../suites/index.js';

/** Tests start in the package. */
const folder = path.resolve('docs/ci');
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

type Tree = { readonly [key: string]: Tree } & string;

function documents(name: string): Tree[] {
  return parseAllDocuments(read(name)).map((document) => {
    expect(document.errors, name).to.deep.equal([]);
    return document.toJS() as Tree;
  });
}

/** Every text in a tree. */
function* texts(tree: unknown): Generator<string> {
  if (typeof tree === 'string') yield tree;
  else if (typeof tree === 'object' && tree !== null) for (const child of Object.values(tree)) yield* texts(child);
}

/** Flags and command must be ones that grespec has. */
function expectCommand(words: readonly string[], where: string): void {
  const command = commands(() => undefined).commands.find((one) => one.name() === words[0]);
  expect(command, `${where}: ${words[0] ?? ''}`).not.to.equal(undefined);
  const flags = new Set(command?.options.map(({ long }) => long));
  for (const word of words) {
    if (word.startsWith('--')) expect(flags, `${where}: ${word}`).to.include(word.split('=')[0]);
  }
}

describe('docs/ci', () => {
  it('has the examples that its README names, and no others', () => {
    const named = new Set(Array.from(read('README.md').matchAll(/\]\(([\w.-]+)\)/g), ([, name]) => name));
    expect(readdirSync(folder).toSorted()).to.deep.equal([...named, 'README.md'].toSorted());
  });

  it('calls grespec with flags that it has', () => {
    let found = 0;
    const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '' && word !== '\\');
    for (const name of readdirSync(folder).filter((file) => /\.ya?ml$/.test(file))) {
      for (const text of documents(name).flatMap((tree) => [...texts(tree)])) {
        const [, line] = /(?:^|npx )grespec (.*)/s.exec(text) ?? [];
        if (line === undefined) continue;
        found++;
        expectCommand(words(line), name);
      }
    }
    for (const [, line = ''] of read('README.md').matchAll(/`grespec ([^`]*)`/g)) {
      found++;
      expectCommand(words(line), 'README.md');
    }
    expect(found).to.be.above(6);
  });

  it('GitHub: shards of the number that the matrix has, and a job that joins them', () => {
    const [workflow] = documents('github-matrix.yml');
    const jobs = workflow?.['jobs'] as unknown as Record<
      string,
      {
        'runs-on': unknown;
        needs?: string;
        strategy?: { matrix: { shard: number[] } };
        steps: Record<string, unknown>[];
      }
    >;
    for (const job of Object.values(jobs)) {
      expect(job['runs-on']).to.be.ok;
      for (const step of job.steps) expect('uses' in step !== 'run' in step, JSON.stringify(step)).to.equal(true);
    }
    const { shard, report } = jobs;
    const total = shard?.strategy?.matrix.shard.length ?? 0;
    expect(shard?.strategy?.matrix.shard).to.deep.equal(Array.from({ length: total }, (_, i) => i + 1));
    expect([...texts(shard)].join('\n')).to.include(`--shard \${{ matrix.shard }}/${total} `);
    expect(report?.needs).to.equal('shard');
    expect(workflow).to.have.property('on');
  });

  it('GitLab: parallel jobs, whose reports a later stage joins', () => {
    const [pipeline] = documents('gitlab-parallel.yml');
    const { stages, shard, report } = pipeline as unknown as {
      stages: string[];
      shard: { stage: string; parallel: number; script: string[]; artifacts: { when: string; paths: string[] } };
      report: { stage: string; script: string[]; artifacts: { reports: { junit: string } } };
    };
    expect(stages.indexOf(shard.stage)).to.be.below(stages.indexOf(report.stage));
    expect(shard.parallel).to.be.within(2, 40);
    expect(shard.artifacts).to.deep.include({ when: 'always', paths: ['shards/'] });
    expect(report.script.join()).to.include(`junit=${report.artifacts.reports.junit}`);
  });

  it('Kubernetes: an indexed Job that says how many shards there are, and one that joins as many', () => {
    const all = documents('kubernetes-indexed-job.yaml');
    expect(all.map((one) => one['kind'])).to.deep.equal(['ConfigMap', 'PersistentVolumeClaim', 'Job']);
    const spec = all[2]?.['spec'] as unknown as {
      completionMode: string;
      completions: number;
      parallelism: number;
      maxFailedIndexes: number;
      template: { spec: { restartPolicy: string; containers: [Container]; volumes: { name: string }[] } };
    };
    expect(spec).to.include({
      completionMode: 'Indexed',
      parallelism: spec.completions,
      maxFailedIndexes: spec.completions,
    });
    const { containers, volumes, restartPolicy } = spec.template.spec;
    const [{ args, env = [], volumeMounts }] = containers;
    expect(restartPolicy).to.equal('Never');
    expect(env.find(({ name }) => name === 'JOB_COMPLETIONS')?.value).to.equal(String(spec.completions));
    expect(volumeMounts.map(({ name }) => name)).to.have.members(volumes.map(({ name }) => name));
    expectCommand(args, 'kubernetes-indexed-job.yaml');

    // of several --for old versions of kubectl heed one, and new ones want all
    expect(read('kubernetes-merge-job.yaml')).not.to.match(/--for=.*--for=/);
    const [merge] = documents('kubernetes-merge-job.yaml');
    const merging = (merge?.['spec'] as unknown as typeof spec).template.spec.containers[0].args;
    expectCommand(merging, 'kubernetes-merge-job.yaml');
    const shards = merging.filter((arg) => arg.startsWith('/reports/shard-'));
    expect(shards).to.deep.equal(Array.from({ length: spec.completions }, (_, i) => `/reports/shard-${i}.json`));
  });

  it('Kubernetes: a configuration and a baseline that grespec reads', () => {
    const data = documents('kubernetes-indexed-job.yaml')[0]?.['data'];
    expect(() => readSettings(parseConfig(data?.['lab.yaml'] ?? '', 'lab.yaml'))).not.to.throw();
    expect(
      baselineOf(parseConfig(data?.['known.yaml'] ?? '', 'known.yaml'), 'known.yaml', new Set()).entries.size,
    ).to.equal(0);
  });

  it('shows a baseline that grespec reads', () => {
    const ids = new Set(sections.flatMap(({ cases }) => cases.map(({ id }) => id)));
    const [, text = ''] = /```yaml\n(known:[^`]*)```/.exec(read('README.md')) ?? [];
    expect(baselineOf(parseConfig(text, 'README.md'), 'README.md', ids).entries.size).to.equal(1);
  });
});

interface Container {
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly { readonly name: string }[];
}
