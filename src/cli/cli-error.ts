/** What a command ends with when it does not end well, and the exit codes of all commands. */

/** Codes of runs that took place (0, 1, 4, 5) come from the report's `exitCodeOf`. */
export const exitCodes = {
  ok: 0,
  nonConformance: 1,
  usage: 2,
  environment: 3,
  undecided: 4,
  internal: 5,
  interrupted: 130,
} as const;

/** The user, or the machine, has to change something. The message is one line and says what. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The command line or a configuration file is wrong. */
export function usageError(message: string): CliError {
  return new CliError(exitCodes.usage, message);
}

/** This machine cannot do what was asked for. */
export function environmentError(message: string, cause?: unknown): CliError {
  return new CliError(exitCodes.environment, message, { cause });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the user typed, safe to print on one line: control characters escaped, never a page long. */
export function quoted(text: string): string {
  const longest = 80;
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}...` : text);
}
