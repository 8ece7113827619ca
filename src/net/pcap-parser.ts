import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

/** What pcap-parser makes of a record; the package has no types. */
export interface ParsedRecord {
  readonly header: {
    readonly timestampSeconds: number;
    /** In whatever unit the file has. */
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  };
  /** A view of what was fed. */
  readonly data: Uint8Array;
}

interface Parser {
  on(event: 'packet', listener: (packet: ParsedRecord) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

const require = createRequire(import.meta.url);

/** A stream that is pushed by hand, so that pcap-parser works in step with whoever feeds it. */
class Feed extends EventEmitter {
  pause(): void {}
  resume(): void {}
}

/** Feeds pcap-parser with a file header and then whole records; each call gives the records of what was fed. */
export function pcapParser(fileHeader: Uint8Array): (records: Uint8Array) => ParsedRecord[] {
  const { parse } = require('pcap-parser') as { parse(stream: Feed): Parser };
  const feed = new Feed();
  const parser = parse(feed);
  let found: ParsedRecord[] = [];
  parser.on('packet', (packet) => found.push(packet));
  parser.on('error', (error) => {
    throw error;
  });
  feed.emit('data', Buffer.from(fileHeader));
  return (records) => {
    found = [];
    feed.emit('data', Buffer.from(records.buffer, records.byteOffset, records.length));
    return found;
  };
}
