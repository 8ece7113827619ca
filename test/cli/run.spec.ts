import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freshLoopback } from '../../src/net/local-address.js';
import type { RunResult } from '../../src/report/result.js';
import { beside, ended, grespec, inTemporaryFolder, pause, start, until } from './grespec.js';

const readReport = (file: string): RunResult => JSON.parse(readFileSync(file, 'utf8')) as RunResult;

/** Whether the report of a run that goes on has its first verdict. */
const isDecided = (report: string): boolean => existsSync(report) && readReport(report).cases.length > 0;

describe('cli run', () => {
  it('tests the embedded device and writes reports', async () => {
    await inTemporaryFolder(async (folder) => {
      const json = path.join(folder, 'new', 'report.json');
      const junit = path.join(folder, 'junit.xml');
      const args = ['run', 'ha/5.2/01', 'ha/5.3/01', '--seed', '7', '--report', `json=${json}`, `junit=${junit}`];
      const { code, stdout, stderr } = await grespec(args);
      expect(stderr).to.equal('');
      expect(stdout).to.include('ha/5.2/01');
      expect(code).to.equal(0);
      const { run, cases } = readReport(json);
      expect(run).to.deep.include({
        seed: 7,
        target: 'embedded',
        complete: true,
        selection: ['ha/5.2/01', 'ha/5.3/01'],
      });
      expect(cases.map(({ id }) => id)).to.deep.equal(['ha/5.2/01', 'ha/5.3/01']);
      expect(cases[0]?.repeat).to.match(/ run ha\/5\.2\/01 --seed 7$/);
      expect(readFileSync(junit, 'utf8')).to.match(/^<\?xml /);
    });
  });

  it('ends with 1 when the device has a fault, 0 when the cases do not concern it', async () => {
    const [faulty, unconcerned] = await Promise.all([
      grespec(['run', 'TS-06', '--fault', 'key-zero-returned']),
      grespec(['run', 'ha/8/04', '--fault', 'key-zero-returned']),
    ]);
    expect(faulty.code).to.equal(1);
    expect(faulty.stdout).to.match(/repeat .* run ha\/5\.2\/01 --fault key-zero-returned --seed \d+/);
    expect(unconcerned.code).to.equal(0);
  });

  it('tests a device that the user named, with keys that stay secret', async () => {
    const secret = '5ec7e75ec7e75ec7e75ec7e7';
    const [address = ''] = freshLoopback(1);
    const test = () =>
      inTemporaryFolder(async (folder) => {
        const config = path.join(folder, 'lab.yaml');
        const json = path.join(folder, 'report.json');
        writeFileSync(
          config,
          `target: ${address}:5434\nsecurityAssociations: { mnHa: { spi: 256, key: ${secret} } }\n`,
        );
        const good = await grespec(['run', 'ha/5.2/01', '--config', config, '--report', `json=${json}`]);
        expect(good.code).to.equal(0);
        const target = ['--target', `${address}:5434`, '--spi', '256'];
        const bad = await grespec(['run', 'ha/5.2/01', ...target, '--key', `00${secret}`, '--timeout', '200']);
        expect(bad.code).to.equal(4);
        expect(bad.stdout).to.include('--key env:HA_KEY');
        const everything = [good.stdout, good.stderr, bad.stdout, bad.stderr, readFileSync(json, 'utf8')].join('\n');
        expect(everything).not.to.include(secret);
      });
    await beside(['ha', '--listen', `${address}:5434`, '--key', 'env:KEY'], test, { env: { KEY: secret } });
  });

  it('ends with 4 when nobody answers', async () => {
    const key = 'c0ffee';
    const [nobody = ''] = freshLoopback(1);
    const args = ['--target', `${nobody}:5434`, '--spi', '256', '--key', key, '--timeout', '50'];
    expect((await grespec(['run', 'ha/5.2/01', ...args])).code).to.equal(4);
  });

  it('leaves tunnels out with --no-gre, and says so', async () => {
    await inTemporaryFolder(async (folder) => {
      const json = path.join(folder, 'report.json');
      const { code } = await grespec(['run', 'ha/5.2/01', 'ha/5.2/02', '--no-gre', '--report', `json=${json}`]);
      expect(code).to.equal(0);
      expect(readReport(json).totals).to.deep.include({ pass: 1, skip: 1 });
      expect(readReport(json).cases[1]?.reason).to.include('--no-gre');
    });
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 130],
  ] as const) {
    it(`writes what it has after ${signal} and ends with ${code}`, async () => {
      await inTemporaryFolder(async (folder) => {
        const json = path.join(folder, 'report.json');
        const child = start(['run', '--report', `json=${json}`]);
        const outcome = ended(child);
        try {
          await until(child, () => isDecided(json));
          child.kill(signal);
          expect((await outcome).code).to.equal(code);
        } finally {
          child.kill('SIGKILL');
        }
        const { run, cases } = readReport(json);
        expect(run.complete).to.equal(false);
        expect(cases).not.to.deep.equal([]);
      });
    });
  }

  it('whose reader has gone does not end as if nothing had failed', async () => {
    const child = start(['run']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).to.equal(130);
  });

  it('leaves a valid report and no process when it is killed', async () => {
    await inTemporaryFolder(async (folder) => {
      const json = path.join(folder, 'report.json');
      const child = start(['run', '--report', `json=${json}`]);
      const outcome = ended(child);
      let devices: readonly number[] = [];
      try {
        await until(child, () => isDecided(json));
        devices = childrenOf(child.pid ?? 0);
      } finally {
        child.kill('SIGKILL');
      }
      await outcome;
      expect(readReport(json).run.complete).to.equal(false);
      expect(devices).not.to.deep.equal([]);
      for (let waited = 0; devices.some(isAlive) && waited < 3000; waited += 50) await pause(50);
      expect(devices.filter(isAlive)).to.deep.equal([]);
    });
  });
});

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').map(Number) : [];
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
