/** The flags of `grespec init`: what is known already, so that it need not be asked. */
import type { Command } from 'commander';
import { addSubjectOptions } from './options.js';

export function addInitOptions(command: Command): void {
  addSubjectOptions(command, { withConfig: false });
  command
    .optionsGroup('What is tested:')
    .option('--profile <name>', 'tsirtsis-00, yegani-02 or rfc6245 (default: tsirtsis-00)')
    .optionsGroup('Writing:')
    .option('--probe', 'ask the device for what was not said, see: grespec probe --help')
    .option('--yes', 'ask nothing, also on a terminal: flags and defaults are all')
    .option('--force', 'replace the file if it exists')
    .optionsGroup('Help:')
    .addHelpText(
      'after',
      `
The file names its schema, so that editors complete and check it. A key given as hex is written into the file, which
then only its owner can read; env:NAME and file:PATH keep it out.

Exit status: 0 written, 2 usage error or the file exists, 3 this machine cannot do it, 4 the device did not answer,
130 interrupted.

Examples:
  $ grespec init
      ask, and write grespec.yaml
  $ grespec init lab.yaml --target 192.0.2.10 --spi 256 --key env:HA_KEY --probe
      write down what the device shows
  $ grespec init mpa.yaml --as ha --local 192.0.2.1 --spi 256 --key env:HA_KEY --trigger ./attach.sh
      for a mobility proxy agent
  $ grespec init lab.yaml --target 192.0.2.10 --pics l2=false --pixit homeNetwork=10.99.0.0/24 --yes --force
`,
    );
}
