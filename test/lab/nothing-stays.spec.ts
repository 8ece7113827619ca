import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { skip } from '../net/support.js';
import { HomeLab, whyNoHomeLab } from './home-lab.js';
import { isAlive, namespacesOf, whyNoLab } from './lab.js';

const script = fileURLToPath(new URL('./hold.js', import.meta.url));

/** Starts a lab in a process of its own, and ends that one. */
async function endLab(
  how: 'throw' | 'exit' | NodeJS.Signals,
): Promise<{ pid: number; pids: number[]; folder: string }> {
  const child = spawn(process.execPath, [script, how], { stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    void gone.then(() => reject(new Error('the lab ended before it stood')));
  });
  if (how !== 'throw' && how !== 'exit') child.kill(how);
  await gone;
  return { pid: child.pid ?? 0, ...(JSON.parse(line) as { pids: number[]; folder: string }) };
}

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('lab: nothing stays behind', () => {
  before(function () {
    const reason = whyNoHomeLab();
    if (reason !== undefined) skip(this, reason);
  });

  for (const how of ['exit', 'throw', 'SIGINT', 'SIGTERM'] as const) {
    it(`after ${how}`, async () => {
      const { pid, pids, folder } = await endLab(how);
      expect(pids).to.have.length(2);
      // killed processes take a moment to be gone
      for (let i = 0; i < 50 && pids.some(isAlive); i++) await soon(20);
      expect(pids.filter(isAlive), 'processes').to.deep.equal([]);
      expect(namespacesOf(pid), 'namespaces, and with them links').to.deep.equal([]);
      expect(existsSync(folder), 'folder').to.equal(false);
    });
  }

  it('after SIGKILL the next lab removes what is left', async () => {
    const { pid, pids, folder } = await endLab('SIGKILL');
    expect(namespacesOf(pid)).to.not.deep.equal([]);
    expect(whyNoLab()).to.equal(undefined);
    for (let i = 0; i < 50 && pids.some(isAlive); i++) await soon(20);
    expect(pids.filter(isAlive), 'processes').to.deep.equal([]);
    expect(namespacesOf(pid)).to.deep.equal([]);
    expect(existsSync(folder), 'folder').to.equal(false);
  });

  it('after grespec is interrupted in the middle of a run, the home agent and its link work on', async () => {
    const home = new HomeLab();
    try {
      home.dnsmasq();
      await home.homeAgent();
      const run = home.begin('ha/7');
      await run.process.line((line) => line.includes('ha/7/01'));
      process.kill(home.lab.pids.at(-1) ?? 0, 'SIGINT');
      const { exit, report } = await run.ended;
      expect(exit.code).to.equal(130);
      expect(report.cases.length).to.be.greaterThan(0);
      const again = await home.grespec('ha/7/20');
      expect(again.report.totals).to.deep.include({ pass: 1 });
    } finally {
      await home.close();
    }
    expect(namespacesOf(process.pid)).to.deep.equal([]);
  });
});
