/** Flags of `grespec fuzz` besides those of the device. */
import type { Command } from 'commander';
import { collect } from './collect.js';
import { addShardOption, reportHelp } from './result-flags.js';

export function addFuzzOptions(command: Command): void {
  command
    .optionsGroup('Fuzzing:')
    .option('--runs <n>', 'messages, or with --mode sequence sequences, to send (default: 10000, or 1000)')
    .option('--duration <s>', 'seconds after which the run ends, whatever --runs says')
    .option('--mode <mode>', 'message or sequence (default: message)')
    .option('--out <dir>', 'folder for the findings (default: reports/fuzz)')
    .option('--case <file>', 'send the messages of a finding.json again, and nothing else')
    .option('--corpus <dir>', 'folder of inputs that did something new: kept there, and changed in later runs')
    .option('--stats', 'print how many messages were accepted, denied by code, or discarded')
    .option('--strict', 'a SHOULD that is not followed is a failure')
    .option('--bail', 'stop at the first failure')
    .option('--report <kind=path>', reportHelp, collect);
  addShardOption(command, 'one part of --runs, with a seed of its own, for example 2/4');
  command.addHelpText(
    'after',
    `
Each finding is written to DIR/NNN/finding.json, with a capture beside it and the command that repeats it.

Exit status: 0 nothing found, 1 non-conformance found, 2 usage or configuration error, 3 this machine cannot do it,
4 nothing found but the device was lost, 5 error of grespec, 130 interrupted.

Examples:
  $ grespec fuzz --runs 20000 --stats
      the embedded reference device
  $ grespec fuzz --target 192.0.2.10 --spi 256 --key env:HA_KEY --duration 600 --restart-cmd ./restart.sh
      a real home agent, for ten minutes
  $ grespec fuzz --runs 1000000 --shard 2/4 --report json=reports/fuzz-2.json
      the second quarter of a million messages, beside the others; grespec merge joins the reports
  $ grespec fuzz --case reports/fuzz/001/finding.json --target 192.0.2.10 --spi 256 --key env:HA_KEY
      a finding again
`,
  );
}
