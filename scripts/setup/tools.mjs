import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Path of a file of the checkout. */
export function inRoot(name) {
  return path.join(root, name);
}

/** Progress and advice go to stderr, so that `npm start > file` holds the results alone. */
export function say(message) {
  process.stderr.write(`setup: ${message}\n`);
}

/** Runs a command with its output shown on stderr; true when it ended with 0. */
export function runs(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (error) say(`${command}: ${error.message}`);
  return status === 0;
}

/** What a command prints; empty when it cannot be run. */
export function output(command, args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '';
}

/** The object in a JSON file; empty when there is none. */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

export function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
