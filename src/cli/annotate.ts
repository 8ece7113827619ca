/** A copy of a capture for Wireshark: the packets that were judged, with what is wrong with each as its comment. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { octetsOf, readCapture } from '../net/capture-file.js';
import { CaptureError } from '../net/capture-packet.js';
import { relevantPackets } from '../net/capture-relevant.js';
import { pcapngHeader, pcapngPacket } from '../net/capture-write.js';
import type { Tallies } from '../replay/tally.js';
import { whyNotWritten } from '../report/write.js';
import { environmentError } from './cli-error.js';

/** Rejects with a CliError when `target` cannot be written. */
export async function annotate(file: string, target: string, tallies: Tallies, port?: number): Promise<void> {
  try {
    await pipeline(Readable.from(annotated(file, tallies, port)), createWriteStream(target));
  } catch (error) {
    throw environmentError(`--annotate ${target}: ${whyNotWritten(error)}`, error);
  }
}

async function* annotated(file: string, { comments }: Tallies, port?: number): AsyncGenerator<Uint8Array> {
  const interfaces = new Map<number, number>();
  try {
    for await (const packets of readCapture(octetsOf(file), relevantPackets({ links: new Map(), cut: 0 }, port))) {
      for (const { linkType, number, ...packet } of packets) {
        if (!interfaces.has(linkType)) {
          // each further link type begins a section of its own, so that interfaces need not be known beforehand
          interfaces.clear();
          interfaces.set(linkType, 0);
          yield pcapngHeader([{ linkType }]);
        }
        const faults = comments.get(number) ?? [];
        const comment = [`frame ${number} of the capture`, ...faults].join('\n');
        yield pcapngPacket({ ...packet, interfaceId: 0, ...(faults.length > 0 && { comment }) });
      }
    }
  } catch (error) {
    // told of when the capture was audited; what stands before it is in the copy
    if (!(error instanceof CaptureError)) throw error;
  }
  if (interfaces.size === 0) yield pcapngHeader([]);
}
