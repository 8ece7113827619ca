/** Folders for what is written. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing. One after the other: the recursive way of Node never ends where
 * a file system refuses new folders by saying that they are not there, as /proc does. Throws as `mkdirSync` does.
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let above = path;
  while (!statSync(above, { throwIfNoEntry: false })) {
    missing.unshift(above);
    const next = dirname(above);
    if (next === above) break;
    above = next;
  }
  for (const folder of missing) makeOne(folder);
  // a file where a folder is to be is told of here, not when something is written into it
  if (missing.length === 0) makeOne(path);
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // made by somebody else meanwhile, or there before
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
