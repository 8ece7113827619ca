/** Packets of a run as they were on the wire, to be found again by what the tester knows of each. */
import { ipv4Start } from '../net/capture-link.js';
import { type Ipv4Fields, readIpv4 } from '../net/ipv4-fields.js';
import { Reassembler } from '../net/reassemble.js';
import { udpProtocol } from '../net/udp-packet.js';
import type { WirePacket } from '../net/wire-tap.js';
import type { FrameRecord } from '../report/result.js';
import { u16At } from '../wire/octets.js';
import { fromHex, toHex } from '../wire/text.js';

/** Octets kept in all, with the keys that they are found by; what comes later is not kept. */
const mostOctets = 256 << 20;
/** Fragmented packets under way. */
const mostPartials = 1000;
/** Octets of a payload that tell it from others. */
const comparedOctets = 1024;

interface Entry {
  /** Several for a packet that was fragmented. */
  readonly packets: readonly WirePacket[];
  isTaken: boolean;
}

export class WireRecord {
  readonly #byKey = new Map<string, Entry[]>();
  readonly #reassembler = new Reassembler({ mostPartials });
  readonly #parts = new Map<string, WirePacket[]>();
  #octets = 0;
  /** Whether there is no room for more. */
  get isFull(): boolean {
    return this.#octets > mostOctets;
  }

  add(packet: WirePacket): void {
    const { bytes, linkType, at } = packet;
    const start = ipv4Start(bytes, 0, bytes.length, linkType);
    const captured = start < 0 ? undefined : bytes.subarray(start);
    const fields = captured && readIpv4(captured);
    if (!captured || !fields) return;
    if (this.isFull) return;
    const ip = captured.subarray(0, fields.totalLength);
    this.#keep(ip, fields, [packet]);
    if (!fields.moreFragments && fields.fragmentOffset === 0) return;
    const name = `${fields.source} ${fields.destination} ${fields.protocol} ${fields.identification}`;
    const parts = [...(this.#parts.get(name) ?? []), packet];
    this.#parts.delete(name);
    const whole = this.#reassembler.take(ip, fields, at);
    const wholeFields = whole && readIpv4(whole);
    if (wholeFields) return this.#keep(whole, wholeFields, parts);
    this.#parts.set(name, parts);
    const oldest = this.#parts.keys().next();
    if (this.#parts.size > mostPartials && !oldest.done) this.#parts.delete(oldest.value);
  }

  /** What carried a frame of the tester, oldest first and each once; undefined when it was not seen. */
  take(frame: FrameRecord): readonly WirePacket[] | undefined {
    const key = keyOfFrame(frame);
    const entry = key === undefined ? undefined : this.#byKey.get(key)?.find(({ isTaken }) => !isTaken);
    if (!entry) return undefined;
    entry.isTaken = true;
    return entry.packets;
  }

  #keep(ip: Uint8Array, fields: Ipv4Fields, packets: readonly WirePacket[]): void {
    const entry: Entry = { packets, isTaken: false };
    for (const { bytes } of packets) this.#octets += bytes.length;
    for (const key of keysOf(ip, fields)) {
      this.#octets += key.length;
      const known = this.#byKey.get(key);
      if (known) known.push(entry);
      else this.#byKey.set(key, [entry]);
    }
  }
}

/** By what a kernel leaves as it was: ends, protocol and payload; a datagram also by its ports and its own payload. */
function keysOf(ip: Uint8Array, fields: Ipv4Fields): string[] {
  const { headerLength, fragmentOffset, moreFragments, protocol, source, destination } = fields;
  const payload = ip.subarray(headerLength);
  const keys = [packetKey(fields, payload, payload.length)];
  const isWholeDatagram = protocol === udpProtocol && fragmentOffset === 0 && !moreFragments && payload.length >= 8;
  if (isWholeDatagram) {
    const [from, to] = [u16At(payload, 0), u16At(payload, 2)];
    const inside = payload.subarray(8);
    keys.push(datagramKey(`${source}:${from}`, `${destination}:${to}`, inside, inside.length));
  }
  return keys;
}

function keyOfFrame({ layer, hex, omitted = 0, source, destination }: FrameRecord): string | undefined {
  const kept = fromHex(hex);
  if (!kept || layer === 'ethernet') return undefined;
  if (layer === 'udp') return datagramKey(source, destination, kept, kept.length + omitted);
  const fields = readIpv4(kept);
  if (!fields) return undefined;
  const payload = kept.subarray(fields.headerLength);
  return packetKey(fields, payload, payload.length + omitted);
}

function packetKey(fields: Ipv4Fields, payload: Uint8Array, length: number): string {
  const { source, destination, protocol, fragmentOffset, moreFragments } = fields;
  const part = `${fragmentOffset}${moreFragments ? '+' : ''}`;
  return `${source} ${destination} ${protocol} ${part} ${length} ${toHex(payload.subarray(0, comparedOctets))}`;
}

const datagramKey = (from: string, to: string, payload: Uint8Array, length: number): string =>
  `${from} ${to} ${length} ${toHex(payload.subarray(0, comparedOctets))}`;
