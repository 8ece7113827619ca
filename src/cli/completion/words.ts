/** What there is to complete, whatever the shell. */

export interface FlagWords {
  readonly long: string;
  readonly summary: string;
  /** Name of its value; absent where it takes none. */
  readonly value?: string;
  /** What the value may be; empty where it is anything, and then files are offered. */
  readonly values?: readonly string[];
}

export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagWords[];
  /** What may stand as argument. */
  readonly values: readonly string[];
  /** Whether an argument may be a file. */
  readonly takesFiles: boolean;
}

/** In single quotes for a POSIX shell. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
