/** Calls the compiled command as a user would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
}

export function start(args: readonly string[], { env = {}, input = '' }: CallOptions = {}): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' });
  // A command that does not read its input may have ended before.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return child;
}

export function ended(child: ChildProcess): Promise<Outcome> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
}

/** Resolves when standard output has had this text; an error when it ends before. */
function said(child: ChildProcess, text: string): Promise<void> {
  let [output, complaints] = ['', ''];
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error(`it ended before it said ${text}: ${output}${complaints}`)));
    child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) resolve();
    });
  });
}

/** What `use` does beside a reference device: `grespec dut ARGS`, ready before it begins and gone after it. */
export async function beside<T>(args: readonly string[], use: () => Promise<T>, options: CallOptions = {}): Promise<T> {
  const device = start(['dut', ...args], options);
  const over = ended(device);
  try {
    await said(device, 'READY');
    return await use();
  } finally {
    device.kill();
    await over;
  }
}

/** Longer than any test may take, so that mocha tells of it; a wait must end for mocha to end. */
const mostPatience = 100_000;

/** Waits until it holds; an error when the child ends before. */
export async function until(child: ChildProcess, holds: () => boolean): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended before what was waited for');
    if (performance.now() - start > mostPatience) throw new Error('what was waited for did not come');
    await pause(10);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function grespec(args: readonly string[], options?: CallOptions): Promise<Outcome> {
  return ended(start(args, options));
}

/** A folder of its own for each call, gone after `use`. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'grespec-cli-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
