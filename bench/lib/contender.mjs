/**
 * A program that takes part in a measurement. All speak the same: `READY` when they can begin, then for each line
 * `WINDOW MILLISECONDS` on their standard input one line `COUNT SECONDS [JSON]` on their standard output. They end with
 * their input, so that nothing outlives a measurement that is interrupted.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** Milliseconds that a program may take to get ready, and to answer beyond the round itself. */
const [startPatience, roundPatience] = [20_000, 10_000];

const running = new Set();

export class Contender {
  constructor(name, command, args) {
    this.name = name;
    this.command = command;
    this.args = args;
    this.stderr = '';
  }

  /** Further environment variables for the program. */
  with(env) {
    this.env = env;
    return this;
  }

  async start() {
    const env = { ...process.env, ...this.env };
    this.child = spawn(this.command, this.args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    running.add(this.child);
    this.child.on('error', (error) => (this.stderr += error.message));
    this.child.stdin.on('error', () => undefined);
    this.child.stderr.on('data', (chunk) => (this.stderr = (this.stderr + chunk).slice(-2000)));
    this.gone = once(this.child, 'close').then(
      ([code, signal]) => {
        running.delete(this.child);
        return signal ?? `exit code ${code}`;
      },
      (error) => error.message,
    );
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
    const first = await this.line(startPatience);
    if (!first.startsWith('READY')) throw new Error(`${this.name} said ${first}`);
    return this;
  }

  async line(patience) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.name} said nothing for ${patience} ms`)), patience);
    });
    try {
      const { done, value } = await Promise.race([this.lines.next(), late]);
      if (!done) return value;
    } finally {
      clearTimeout(timer);
    }
    throw new Error(`${this.name} ended (${await this.gone}): ${this.stderr.trim()}`);
  }

  /** One round: things a second, and what else the program tells. */
  async round(window, milliseconds) {
    this.child.stdin.write(`${window} ${milliseconds}\n`);
    const line = await this.line(milliseconds + roundPatience);
    const [, count, seconds, rest] = /^(\d+) ([\d.]+) ?(.*)$/.exec(line) ?? [];
    if (count === undefined) throw new Error(`${this.name} said ${line}`);
    return { rate: Number(count) / Number(seconds), more: rest ? JSON.parse(rest) : {} };
  }

  async stop() {
    if (!this.child) return;
    this.child.stdin.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 2000);
    await this.gone;
    clearTimeout(timer);
  }
}

/** Ends all programs at once, for a measurement that is interrupted. */
export function stopAll() {
  for (const child of running) child.kill('SIGKILL');
}
