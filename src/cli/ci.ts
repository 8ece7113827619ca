/** What the CI system around a run gets of its own: GitHub Actions annotations and a step summary. */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { ReportContext } from '../report/context.js';
import { annotations } from '../report/github.js';
import { toMarkdown } from '../report/markdown.js';
import type { RunResult } from '../report/result.js';
import { messageOf } from './cli-error.js';

export interface Ci {
  /** Before anything is printed that a device may have had a hand in. */
  begin(): void;
  /** The run is over. */
  end(result: RunResult, context: ReportContext): void;
  /** Without a result; harmless after `end`. */
  stop(): void;
}

const none: Ci = { begin: () => undefined, end: () => undefined, stop: () => undefined };

export function ciOf(
  environment: NodeJS.ProcessEnv,
  write: (text: string) => void,
  tell: (message: string) => void,
): Ci {
  if (environment['GITHUB_ACTIONS'] !== 'true') return none;
  const token = randomUUID();
  let isStopped = false;
  const resume = (): void => {
    if (isStopped) write(`::${token}::\n`);
    isStopped = false;
  };
  return {
    begin() {
      // The runner obeys every line that looks like a command, also one that a device made us print.
      write(`::stop-commands::${token}\n`);
      isStopped = true;
    },
    end(result, context) {
      resume();
      for (const line of annotations(result)) write(`${line}\n`);
      const file = environment['GITHUB_STEP_SUMMARY'];
      if (!file) return;
      try {
        appendFileSync(file, toMarkdown(result, context));
      } catch (error) {
        tell(`GITHUB_STEP_SUMMARY: ${messageOf(error)}`);
      }
    },
    stop: resume,
  };
}
