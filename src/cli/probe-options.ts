/** The flags of `grespec probe`: the device and its keys, as for a run, and where the proposal goes. */
import type { Command } from 'commander';
import { addSubjectOptions } from './options.js';

export function addProbeOptions(command: Command): void {
  addSubjectOptions(command);
  command
    .optionsGroup('Proposal:')
    .option('--write <file>', 'write the configuration into this file (default: standard output)')
    .option('--force', 'replace the file if it exists')
    .optionsGroup('Help:')
    .addHelpText(
      'after',
      `
Exit status: 0 a configuration was proposed, 2 usage or configuration error, 3 this machine cannot do it,
4 the device gave no answer that anything can be learnt from, 130 interrupted.

Examples:
  $ grespec probe --target 192.0.2.10 --spi 256 --key env:HA_KEY
      print what the home agent showed
  $ grespec probe --target 192.0.2.10 --spi 256 --key env:HA_KEY --write lab.yaml
  $ grespec run ha/5.3 --config lab.yaml
      write it down, look through it, and test by it
  $ grespec probe --as ha --local 192.0.2.1 --spi 256 --key env:HA_KEY --trigger ./attach.sh
      a mobility proxy agent, from the requests that it sends
`,
    );
}
