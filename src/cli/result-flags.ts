/** Flags about a part of the cases, and about what is known of them. */
import type { Command } from 'commander';

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
