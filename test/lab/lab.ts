/**
 * Network namespaces, virtual links and processes for one test, made and removed by it. Whatever ends the test process,
 * but SIGKILL, takes them along; what a killed one left behind, the next one removes.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface LinkEnd {
  /** Short name of the namespace. */
  readonly at: string;
  /** Name of the interface. */
  readonly name: string;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface LabProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** What it has written to standard output and standard error so far. */
  readonly output: () => string;
  /** The first line of standard output for which this holds; rejects when the process ends before. */
  line(wanted: (line: string) => boolean): Promise<string>;
  send(line: string): void;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<Exit>;
}

const prefix = 'gslab';
/** Longest that a process may take to end when asked to, in milliseconds. */
const endTimeout = 3000;

/** The compiled command line of grespec. */
export const grespec = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** Runs a command to its end; its standard error is part of what is thrown. */
const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Why there can be no lab here, with the commands that it needs; undefined when there can. */
export function whyNoLab(...commands: readonly string[]): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'root is needed for network namespaces';
  for (const command of ['ip', 'ethtool', 'sysctl', ...commands]) {
    try {
      run('sh', '-c', `command -v ${command}`);
    } catch {
      return `${command} is not installed`;
    }
  }
  try {
    sweep();
    run('ip', 'netns', 'add', `${prefix}-${process.pid}-probe`);
    run('ip', 'netns', 'del', `${prefix}-${process.pid}-probe`);
  } catch (error) {
    return `no network namespaces: ${error instanceof Error ? (error.message.split('\n')[1] ?? '') : ''}`;
  }
  return undefined;
}

/** Names of the namespaces of all labs, or of those of one process. */
export const namespacesOf = (pid?: number): string[] =>
  run('ip', 'netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name.startsWith(pid === undefined ? `${prefix}-` : `${prefix}-${pid}-`));

/** Removes the namespaces of labs whose process is gone, with what runs in them, and their folders. */
function sweep(): void {
  const isOrphan = (name: string): boolean => !isAlive(Number(name.split('-')[1]));
  for (const name of namespacesOf().filter(isOrphan)) remove(name);
  for (const name of readdirSync(tmpdir())) {
    if (name.startsWith(`${prefix}-`) && isOrphan(name)) rmSync(path.join(tmpdir(), name), { recursive: true });
  }
}

function remove(namespace: string): void {
  try {
    for (const pid of run('ip', 'netns', 'pids', namespace).split('\n').filter(Boolean)) kill(Number(pid));
    run('ip', 'netns', 'del', namespace);
  } catch {
    // it is gone already
  }
}

/** Whether a process still runs: a zombie that nobody has collected yet does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
}

export class Lab {
  /** For files of the processes. */
  readonly folder = mkdtempSync(path.join(tmpdir(), `${prefix}-${process.pid}-`));
  readonly #namespaces = new Map<string, string>();
  readonly #children = new Set<ChildProcess>();
  readonly #onExit = (): void => this.#destroy();
  readonly #onSignal = (signal: NodeJS.Signals): void => process.exit(signal === 'SIGINT' ? 130 : 143);

  constructor() {
    process.on('exit', this.#onExit);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.#onSignal);
  }

  /** The pids of the processes that live. */
  get pids(): number[] {
    return [...this.#children].flatMap(({ pid }) => pid ?? []);
  }

  /** Makes a namespace; `at` is how the test calls it. */
  namespace(at: string): void {
    const name = `${prefix}-${process.pid}-${at}`;
    run('ip', 'netns', 'add', name);
    this.#namespaces.set(at, name);
    this.run(at, 'ip', 'link', 'set', 'lo', 'up');
  }

  /** A virtual Ethernet cable. Checksums are made when packets are sent: left to the card, they would never be right. */
  cable(one: LinkEnd, other: LinkEnd): void {
    const [near, far] = [this.#name(one.at), this.#name(other.at)];
    const peer = ['type', 'veth', 'peer', 'name', other.name, 'netns', far];
    run('ip', 'link', 'add', one.name, 'netns', near, ...peer);
    for (const { at, name } of [one, other]) {
      this.run(at, 'ethtool', '-K', name, 'tx', 'off');
      this.run(at, 'sysctl', '-qw', `net.ipv6.conf.${name}.accept_dad=0`);
    }
  }

  up({ at, name }: LinkEnd, ...addresses: readonly string[]): void {
    for (const address of addresses) {
      const quick = address.includes(':') ? ['nodad'] : [];
      this.run(at, 'ip', 'address', 'add', address, 'dev', name, ...quick);
    }
    this.run(at, 'ip', 'link', 'set', name, 'up');
  }

  /** Runs a command in a namespace to its end, and gives its output. */
  run(at: string, ...command: readonly string[]): string {
    return run('ip', 'netns', 'exec', this.#name(at), ...command);
  }

  /** Starts a process in a namespace. */
  start(at: string, command: readonly string[], env: NodeJS.ProcessEnv = {}): LabProcess {
    const child = spawn('ip', ['netns', 'exec', this.#name(at), ...command], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...env },
    });
    this.#children.add(child);
    child.stdin.on('error', () => undefined);
    let output = '';
    const lines: string[] = [];
    const listeners = new Set<(line: string) => void>();
    createInterface(child.stdout).on('line', (line) => {
      output += `${line}\n`;
      lines.push(line);
      for (const listener of listeners) listener(line);
    });
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = new Promise<Exit>((resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }));
      child.once('close', (code, signal) => resolve({ code, signal }));
    }).finally(() => this.#children.delete(child));
    return {
      pid: child.pid ?? 0,
      exited,
      output: () => output,
      line: (wanted) =>
        new Promise((resolve, reject) => {
          const offer = (line: string): void => {
            if (!wanted(line)) return;
            listeners.delete(offer);
            resolve(line);
          };
          listeners.add(offer);
          for (const line of lines) offer(line);
          const gone = (): void => reject(new Error(`${command.join(' ')} ended before it said that: ${output}`));
          void exited.then(gone);
        }),
      send: (line) => void child.stdin.write(`${line}\n`),
      stop: async () => {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), endTimeout);
        return exited.finally(() => clearTimeout(timer));
      },
    };
  }

  /** Ends all processes, newest first, then removes the namespaces with their links. */
  async close(): Promise<void> {
    for (const child of [...this.#children].reverse()) {
      // one at a time: the home agent has to close its link before that goes
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => child.kill('SIGKILL'), endTimeout);
        child.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        child.kill('SIGTERM');
      });
    }
    this.#destroy();
    process.off('exit', this.#onExit);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.#onSignal);
  }

  #destroy(): void {
    for (const { pid } of this.#children) if (pid !== undefined) kill(pid);
    for (const name of this.#namespaces.values()) remove(name);
    this.#namespaces.clear();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #name(at: string): string {
    const name = this.#namespaces.get(at);
    if (name === undefined) throw new Error(`the lab has no namespace ${at}`);
    return name;
  }
}
