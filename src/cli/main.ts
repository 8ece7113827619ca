#!/usr/bin/env node
/** The command `grespec`. Each command is loaded only when it is called, so that `list` and `--help` start at once. */
import { CliError, exitCodes, messageOf } from './cli-error.js';
import { parse } from './program.js';

/** Exit codes of errors that know their own kind: those of src/net and src/report. */
const codesByName: Readonly<Record<string, number>> = {
  NetError: exitCodes.environment,
  ReportError: exitCodes.usage,
  CaptureError: exitCodes.usage,
};

/** One line on stderr, and the exit code. */
function report(error: unknown): number {
  const name = error instanceof Error ? error.name : '';
  const known = error instanceof CliError ? error.exitCode : codesByName[name];
  if (process.env['GRESPEC_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  if (known !== undefined) {
    process.stderr.write(`grespec: ${messageOf(error)}\n`);
    return known;
  }
  const advice = 'this is an error of grespec itself; GRESPEC_DEBUG=1 shows where, please report it with that output';
  process.stderr.write(`grespec: ${messageOf(error).split('\n')[0] ?? ''}; ${advice}\n`);
  return exitCodes.internal;
}

// The reader of our output has gone: `grespec list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A run that ends so has shown nothing yet, whatever it had decided.
  const isRun = process.argv[2] === 'run' || process.argv[2] === 'fuzz';
  if (error.code === 'EPIPE') process.exit(isRun ? exitCodes.interrupted : exitCodes.ok);
  throw error;
});
process.on('uncaughtException', (error) => process.exit(report(error)));

const exitCode = await parse(process.argv.slice(2)).catch(report);
// What was printed into a pipe is still on its way; beyond that, nothing that a command left open is waited for.
process.stdout.write('', () => process.exit(exitCode));
