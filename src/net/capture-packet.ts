/** Packets as a capture file holds them. */

export interface CapturedPacket {
  /** As Wireshark counts: from 1, over all packets of the file. */
  readonly number: number;
  /** Seconds since the Unix epoch, and nanoseconds within the second. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** A LINKTYPE_ number of tcpdump.org. */
  readonly linkType: number;
  /** From the link-layer header on; a copy. Shorter than `originalLength` when the capture cut it. */
  readonly bytes: Uint8Array;
  readonly originalLength: number;
}

/** Whether a packet is worth being copied out; `bytes[from]` to `bytes[to - 1]` are what was captured of it. */
export type Wants = (bytes: Uint8Array, from: number, to: number, linkType: number) => boolean;

/** Milliseconds since the Unix epoch; exact to a microsecond. */
export const timeOf = ({ seconds, nanoseconds }: Pick<CapturedPacket, 'seconds' | 'nanoseconds'>): number =>
  seconds * 1000 + nanoseconds / 1e6;

/** A capture file cannot be read on. What came before stays valid. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  /** Octets into the file, after decompression. */
  readonly offset: number;
  /** The file ends in the middle of a record, as one does whose writer was killed; all before it is sound. */
  readonly isCutShort: boolean;

  constructor(offset: number, message: string, options: ErrorOptions & { readonly isCutShort?: boolean } = {}) {
    super(`offset ${offset}: ${message}`, options);
    this.offset = offset;
    this.isCutShort = options.isCutShort ?? false;
  }
}

/** Takes a file apart, window by window. */
export interface Walker {
  /**
   * Takes whole records from `bytes[from]` on, up to `bytes[to]`, and gives where it stopped: behind `to` when it has no
   * interest in what comes up to there. `offset` is where `bytes[0]` stands in the file. Throws a CaptureError.
   */
  walk(bytes: Uint8Array, from: number, to: number, offset: number): number;
  /** The wanted packets since the last call. */
  take(): CapturedPacket[];
  /** Packets so far, wanted or not. */
  readonly count: number;
}

/** No link delivers more in one packet; libpcap and Wireshark draw the same line. */
export const mostCaptured = 262_144;
