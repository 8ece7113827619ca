/** A packet sent to find out where it comes out: it carries a cookie that no other packet has. */
import type { Clock, LinkFrame } from '../net/port.js';
import type { TunnelFrame } from '../oracle/frame.js';
import { Arrivals } from './arrivals.js';
import type { Recorder } from './recorder.js';

/** ASCII `grsp`, the first half of every cookie. */
const magic = 0x67727370;

/** An occurrence of the cookie in a tunnel packet that reached one of the tester's addresses. */
export interface Arrival {
  readonly frame: TunnelFrame;
  /** The tester's address that it was tunnelled to. */
  readonly careOf: string;
}

/** An ICMP message with the cookie that came outside any tunnel: an error about the packet, or the packet itself. */
export interface Stray {
  readonly from: string;
  readonly type: number;
  readonly code: number;
  readonly bytes: Uint8Array;
}

export class Probe {
  readonly id: number;
  readonly during: string;
  readonly recorder: Recorder;
  readonly arrivals: Arrivals<Arrival>;
  readonly strays: Arrivals<Stray>;
  /** Ethernet frames with the cookie that came out on the access link of a mobility proxy agent. */
  readonly emerged: Arrivals<LinkFrame>;

  constructor(clock: Clock, id: number, during: string, recorder: Recorder) {
    this.id = id;
    this.during = during;
    this.recorder = recorder;
    this.arrivals = new Arrivals(clock);
    this.strays = new Arrivals(clock);
    this.emerged = new Arrivals(clock);
  }

  /** The cookie, followed by `padding` further octets (0 or more) that make the packet as long as a case wants. */
  payload(padding = 0): Uint8Array {
    const octets = new Uint8Array(8 + padding);
    const view = new DataView(octets.buffer);
    view.setUint32(0, magic);
    view.setUint32(4, this.id);
    for (let i = 8; i < octets.length; i++) octets[i] = i & 0xff;
    return octets;
  }
}

const needle = Buffer.from('grsp');

/** The id of the first cookie in a packet; undefined when it carries none. */
export function cookieIn(packet: Uint8Array): number | undefined {
  const buffer = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  const at = buffer.indexOf(needle);
  return at < 0 || at + 8 > buffer.length ? undefined : buffer.readUInt32BE(at + 4);
}
