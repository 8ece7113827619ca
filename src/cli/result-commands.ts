/** Commands that work on the JSON reports of runs, offline. */
import type { Command } from 'commander';
import { collect } from './collect.js';
import type { DiffFlags } from './diff.js';
import type { MergeFlags } from './merge.js';
import { addBaselineOption, reportHelp } from './result-flags.js';

/** `common` prepares each command as the others are; `finish` is told the exit code. */
export function addResultCommands(
  program: Command,
  common: (command: Command) => Command,
  finish: (exitCode: number) => void,
): void {
  const merging = common(program.command('merge <json...>'))
    .summary('join the JSON reports of shards into one run')
    .description(
      'Joins the JSON reports of a run that was split with --shard, or of selections that were run one by one, prints ' +
        'the whole and writes it in any kind of report. What judges the whole run gets the worst verdict that any part ' +
        'came to. Reports of other versions, roles, profiles or knobs do not fit, nor do two that hold the same case.',
    )
    .option('--report <kind=path>', reportHelp, collect)
    .option('--quiet', 'print only what did not pass, and the outcome');
  addBaselineOption(merging);
  merging
    .addHelpText(
      'after',
      `
Exit status: that of the whole run. 0 nothing failed, 1 non-conformance found, 2 reports that do not fit,
4 something could not be decided, or a shard is missing or was cut short, 5 error of grespec.

Examples:
  $ grespec run --shard 1/2 --report json=one.json; grespec run --shard 2/2 --report json=two.json
  $ grespec merge one.json two.json --report junit=junit.xml --report html=report.html
  $ grespec merge shards/*.json --baseline known.yaml --report json=all.json
`,
    )
    .action(async (files: string[], flags: MergeFlags) => {
      const { merge } = await import('./merge.js');
      finish(merge(files, flags));
    });

  common(program.command('diff <before> <after>'))
    .summary('list regressions and fixes between two runs')
    .description(
      'Compares two JSON reports case by case: what became worse or violates another requirement, what has no verdict ' +
        'any more, what became better, what is new and what is gone. Baselines do not matter here.',
    )
    .option('--markdown <file>', 'write it as Markdown; - prints that instead of the text')
    .addHelpText(
      'after',
      `
Exit status: 0 nothing became worse, 1 regressions, 2 files that cannot be compared, 4 no regression, but cases have no
verdict any more or the second run was cut short. New cases count for nothing, whatever their verdict.

Examples:
  $ grespec diff reports/firmware-1.json reports/firmware-2.json
  $ grespec diff main.json branch.json --markdown - >> "$GITHUB_STEP_SUMMARY"
`,
    )
    .action(async (before: string, after: string, flags: DiffFlags) => {
      const { diff } = await import('./diff.js');
      finish(diff([before, after], flags));
    });
}
