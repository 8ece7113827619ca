/** Capture files as a stream of packets: classic pcap or pcapng, either compressed with gzip, from a path or standard input. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CaptureError, type CapturedPacket, type Walker, type Wants } from './capture-packet.js';
import { isPcap, PcapWalker } from './capture-pcap.js';
import { PcapngWalker, pcapngMagic } from './capture-pcapng.js';

/** Larger ones are no faster, and let packets grow old enough to cost the collector of garbage more. */
const chunkLength = 1 << 17;

/** Chunks read before others have their turn: an interrupt must not wait for the end of the file. */
const chunksAtOnce = 32;

/**
 * The octets of a file; `-` is standard input. A chunk is only lent until the next one is asked for. Rejects with the
 * system's error when the file cannot be opened.
 */
export async function* octetsOf(path: string): AsyncGenerator<Uint8Array> {
  if (path === '-') return yield* process.stdin as AsyncIterable<Uint8Array>;
  // what is no file may keep its reader waiting
  if (!statSync(path).isFile()) return yield* createReadStream(path, { highWaterMark: chunkLength });
  const file = openSync(path, 'r');
  try {
    const chunk = new Uint8Array(chunkLength);
    for (let count = 1; ; count++) {
      const length = readSync(file, chunk, 0, chunkLength, null);
      if (length === 0) return;
      yield chunk.subarray(0, length);
      if (count % chunksAtOnce === 0) await new Promise(setImmediate);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * The wanted packets, in batches. Memory is bounded by the longest record. After a fault in the file the packets before
 * it are delivered, then a CaptureError is thrown.
 */
export async function* readCapture(
  octets: AsyncIterable<Uint8Array>,
  wants: Wants,
): AsyncGenerator<readonly CapturedPacket[], { readonly count: number }> {
  let walker: Walker | undefined;
  let window = new Uint8Array(2 * chunkLength);
  // what is left to read stands in window[start..end); start beyond end: so many octets are passed over
  let start = 0;
  let end = 0;
  let offset = 0;
  for await (const chunk of decompressed(octets)) {
    const rest = Math.max(0, end - start);
    const skipped = Math.min(Math.max(0, start - end), chunk.length);
    offset += Math.min(start, end) + skipped;
    const left = Math.max(0, start - end) - skipped;
    if (rest > 0) window.copyWithin(0, start, end);
    const fresh = chunk.length - skipped;
    if (rest + fresh > window.length) window = grown(window, rest, rest + fresh);
    window.set(skipped > 0 ? chunk.subarray(skipped) : chunk, rest);
    start = left;
    end = rest + fresh;
    if (left > 0 || end < 4) continue;
    walker ??= walkerFor(window, wants);
    try {
      start = walker.walk(window, start, end, offset);
    } finally {
      const packets = walker.take();
      if (packets.length > 0) yield packets;
    }
  }
  finish(walker, start, end, offset);
  return { count: walker?.count ?? 0 };
}

function grown(window: Uint8Array, used: number, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * needed);
  larger.set(window.subarray(0, used));
  return larger;
}

function finish(walker: Walker | undefined, start: number, end: number, offset: number): void {
  if (!walker) throw new CaptureError(0, 'the file is too short for a capture', { isCutShort: true });
  if (start === end) return;
  const where = walker.count === 0 ? 'before its first packet' : `behind packet ${walker.count}`;
  throw new CaptureError(offset + Math.min(start, end), `the file is cut short ${where}`, { isCutShort: true });
}

/** Magic numbers of files that are captures of another kind, or compressed otherwise. */
const foreign: ReadonlyMap<number, string> = new Map([
  [0x28b52ffd, 'compressed with zstd; decompress it first: zstd -d FILE'],
  [0x04224d18, 'compressed with lz4; decompress it first: lz4 -d FILE'],
  [0xa1b2cd34, 'a modified pcap; convert it first: editcap FILE NEW'],
  [0x34cdb2a1, 'a modified pcap; convert it first: editcap FILE NEW'],
  [0x736e6f6f, 'a snoop capture; convert it first: editcap FILE NEW'],
]);

function walkerFor(window: Uint8Array, wants: Wants): Walker {
  const magic = new DataView(window.buffer, window.byteOffset).getUint32(0);
  if (isPcap(magic)) return new PcapWalker(wants);
  if (magic === pcapngMagic) return new PcapngWalker(wants);
  const known = foreign.get(magic);
  const what = known === undefined ? 'neither pcap nor pcapng' : known;
  throw new CaptureError(0, `${what} (magic ${magic.toString(16).padStart(8, '0')})`);
}

async function* decompressed(octets: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = octets[Symbol.asyncIterator]();
  try {
    const head = await atLeastTwo(source);
    const rest = joined(head, source);
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      yield* rest;
      return;
    }
    let length = 0;
    try {
      for await (const chunk of gunzipped(rest)) {
        length += chunk.length;
        yield chunk;
      }
    } catch (cause) {
      if (!isZlibError(cause)) throw cause;
      const isCutShort = cause.code === 'Z_BUF_ERROR';
      const what = isCutShort ? 'the gzip stream is cut short' : `the gzip stream is damaged (${cause.code})`;
      throw new CaptureError(length, what, { cause, isCutShort });
    }
  } finally {
    await source.return?.();
  }
}

/** The start of a pipe may come octet by octet. */
async function atLeastTwo(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length < 2;) {
    const next = await source.next();
    if (next.done) break;
    parts.push(next.value.slice());
    length += next.value.length;
  }
  return Buffer.concat(parts);
}

async function* joined(head: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (;;) {
    const next = await source.next();
    if (next.done) return;
    yield next.value;
  }
}

/** Chunks for a stream, which keeps them longer than they are lent. */
async function* kept(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of octets) yield chunk.slice();
}

function gunzipped(octets: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: chunkLength });
  // its callback is given the error that iterating over gunzip throws as well
  pipeline(Readable.from(kept(octets), { objectMode: false, highWaterMark: chunkLength }), gunzip, () => undefined);
  return gunzip;
}

function isZlibError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
