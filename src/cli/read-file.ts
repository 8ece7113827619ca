import { closeSync, openSync, readSync } from 'node:fs';
import { messageOf } from './cli-error.js';

/** The first `limit` octets of a file at most, then an error: a device such as /dev/zero has no end. */
export function readBounded(path: string, limit: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const piece = Buffer.alloc(Math.min(65536, limit + 1 - length));
      const read = readSync(descriptor, piece, 0, piece.length, null);
      if (read === 0) return Buffer.concat(pieces, length);
      pieces.push(piece.subarray(0, read));
      length += read;
      if (length > limit) throw new Error(`it is larger than ${limit} octets`);
    }
  } finally {
    closeSync(descriptor);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
};

/** Words for the usual ways in which a file cannot be read. */
export function whyNotRead(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? messageOf(error);
}
