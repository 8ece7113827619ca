import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runRestartCommand } from '../../src/cli/restart-command.js';
import { triggerControl } from '../../src/cli/trigger.js';

/** `record` is shell text that starts a process beside, and notes down its number for `pid` to read. */
async function withPid(use: (record: string, pid: () => Promise<number>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'grespec-shell-'));
  const file = path.join(folder, 'pid');
  const isNoted = (): boolean => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n');
  const pid = async (): Promise<number> => {
    expect(await soon(isNoted), 'the command has started').to.equal(true);
    return Number(readFileSync(file, 'utf8'));
  };
  try {
    await use(`sleep 61 & echo $! >${file};`, pid);
  } finally {
    if (existsSync(file)) endIfRunning(Number(readFileSync(file, 'utf8')));
    rmSync(folder, { recursive: true });
  }
}

/** Whether it is so within some seconds. */
async function soon(isSo: () => boolean): Promise<boolean> {
  for (let attempt = 0; attempt < 500 && !isSo(); attempt++) await setTimeout(10);
  return isSo();
}

function endIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // as it should be
  }
}

/** One that has ended may still wait for its parent to notice. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('cli trigger command', () => {
  const node = (n: number) => ({ nai: `mn${n}@example.org`, mac: `02:00:00:00:00:0${n}` });
  const wish = { l2: true, key: 'own' } as const;
  const never = new AbortController().signal;

  it('is never run more than four times at once, and every time that it is asked for', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'grespec-trigger-'));
    try {
      const log = path.join(folder, 'log');
      writeFileSync(log, '');
      const control = triggerControl(`f() { echo + >>${log}; sleep 0.1; echo - >>${log}; }; f`, never);
      const all = Array.from({ length: 9 }, (_, n) => n);
      const outcomes = await Promise.all(all.map((n) => control.attach(node(n), wish)));
      expect(outcomes).to.deep.equal(all.map(() => 'begun'));
      const marks = readFileSync(log, 'utf8').trim().split('\n');
      expect(marks).to.have.length(18);
      let [underWay, most] = [0, 0];
      for (const mark of marks) most = Math.max(most, (underWay += mark === '+' ? 1 : -1));
      expect(most).to.be.within(2, 4);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('goes on with the others when one fails', async () => {
    const failing = triggerControl('exit 7 #', never);
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((n) => failing.attach(node(n), wish)));
    expect(outcomes.map(({ status }) => status)).to.deep.equal(outcomes.map(() => 'rejected'));
  });

  it('gets the wish in its environment to attach, and nothing of that name to detach', async () => {
    process.env['GRESPEC_KEY'] = 'of the user';
    try {
      const control = triggerControl(`f() { echo "$1:$GRESPEC_L2:$GRESPEC_KEY" >&2; exit 7; }; f`, never);
      const said = async (outcome: Promise<unknown>) => outcome.then(String, (error: Error) => error.message);
      expect(await said(control.attach(node(1), wish))).to.match(/exit status 7 attach:1:own$/);
      expect(await said(control.detach(node(1)))).to.match(/exit status 7 detach::$/);
    } finally {
      delete process.env['GRESPEC_KEY'];
    }
  });

  it('ends with all that it started when the run is interrupted, and then attaches nothing more', async () => {
    await withPid(async (record, pid) => {
      const interrupt = new AbortController();
      const control = triggerControl(`f() { ${record} sleep 60; }; f`, interrupt.signal);
      const outcome = control.attach(node(1), wish).catch((error: Error) => error.message);
      const started = await pid();
      interrupt.abort();
      expect(await outcome).to.match(/: it was ended by the interrupt$/);
      expect(await soon(() => !isRunning(started))).to.equal(true);
      expect(await control.attach(node(2), wish).catch((error: Error) => error.message)).to.include('interrupt');
    });
  });

  it('still detaches after an interrupt, and tells when that is done', async () => {
    await withPid(async (record, pid) => {
      const control = triggerControl(`f() { sleep 0.2; ${record} }; f`, AbortSignal.abort());
      let isDetached = false;
      void control.detach(node(1)).then(() => (isDetached = true));
      await control.settled();
      expect(isDetached).to.equal(true);
      expect(await pid()).to.be.greaterThan(0);
    });
  });

  it('says by whom it was ended when it takes too long', async () => {
    const slow = triggerControl('sleep 60 #', never, 50);
    const outcome = await slow.attach(node(1), wish).catch((error: Error) => error.message);
    expect(outcome).to.match(/: it took longer than 0.05 s, and was ended$/);
  });
});

describe('cli restart command', () => {
  it('says by whom it was ended when it takes too long', async () => {
    const told: string[] = [];
    await runRestartCommand('sleep 60', new AbortController().signal, (text) => told.push(text), 50);
    expect(told).to.deep.equal(['--restart-cmd failed: it took longer than 0.05 s, and was ended']);
  });

  it('says the exit status of one that fails', async () => {
    const told: string[] = [];
    await runRestartCommand('exit 3', new AbortController().signal, (text) => told.push(text));
    expect(told).to.deep.equal(['--restart-cmd failed: exit status 3']);
  });

  it('ends with all that it started when the run is interrupted, which is no failure', async () => {
    await withPid(async (record, pid) => {
      const interrupt = new AbortController();
      const told: string[] = [];
      const over = runRestartCommand(`${record} sleep 60; :`, interrupt.signal, (text) => told.push(text));
      const started = await pid();
      interrupt.abort();
      await over;
      expect(await soon(() => !isRunning(started))).to.equal(true);
      expect(told).to.deep.equal([]);
    });
  });
});
