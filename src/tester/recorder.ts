/** Keeps the frames of one case for its report, bounded. */
import type { Endpoint } from '../net/port.js';
import type { ObservedMessage } from '../oracle/exchange.js';
import type { FrameRecord } from '../report/result.js';
import { summarizeMessage, summarizePacket } from '../wire/describe.js';
import type { Dialect } from '../wire/extensions.js';
import { toHex } from '../wire/text.js';

/** Frames kept of one case: the first ones, for that is where the valid twin stands, and the latest ones. */
const keptFirst = 120;
const keptLast = 80;
/** Octets kept of one frame. */
const keptOctets = 2048;

interface Entry {
  readonly at: number;
  readonly direction: FrameRecord['direction'];
  readonly source: string;
  readonly destination: string;
  readonly layer: FrameRecord['layer'];
  readonly bytes: Uint8Array;
  guilty: boolean;
}

export class Recorder {
  readonly #first: Entry[] = [];
  #last: Entry[] = [];
  #count = 0;
  /** What the case is looking at: of use until it sends something else. */
  #regarded: Uint8Array | undefined;
  #isBlamed = false;

  add(
    direction: FrameRecord['direction'],
    layer: FrameRecord['layer'],
    source: string,
    destination: string,
    bytes: Uint8Array,
    at: number,
  ): void {
    this.#count++;
    if (direction === 'sent') this.#regarded = undefined;
    const entry: Entry = { at, direction, layer, source, destination, bytes, guilty: false };
    if (this.#first.length < keptFirst) this.#first.push(entry);
    else {
      this.#last.push(entry);
      if (this.#last.length > 2 * keptLast) this.#last = this.#last.slice(-keptLast);
    }
  }

  /** Messages from before the case began, as evidence: of a request and its answer the latter comes last, and is the device's. */
  addMessages(messages: readonly ObservedMessage[]): void {
    for (const [i, { at, from, to, bytes }] of messages.entries()) {
      if ([...this.#first, ...this.#last].some((e) => e.bytes === bytes)) continue;
      this.add(i < messages.length - 1 ? 'sent' : 'received', 'udp', endpoint(from), endpoint(to), bytes, at);
    }
  }

  /** The UDP payloads that were kept. */
  get messages(): readonly Uint8Array[] {
    return [...this.#first, ...this.#last].flatMap(({ layer, bytes }) => (layer === 'udp' ? [bytes] : []));
  }

  /** Marks the frame with these octets as the one that the verdict rests on; the latest one when there are several. */
  blame(bytes: Uint8Array): void {
    const entry = [...this.#first, ...this.#last].findLast((e) => e.bytes === bytes);
    if (!entry) return;
    entry.guilty = true;
    this.#isBlamed = true;
  }

  /** A message or packet that the case has asked for and looks at now. */
  regard(bytes: Uint8Array): void {
    this.#regarded = bytes;
  }

  /** What was sent last, where nothing came of it. */
  regardSent(): void {
    this.#regarded = [...this.#first, ...this.#last].findLast(({ direction }) => direction === 'sent')?.bytes;
  }

  /** Where nobody has named the frame that the verdict rests on: `witness`, or else what the case was looking at. */
  blameIfNone(witness: Uint8Array | undefined): void {
    const bytes = witness ?? this.#regarded;
    if (!this.#isBlamed && bytes) this.blame(bytes);
  }

  /** The frames as the report shows them; `start` is when the case began, milliseconds since the Unix epoch. */
  frames(start: number, dialect: Dialect): { frames: FrameRecord[]; omitted: number } {
    const kept = [...this.#first, ...this.#last.slice(-keptLast)];
    const frames = kept.map((e): FrameRecord => ({
      at: Math.round((e.at - start) * 1000) / 1000,
      direction: e.direction,
      source: e.source,
      destination: e.destination,
      layer: e.layer,
      summary: e.layer === 'udp' ? summarizeMessage(e.bytes, dialect) : summarizePacket(e.bytes, dialect),
      hex: toHex(e.bytes.subarray(0, keptOctets)),
      ...(e.bytes.length > keptOctets && { omitted: e.bytes.length - keptOctets }),
      ...(e.guilty && { guilty: true }),
    }));
    return { frames, omitted: this.#count - kept.length };
  }
}

const endpoint = ({ address, port }: Endpoint): string => `${address}:${port}`;
