/** The reference device in a process of its own: the child's side, and the side of the parent that starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NetError } from '../net/net-error.js';
import type { Net, NetIssue } from '../net/port.js';
import { type HomeAgentOptions, startHomeAgent } from './ha.js';
import { startControlledMpa } from './mpa-process.js';
import type { MpaOptions } from './mpa.js';

/** Options of a device, all JSON; `device` says which. */
export type DutOptions = ({ readonly device: 'ha' } & HomeAgentOptions) | ({ readonly device: 'mpa' } & MpaOptions);

/** What the device says of itself once it listens. */
export interface DutReady {
  readonly device: DutOptions['device'];
  readonly addresses: readonly string[];
  readonly port: number;
  /** Whether tunnels work; false without the privilege for raw sockets. */
  readonly raw: boolean;
}

type Failure = { readonly issue?: NetIssue; readonly message: string };

/** Longest that a device may take to start, in milliseconds. */
const startTimeout = 20_000;
/** Longest that a device may take to end when asked to, in milliseconds. */
const endTimeout = 2_000;

export interface LifeOptions {
  /** Also end when standard input ends: so a child never outlives its parent. */
  readonly untilStdinEnds?: boolean;
}

/**
 * Runs the device until SIGTERM or SIGINT. Prints `READY {json}` when it listens, or `FAILED {json}` when it cannot.
 * Resolves with the exit code: 0 after a signal, 2 for wrong options, 3 where the environment does not allow it.
 */
export async function runDut(
  net: Net,
  options: DutOptions,
  { untilStdinEnds = false }: LifeOptions = {},
): Promise<number> {
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (!untilStdinEnds) return;
    if (process.stdin.readableEnded) return resolve();
    process.stdin.once('end', () => resolve());
    process.stdin.once('error', () => resolve());
    process.stdin.resume();
  });
  let host;
  try {
    host = await start(net, options, untilStdinEnds);
  } catch (error) {
    if (!(error instanceof NetError) && !(error instanceof TypeError)) throw error;
    const failure: Failure = { ...(error instanceof NetError && { issue: error.issue }), message: error.message };
    process.stdout.write(`FAILED ${JSON.stringify(failure)}\n`);
    return error instanceof NetError ? 3 : 2;
  }
  const { close, ...ready } = host;
  process.stdout.write(`READY ${JSON.stringify({ device: options.device, ...ready } satisfies DutReady)}\n`);
  await ended;
  await close();
  return 0;
}

type Started = Omit<DutReady, 'device'> & { close(): Promise<void> };

async function start(net: Net, options: DutOptions, readsStdin: boolean): Promise<Started> {
  if (options.device === 'mpa') {
    const print = (line: string): void => void process.stdout.write(`${line}\n`);
    return startControlledMpa(net, options, { print, ...(readsStdin && { commands: process.stdin }) });
  }
  const { addresses, port, raw, close } = await startHomeAgent(net, options);
  return { addresses, port, raw, close };
}

/** How a process ended: an exit code or the name of a signal. */
export interface DutExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
}

export interface DutProcess {
  readonly ready: DutReady;
  readonly pid: number;
  /** Writes a line to the device's standard input. */
  say(line: string): void;
  /** Hears the lines that follow READY on its standard output. */
  onLine(listener: (line: string) => void): void;
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<DutExit>;
  /** Ends the process, with SIGKILL when it does not go by itself within 2 s. */
  stop(): Promise<DutExit>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<DutExit>;
}

/**
 * Starts the device in a process of its own and waits until it listens. Rejects with a NetError when the environment
 * does not allow it, a TypeError for wrong options, and an Error when the process dies or stays silent.
 */
export async function spawnDut(options: DutOptions): Promise<DutProcess> {
  // the options go through the pipe, not the command line: keys are nobody else's business
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // a group of its own: Ctrl-C is for the parent, which ends the device when it has no more use for it
    detached: true,
  });
  const exited = exitOf(child);
  child.stdin.on('error', () => undefined); // it died before it read its options: `exited` says so
  child.stdin.write(`${JSON.stringify(options)}\n`);
  const kill = (): Promise<DutExit> => {
    child.ref(); // or the parent might end before the answer is in
    child.kill('SIGKILL');
    return exited;
  };
  const stop = (): Promise<DutExit> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => void kill(), endTimeout);
    return exited.finally(() => clearTimeout(timer));
  };
  try {
    const lines = createInterface(child.stdout);
    const ready = await firstLine(lines, exited);
    // a parent that has nothing else to do may end; the child follows, for its input ends then (pipes are sockets)
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as Socket).unref();
    return {
      ready,
      pid: child.pid ?? 0,
      say: (line) => void child.stdin.write(`${line}\n`),
      onLine: (listener) => void lines.on('line', listener),
      exited,
      stop,
      kill,
    };
  } catch (error) {
    void kill();
    throw error;
  }
}

const mostStderr = 4096;

function exitOf(child: ChildProcess): Promise<DutExit> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-mostStderr)));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
    child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

async function firstLine(lines: Interface, exited: Promise<DutExit>): Promise<DutReady> {
  let timer: NodeJS.Timeout | undefined;
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    exited.then(({ code, signal, stderr }) => {
      const said = stderr.trim();
      const how = `the device ended before it was ready (${signal ?? `exit code ${code}`})`;
      throw new Error(said === '' ? `${how}, without a word` : `${how}: ${said}`);
    }),
    new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the device was not ready after ${startTimeout} ms`)), startTimeout);
    }),
  ]).finally(() => clearTimeout(timer));
  const [word, json = ''] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
  if (word === 'READY') return JSON.parse(json) as DutReady;
  if (word !== 'FAILED') throw new Error(`the device said ${JSON.stringify(line)} where READY belongs`);
  const failure = JSON.parse(json) as Failure;
  throw failure.issue === undefined ? new TypeError(failure.message) : new NetError(failure.issue, failure.message);
}
