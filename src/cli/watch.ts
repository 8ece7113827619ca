/** `--watch`: runs again whenever one of the files changes, until Ctrl-C. */
import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { exitCodes, messageOf } from './cli-error.js';

/** Editors write a file in several steps, in milliseconds. */
const settling = 200;

export interface WatchOptions {
  readonly files: readonly string[];
  /** One run; its exit code. Usage errors may be thrown: a file that is wrong may be right the next time. */
  readonly once: () => Promise<number>;
  readonly tell: (message: string) => void;
}

export async function watchRuns({ files, once, tell }: WatchOptions): Promise<number> {
  const changes = new Changes(files);
  try {
    for (;;) {
      changes.forget();
      const code = await once().catch((error: unknown) => {
        tell(messageOf(error));
        return exitCodes.usage;
      });
      if (code === exitCodes.interrupted) return code;
      tell(`waiting for a change of ${files.join(', ')}; Ctrl-C ends`);
      if ((await changes.next()) === 'interrupt') return exitCodes.interrupted;
    }
  } finally {
    changes.close();
  }
}

class Changes {
  readonly #watchers: readonly FSWatcher[];
  #isChanged = false;
  #changed: () => void = () => {};

  /** Folders are watched, since editors replace files. */
  constructor(files: readonly string[]) {
    const wanted = new Set(files.map((file) => path.resolve(file)));
    const folders = new Set([...wanted].map((file) => path.dirname(file)));
    this.#watchers = [...folders].map((folder) =>
      watch(folder, (_, name) => {
        if (name === null || !wanted.has(path.join(folder, name))) return;
        this.#isChanged = true;
        this.#changed();
      }),
    );
  }

  /** What happened until now is over: a run is about to begin. */
  forget(): void {
    this.#isChanged = false;
  }

  /** A change that came during the run counts. */
  async next(): Promise<'change' | 'interrupt'> {
    let onSignal: () => void = () => {};
    const interrupted = new Promise<'interrupt'>((resolve) => (onSignal = (): void => resolve('interrupt')));
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    const changed = new Promise<'change'>((resolve) => {
      this.#changed = (): void => resolve('change');
      if (this.#isChanged) resolve('change');
    });
    const event = await Promise.race([interrupted, changed]);
    if (event === 'change') await new Promise((resolve) => setTimeout(resolve, settling));
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    return event;
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}
