/** How reports are rendered, and how they get into files. */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ReportContext } from './context.js';
import { makeFolder } from './folder.js';
import { toHtml } from './html.js';
import { toJson } from './json.js';
import { toJUnit } from './junit.js';
import type { ReportKind } from './kinds.js';
import { toMarkdown } from './markdown.js';
import type { RunResult } from './result.js';
import { toTap } from './tap.js';

const renderers: Readonly<Record<ReportKind, (result: RunResult, context: ReportContext) => string>> = {
  junit: toJUnit,
  json: toJson,
  html: toHtml,
  tap: toTap,
  markdown: toMarkdown,
};

/** A report could not be written. The message is for the user and complete. */
export class ReportError extends Error {
  readonly path: string;

  constructor(kind: ReportKind, path: string, why: string, cause?: unknown) {
    super(`cannot write the ${kind} report to ${path === '' ? 'an empty path' : path}: ${why}`, { cause });
    this.name = 'ReportError';
    this.path = path;
  }
}

export function renderReport(kind: ReportKind, result: RunResult, context: ReportContext = {}): string {
  return renderers[kind](result, context);
}

/**
 * Writes a report so that at any moment the path holds either the whole old or the whole new one: a run may be killed
 * at any time. Synchronous, to work in the last moments of a process too.
 */
export function writeReport(kind: ReportKind, path: string, result: RunResult, context: ReportContext = {}): void {
  const text = renderReport(kind, result, context);
  if (path === '') throw new ReportError(kind, path, 'give a file name');
  try {
    writeWhole(resolve(path), text);
  } catch (error) {
    throw new ReportError(kind, path, whyNotWritten(error), error);
  }
}

/**
 * Whether a path is a device or a pipe, such as /dev/stdout, to which a report can be written once, but which holds
 * none that could be replaced. Throws a ReportError for a pipe that nobody reads: writing to it would wait for ever.
 */
export function isStream(kind: ReportKind, path: string): boolean {
  try {
    const there = statSync(resolve(path), { throwIfNoEntry: false });
    if (there?.isFIFO()) closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    return there !== undefined && !there.isFile() && !there.isDirectory();
  } catch (error) {
    throw new ReportError(kind, path, whyNotWritten(error), error);
  }
}

/** Throws a ReportError for a path to which no report could be written, before there is one. */
export function checkReport(kind: ReportKind, path: string): void {
  if (isStream(kind, path)) return;
  try {
    prepareWhole(resolve(path));
  } catch (error) {
    throw new ReportError(kind, path, whyNotWritten(error), error);
  }
}

/** Makes the folders for a file, and throws where `writeWhole` could not write it. */
export function prepareWhole(path: string): void {
  makeFolder(dirname(path));
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) openSync(path, constants.O_WRONLY); // says that it is one
  accessSync(dirname(there ? realpathSync(path) : path), constants.W_OK);
}

/** Writes a file so that at any moment it is either whole or as it was before, and makes the folders for it. */
export function writeWhole(path: string, text: string | Uint8Array): void {
  makeFolder(dirname(path));
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isFile() && !there.isDirectory()) {
    // To be written to, not to be replaced.
    writeFileSync(path, text);
    return;
  }
  // What a symbolic link points to is replaced, not the link.
  const target = there ? realpathSync(path) : path;
  const temporary = join(dirname(target), `.grespec-${process.pid}.tmp`);
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EEXIST: 'a part of the path is a file, not a directory',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'disk quota exceeded',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  ENOENT: 'no such folder can be made there',
  ENXIO: 'it is a pipe that nobody reads',
};

/** Words for the usual ways in which a file cannot be written. */
export function whyNotWritten(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code !== undefined && reasons[code] !== undefined) return `${reasons[code]} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
