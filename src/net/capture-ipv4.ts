/** The IPv4 packets of captured ones: link headers and padding off, fragments put together. */
import { u16At } from '../wire/octets.js';
import { type CapturedPacket, timeOf } from './capture-packet.js';
import { ipv4Start } from './capture-link.js';
import { ipv4MinimumHeader, readIpv4 } from './ipv4-fields.js';
import { Reassembler } from './reassemble.js';

export interface CapturedIpv4 {
  /** Number of the packet in the file; of a fragmented one, that of the part that completed it. */
  readonly number: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** A whole IPv4 packet, or as much as was captured. */
  readonly bytes: Uint8Array;
  /** Octets that the capture cut off. */
  readonly missing: number;
}

/** Fragmented packets under way at once; more are not remembered. */
const mostPartials = 1024;

export class Ipv4Stream {
  /** Fragments cut by the capture, so that their packets cannot be put together. */
  lostFragments = 0;
  readonly #reassembler = new Reassembler({ mostPartials });

  /** The packet that this one is or completes; undefined for a fragment of one that is not complete. */
  take(packet: CapturedPacket): CapturedIpv4 | undefined {
    const { bytes } = packet;
    const start = ipv4Start(bytes, 0, bytes.length, packet.linkType);
    if (start < 0) return undefined;
    const captured = start === 0 ? bytes : bytes.subarray(start);
    if (captured.length < ipv4MinimumHeader) return undefined;
    const headerLength = ((captured[0] ?? 0) & 15) * 4;
    if (headerLength < ipv4MinimumHeader || headerLength > captured.length) return undefined;
    const totalLength = u16At(captured, 2);
    // segmentation offload leaves the length 0 in what it is to cut later
    const length = totalLength === 0 ? captured.length : Math.max(totalLength, headerLength);
    const at = timeOf(packet);
    const missing = Math.max(0, length - captured.length);
    const whole = length < captured.length ? captured.subarray(0, length) : captured;
    if ((u16At(captured, 6) & fragmentBits) === 0) return { number: packet.number, at, bytes: whole, missing };
    const fields = readIpv4(captured);
    if (!fields) return undefined;
    if (missing > 0) {
      this.lostFragments++;
      return undefined;
    }
    const complete = this.#reassembler.take(whole, fields, at);
    return complete && { number: packet.number, at, bytes: complete, missing: 0 };
  }
}

/** More fragments, and the fragment offset. */
const fragmentBits = 0x3fff;
