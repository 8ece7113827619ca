/** Flags of a run about what is shown of it, when it is run again, and suites of the user's own. */
import type { Command } from 'commander';
import { collect } from './collect.js';

export interface OwnSuiteFlags {
  /** Suite files of the user's own. */
  readonly suite?: readonly string[];
  readonly watch?: boolean;
}

export function addDisplayOptions(command: Command): void {
  command
    .optionsGroup('Run:')
    .option('--suite <file>', 'add a suite of your own, see: docs/writing-a-suite.md; also repeated', collect)
    .option('--watch', 'run again whenever the --config or a --suite file changes, until Ctrl-C')
    .optionsGroup('Shown:')
    .option('--quiet', 'print only what did not pass, and the outcome')
    .option(
      '--reporter <name>',
      'print with a reporter of mocha instead, by name (spec, dot, ...) or path (./mine.cjs)',
    );
}
