/** A whole program, measured from outside: how long it took, and how much memory it had. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Octets of a line of /proc/PID/status; undefined when the process is gone. */
function memoryOf(pid, line) {
  try {
    const found = new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}

const running = new Set();

/**
 * Runs a program to its end, its output thrown away unless `keep`.
 * @returns seconds, exit code, most resident memory, resident memory along the way (`[seconds, octets]`), stdout
 */
export async function runProgram(command, args, { keep = false, env = {}, patience = 900_000, cwd } = {}) {
  const start = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', keep ? 'pipe' : 'ignore', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
    cwd,
  });
  running.add(child);
  let [stdout, stderr, most] = ['', '', 0];
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-2000)));
  const along = [];
  const elapsed = () => (performance.now() - start) / 1000;
  const watch = setInterval(() => {
    most = Math.max(most, memoryOf(child.pid, 'VmHWM') ?? 0);
    const now = memoryOf(child.pid, 'VmRSS');
    if (now !== undefined) along.push([elapsed(), now]);
  }, 50);
  const end = setTimeout(() => child.kill('SIGKILL'), patience);
  try {
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => resolve(status ?? signal));
    });
    return { seconds: elapsed(), code, most, along, stdout, stderr };
  } finally {
    clearInterval(watch);
    clearTimeout(end);
    running.delete(child);
  }
}

export function stopPrograms() {
  for (const child of running) child.kill('SIGKILL');
}
