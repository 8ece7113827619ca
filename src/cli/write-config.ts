/** Puts a configuration file where the user wants it; what stands there is replaced only when told to. */
import { chmodSync, closeSync, constants, existsSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { prepareWhole, whyNotWritten } from '../report/write.js';
import { type CliError, usageError } from './cli-error.js';
import { parseConfig } from './config/document.js';
import { readSettings } from './config/settings.js';

/** Makes its folder. Throws before anything is asked of a person or a device. */
export function checkFree(file: string, isForced: boolean): void {
  if (!isForced && existsSync(file)) {
    throw usageError(`${file} exists; name another file, or replace it with --force`);
  }
  try {
    // one that is there is written in place
    if (existsSync(file)) closeSync(openSync(file, constants.O_WRONLY | constants.O_NONBLOCK));
    else prepareWhole(path.resolve(file));
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

export function writeConfig(file: string, text: string, isForced: boolean): void {
  // what grespec writes it must read
  readSettings(parseConfig(text, file));
  checkFree(file, isForced);
  try {
    // it may hold a key
    writeFileSync(file, text, { mode: 0o600, flag: isForced ? 'w' : 'wx' });
    chmodSync(file, 0o600);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

const cannotWrite = (file: string, error: unknown): CliError =>
  usageError(`cannot write ${file}: ${whyNotWritten(error)}`);
