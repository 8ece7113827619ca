/** Flags about a part of the cases, what is known of them, and reports. */
import type { Command } from 'commander';
import { reportKinds } from '../report/kinds.js';

/** What `--report` does, for the help of each command that has it. */
export const reportHelp = `write a report: ${reportKinds.slice(0, -1).join(', ')} or ${reportKinds.at(-1)}; also repeated`;

export interface ShardFlags {
  readonly shard?: string;
}

export interface BaselineFlags {
  readonly baseline?: string;
  readonly writeBaseline?: string;
}

export function addShardOption(command: Command, what: string): void {
  command.option('--shard <i/n>', `${what}; /N takes I from the CI system, see: docs/ci`);
}

export function addBaselineOption(command: Command): void {
  command.option('--baseline <file>', 'known deviations, in YAML or JSON: they do not fail the run, new ones do');
}

export function addWriteBaselineOption(command: Command): void {
  command.option('--write-baseline <file>', 'write what fails as a baseline; entries that still hold are kept');
}
