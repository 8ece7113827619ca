/** Puts a configuration file where the user wants it; what stands there is replaced only when told to. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { messageOf, usageError } from './cli-error.js';
import { parseConfig } from './config/document.js';
import { readSettings } from './config/settings.js';

/** Throws before anything is asked of a person or a device. */
export function checkFree(file: string, isForced: boolean): void {
  if (!isForced && existsSync(file)) {
    throw usageError(`${file} exists; name another file, or replace it with --force`);
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
    throw usageError(`cannot write ${file}: ${messageOf(error)}`);
  }
}
