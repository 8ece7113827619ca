/** `--restart-cmd`: brings a device back by a command of the user's. */
import { runShell } from './shell.js';

/** Longest that the command may take, in milliseconds. */
const usualLimit = 60_000;

/** Runs the command to its end. A failure is only told: the run then finds out by itself whether the device is back. */
export async function runRestartCommand(
  command: string,
  signal: AbortSignal,
  tell: (message: string) => void,
  limit = usualLimit,
): Promise<void> {
  const { status, how } = await runShell(command, { limit, signal });
  if (status !== 0 && !signal.aborted) tell(`--restart-cmd failed: ${how}`);
}
