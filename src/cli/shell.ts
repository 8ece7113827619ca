/** Runs a shell command of the user's in a process group of its own, so that all that it starts can be ended. */
import { spawn } from 'node:child_process';
import { messageOf } from './cli-error.js';

export interface ShellOptions {
  /** Its parameters: they can never be read as shell text. */
  readonly words?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Longest that it may take, in milliseconds. */
  readonly limit: number;
  /** Aborting ends it. */
  readonly signal?: AbortSignal;
  /** Keeps the end of what it complains of. A device that the command leaves behind would keep that pipe open. */
  readonly listens?: boolean;
}

export interface ShellEnd {
  /** Exit status; undefined when it came to no end of its own. */
  readonly status: number | undefined;
  /** How it ended, and what it complained of, for a message. */
  readonly how: string;
}

/** Octets of its complaints that are kept. */
const mostComplaint = 500;

/** Never rejects. The command does not outlive this process: whoever ends grespec at once ends it too. */
export async function runShell(
  command: string,
  { words = [], environment = process.env, limit, signal, listens = false }: ShellOptions,
): Promise<ShellEnd> {
  if (signal?.aborted) return { status: undefined, how: interrupted };
  const child = spawn('/bin/sh', ['-c', command, 'sh', ...words], {
    stdio: ['ignore', 'ignore', listens ? 'pipe' : 'ignore'],
    detached: true,
    env: environment,
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-mostComplaint)));
  let why: string | undefined;
  const end = (reason: string): void => {
    why ??= reason;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const onAbort = (): void => end(interrupted);
  const onExit = (): void => end('grespec has ended');
  const timer = setTimeout(() => end(`it took longer than ${limit / 1000} s, and was ended`), limit);
  signal?.addEventListener('abort', onAbort, { once: true });
  process.once('exit', onExit);
  const { status, how } = await new Promise<ShellEnd>((resolve) => {
    child.once('error', (error) => resolve({ status: undefined, how: messageOf(error) }));
    child.once('exit', (code, killer) =>
      resolve(
        code === null
          ? { status: undefined, how: why ?? `it was ended by ${killer ?? 'a signal'}` }
          : { status: code, how: `exit status ${code}` },
      ),
    );
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', onAbort);
  process.off('exit', onExit);
  child.stderr?.destroy();
  return { status, how: `${how} ${complaint.trim()}`.trim() };
}

const interrupted = 'it was ended by the interrupt';

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
