import { resolve } from 'node:path';
import { whyNotWritten, writeWhole } from '../report/write.js';
import { environmentError } from './cli-error.js';

/** Writes a whole file, with the folders for it. `flag` is what asked for it. Throws a CliError. */
export function writeText(flag: string, file: string, text: string): void {
  try {
    writeWhole(resolve(file), text);
  } catch (error) {
    throw environmentError(`${flag} ${file}: ${whyNotWritten(error)}`, error);
  }
}
