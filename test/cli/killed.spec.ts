import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { reportSchema } from '../../src/report/json.js';
import type { RunResult } from '../../src/report/result.js';
import { reportKinds } from '../../src/report/kinds.js';
import { ended, grespec, inTemporaryFolder, until } from './grespec.js';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const validate = new Ajv2020({ allowUnionTypes: true }).compile(reportSchema);
const cutShort = {
  junit: 'cut short',
  json: '"complete": false',
  html: 'id="cut-short"',
  tap: 'Bail out!',
  markdown: '**Cut short:**',
};

interface Killed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly result: RunResult;
  /** What is in the folder of the reports. */
  readonly files: readonly string[];
  /** What is in that of the captures. */
  readonly captures: readonly string[];
}

/** A run of everything in a process group of its own, as a terminal starts it, until `end` puts an end to it. */
async function killed(
  node: readonly string[],
  decided: number,
  end: (group: number) => void,
  pcap = '',
): Promise<Killed> {
  return inTemporaryFolder(async (folder) => {
    const fileOf = (kind: string): string => path.join(folder, kind);
    const reports = reportKinds.flatMap((kind) => ['--report', `${kind}=${fileOf(kind)}`]);
    const flags = pcap === '' ? reports : [...reports, '--pcap', fileOf(pcap)];
    const child = spawn(process.execPath, [...node, main, 'run', ...flags], { detached: true, stdio: 'pipe' });
    const outcome = ended(child);
    const soFar = (): number =>
      existsSync(fileOf('json')) ? (JSON.parse(readFileSync(fileOf('json'), 'utf8')) as RunResult).cases.length : -1;
    try {
      await until(child, () => soFar() >= decided);
      end(child.pid ?? 0);
      await outcome;
    } finally {
      child.kill('SIGKILL');
    }
    const { code, stdout, stderr } = await outcome;
    const texts = Object.fromEntries(reportKinds.map((kind) => [kind, readFileSync(fileOf(kind), 'utf8')]));
    const result = JSON.parse(texts['json'] ?? '') as RunResult;
    const captures = pcap === '' ? [] : readdirSync(fileOf(pcap));
    return { code, stdout, stderr, texts, result, files: readdirSync(folder), captures };
  });
}

function expectCutShort({ texts, result }: Killed): void {
  for (const [kind, sign] of Object.entries(cutShort)) expect(texts[kind], kind).to.include(sign);
  expect(validate(result), JSON.stringify(validate.errors)).to.equal(true);
  expect(texts['junit']).to.match(/<\/testsuites>\n$/);
  expect(texts['html']).to.match(/<\/html>\n$/);
  expect(result.run.complete).to.equal(false);
}

describe('cli killed runs', function () {
  this.timeout(90_000);

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`by ${signal} to the whole group, as from a terminal, leave reports that say so`, async () => {
      const run = await killed([], 5, (group) => process.kill(-group, signal));
      expect(run.code).to.equal(130);
      expectCutShort(run);
      expect(run.result.cases.length).to.be.at.least(5);
      // the device was stopped as well, which is no fault of it
      expect(run.result.totals).to.include({ fail: 0, error: 0, inconclusive: 0 });
      expect(run.stdout)
        .to.include('? cut short, so far: nothing failed')
        .and.to.match(/\d+ of \d+ cases were not run/);
      expect(run.files).to.have.members(reportKinds);
    });
  }

  it('before any case was decided do not look like a success', async () => {
    const run = await killed([], 0, (group) => process.kill(-group, 'SIGINT'));
    expectCutShort(run);
    expect(run.code).to.equal(130);
    if (run.result.cases.length === 0) expect(run.stdout).to.include('? cut short before any case was decided');
    expect(run.stdout).not.to.match(/✔ [^\n]*(cut short|no case)/);
    expect(run.texts['markdown']).to.match(/^## \? /);
  });

  it('by SIGKILL leave reports that say so, and the captures of cases that have ended', async () => {
    const run = await killed([], 5, (group) => process.kill(-group, 'SIGKILL'), 'captures');
    expect(run.code).to.equal(null);
    expectCutShort(run);
    const [first] = run.result.cases.filter(({ frames }) => frames.length > 0);
    expect(run.captures).to.include(`${first?.id.replaceAll('/', '-')}.pcapng`);
  });

  it('by an error of our own leave reports that say so, and end with 5', async () => {
    const bomb = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("boom")})';
    const run = await killed(['--import', bomb], 5, (pid) => process.kill(pid, 'SIGUSR2'));
    expect(run.code).to.equal(5);
    expect(run.stderr).to.include('boom');
    expectCutShort(run);
  });
});

describe('cli reports that cannot be written', () => {
  for (const file of [
    '/proc/x/y.json',
    '/proc/1/x/y.json',
    '/sys/x/y.json',
    '/dev/null/x/y.json',
    '/etc/passwd/x.json',
    '/etc',
  ]) {
    it(`${file} ends the run before it begins`, async () => {
      for (const command of [
        ['run', 'ha/5.2/01'],
        ['fuzz', '--runs', '10'],
      ]) {
        const { code, stdout, stderr } = await grespec([...command, '--report', `json=${file}`]);
        expect(stderr).to.match(/^grespec: cannot write the json report to [^\n]*\n$/);
        expect(stdout).to.equal('');
        expect(code).to.equal(2);
      }
    });
  }

  for (const flags of [
    ['--pcap', '/proc/x/y'],
    ['--write-baseline', '/proc/x/y'],
    ['--write-baseline', '/etc'],
  ]) {
    it(`nor ${flags.join(' ')}`, async () => {
      const { code, stderr } = await grespec(['run', 'ha/5.2/01', ...flags]);
      expect(stderr).to.match(new RegExp(`^grespec: ${flags.join(' ')}: [^\\n]*\\n$`));
      expect(code).to.equal(2);
    });
  }

  it('--out of fuzz neither', async () => {
    expect((await grespec(['fuzz', '--runs', '10', '--out', '/proc/x/y'])).code).to.equal(2);
  });

  it('a pipe that nobody reads does not make it wait', async () => {
    await inTemporaryFolder(async (folder) => {
      const pipe = path.join(folder, 'pipe');
      await ended(spawn('mkfifo', [pipe]));
      const { code, stderr } = await grespec(['run', 'ha/5.2/01', '--report', `json=${pipe}`]);
      expect(stderr).to.include('it is a pipe that nobody reads');
      expect(code).to.equal(2);
    });
  });

  it('standard output gets the final state alone', async () => {
    const line = `"${process.execPath}" "${main}" run ha/5.2/01 --report tap=/dev/stdout | cat`;
    const { stdout } = await ended(spawn('sh', ['-c', line]));
    expect(stdout.match(/TAP version 14/g)).to.have.length(1);
    expect(stdout).not.to.include('Bail out!');
  });
});
