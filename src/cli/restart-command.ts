/** `--restart-cmd`: brings a device back by a command of the user's. */
import { spawn } from 'node:child_process';
import { messageOf } from './cli-error.js';

/** Longest that the command may take, in milliseconds. */
const limit = 60_000;

/**
 * Runs the command to its end. A failure is only told: the run then finds out by itself whether the device is back.
 * The output is dropped, since a device that the command leaves behind would keep our pipes open.
 */
export async function runRestartCommand(
  command: string,
  signal: AbortSignal,
  tell: (message: string) => void,
): Promise<void> {
  // A group of its own, so that all of it can be ended.
  const child = spawn('/bin/sh', ['-c', command], { stdio: 'ignore', detached: true });
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  };
  const timer = setTimeout(end, limit);
  signal.addEventListener('abort', end, { once: true });
  const outcome = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('exit', (code, killer) =>
      resolve(code === 0 ? undefined : `it ended with ${killer ?? `exit status ${code}`}`),
    );
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
  if (outcome !== undefined && !signal.aborted) tell(`--restart-cmd failed: ${outcome}`);
}
