/** `--watch`: runs again whenever one of the files changes, until Ctrl-C. */
import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { exitCodes, messageOf, usageError } from './cli-error.js';
import { signals } from './interrupt.js';
import { whyNotRead } from './read-file.js';

/** Editors write a file in several steps, in milliseconds. */
const settling = 200;

export interface WatchOptions {
  readonly files: readonly string[];
  /** One run; its exit code. Usage errors may be thrown: a file that is wrong may be right the next time. */
  readonly once: () => Promise<number>;
  readonly tell: (message: string) => void;
}

export async function watchRuns({ files, once, tell }: WatchOptions): Promise<number> {
  // Held from before the first run to after the last: between two runs, too, Ctrl-C ends the watch and not the process.
  const interrupts = new Interrupts();
  let changes: Changes | undefined;
  try {
    changes = new Changes(files);
    for (;;) {
      changes.forget();
      const code = await once().catch((error: unknown) => {
        tell(messageOf(error));
        return exitCodes.usage;
      });
      if (code === exitCodes.interrupted || interrupts.came) return exitCodes.interrupted;
      tell(`waiting for a change of ${files.join(', ')}; Ctrl-C ends`);
      await Promise.race([interrupts.next, changes.next()]);
      await Promise.race([interrupts.next, new Promise((resolve) => setTimeout(resolve, settling))]);
      if (interrupts.came) return exitCodes.interrupted;
    }
  } finally {
    changes?.close();
    interrupts.close();
  }
}

class Interrupts {
  readonly next: Promise<void>;
  came = false;
  #onSignal: () => void = () => {};

  constructor() {
    this.next = new Promise((resolve) => {
      this.#onSignal = (): void => {
        this.came = true;
        resolve();
      };
    });
    for (const name of signals) process.on(name, this.#onSignal);
  }

  close(): void {
    for (const name of signals) process.off(name, this.#onSignal);
  }
}

class Changes {
  readonly #watchers: FSWatcher[] = [];
  #isChanged = false;
  #changed: () => void = () => {};

  /** Folders are watched, since editors replace files. Throws a usage error for one that cannot be. */
  constructor(files: readonly string[]) {
    const wanted = new Set(files.map((file) => path.resolve(file)));
    const folders = new Set([...wanted].map((file) => path.dirname(file)));
    try {
      for (const folder of folders) this.#watchers.push(this.#watched(folder, wanted));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #watched(folder: string, wanted: ReadonlySet<string>): FSWatcher {
    try {
      return watch(folder, (_, name) => {
        if (name === null || !wanted.has(path.join(folder, name))) return;
        this.#isChanged = true;
        this.#changed();
      });
    } catch (error) {
      throw usageError(`--watch: cannot watch the folder ${folder}: ${whyNotRead(error)}`);
    }
  }

  /** What happened until now is over: a run is about to begin. */
  forget(): void {
    this.#isChanged = false;
  }

  /** A change that came during the run counts. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
      if (this.#isChanged) resolve();
    });
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}
