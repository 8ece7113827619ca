/** Reads the frames of a case back out of a page. */
import { inflateRawSync } from 'node:zlib';
import type { PageFrame } from '../../src/report/html/page-model.js';

export function framesIn(packed: string): readonly PageFrame[] {
  return JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString()) as readonly PageFrame[];
}
