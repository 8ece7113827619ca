/** Ctrl-C and its kin: the first asks the run to end, so that reports are written; the second ends it at once. */
import { exitCodes } from './cli-error.js';

export const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface RunInterrupts {
  readonly signal: AbortSignal;
  /** Resolves so many milliseconds after the interrupt; never without one. */
  after(ms: number): Promise<void>;
  /** Gives the signals back. */
  stop(): void;
}

/** `after` is what is still done once the first interrupt has come. */
export function catchInterrupts(
  tell: (message: string) => void,
  after = 'ending the run and writing its reports',
): RunInterrupts {
  const controller = new AbortController();
  const { signal } = controller;
  const onSignal = (): void => {
    if (signal.aborted) process.exit(exitCodes.interrupted);
    tell(`interrupted: ${after}; once more to stop at once`);
    controller.abort();
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal,
    async after(ms) {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await new Promise((resolve) => setTimeout(resolve, ms).unref());
    },
    stop() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
