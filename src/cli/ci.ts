/** What the CI system around a run gets of its own: GitHub Actions annotations and a step summary. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, statSync } from 'node:fs';
import type { ReportContext } from '../report/context.js';
import { annotations } from '../report/github.js';
import { inline, toMarkdown } from '../report/markdown.js';
import type { RunResult } from '../report/result.js';
import { headline } from '../report/totals.js';
import { whyNotWritten } from '../report/write.js';

export interface Ci {
  /** Before anything is printed that a device may have had a hand in. */
  begin(): void;
  /** The run is over. */
  end(result: RunResult, context: ReportContext): void;
  /** Without a result; harmless after `end`. */
  stop(): void;
}

const none: Ci = { begin: () => undefined, end: () => undefined, stop: () => undefined };

/** Octets of all that a step writes; GitHub refuses more as a whole. */
const largestSummary = 1 << 20;

/** For a step whose earlier runs have taken the room. */
function short(result: RunResult): string {
  return `## grespec: ${inline(headline(result))}\n\nThe summary of this step has no room for more: see the reports.\n`;
}

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
        const text = toMarkdown(result, context);
        const taken = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        appendFileSync(file, taken + Buffer.byteLength(text) > largestSummary ? short(result) : text);
      } catch (error) {
        tell(`cannot write the step summary to ${file} (GITHUB_STEP_SUMMARY): ${whyNotWritten(error)}`);
      }
    },
    stop: resume,
  };
}
