/**
 * One pcapng file a case, of the frames that its result keeps: as they were on the wire where that was watched. Else
 * what was seen as a datagram gets IPv4 and UDP headers that carry its addresses and ports, and nothing else of the wire.
 */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../report/folder.js';
import { whyNotWritten, writeWhole } from '../report/write.js';
import { linkTypes } from '../net/capture-link.js';
import { pcapngHeader, pcapngPacket, type WrittenInterface, type WrittenPacket } from '../net/capture-write.js';
import type { Endpoint } from '../net/port.js';
import { udpPacket } from '../net/udp-packet.js';
import type { CaseResult, FrameRecord, RunResult } from '../report/result.js';
import { mobileIpPort } from '../wire/mobileip.js';
import { fromHex, ipv4Number } from '../wire/text.js';
import type { WirePacket } from '../net/wire-tap.js';
import { environmentError, usageError } from './cli-error.js';
import type { WireWatch } from './wire-watch.js';

/** What is not from the wire. */
const ownInterfaces = {
  ip: {
    linkType: linkTypes.raw,
    name: 'ip',
    comment: 'made from what the tester sent and received; the headers around datagrams are not those of the wire',
  },
  ethernet: {
    linkType: linkTypes.ethernet,
    name: 'link',
    comment: 'frames as the tester sent and received them on a link',
  },
} as const;

const onWire = ({ interfaceName, linkType }: WirePacket): WrittenInterface => ({
  linkType,
  name: interfaceName,
  comment: 'captured on the wire with libpcap: all headers as they were there; times are those of reading',
});

/** Makes the folder; one that cannot be made or written to is the user's mistake, found before anything is sent. */
export function prepareCaptures(folder: string): void {
  try {
    makeFolder(path.resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw usageError(`--pcap ${folder}: ${whyNotWritten(error)}`);
  }
}

/**
 * Writes the captures again at the end of a run, when all packets of the wire have come in. Cases without frames get no
 * file. Throws a CliError.
 */
export function writeCaseCaptures(folder: string, { run, cases }: RunResult, wire?: WireWatch): void {
  const start = Date.parse(run.startedAt);
  for (const result of cases) writeCaseCapture(folder, result, start, wire);
}

/**
 * Writes `ha-5.2-03.pcapng` or the like as soon as the case has ended: a run may be killed. `start` is when it began,
 * milliseconds since the Unix epoch. Throws a CliError.
 */
export function writeCaseCapture(folder: string, result: CaseResult, start: number, wire?: WireWatch): void {
  if (result.frames.length === 0) return;
  const file = path.join(folder, `${result.id.replaceAll(/[^\w.-]+/g, '-')}.pcapng`);
  try {
    writeWhole(path.resolve(file), caseCapture(result, start, wire));
  } catch (error) {
    throw environmentError(`--pcap ${file}: ${whyNotWritten(error)}`, error);
  }
}

/** A frame with what carried it on the wire, as far as that was seen. */
interface Seen {
  readonly frame: FrameRecord;
  readonly packets: readonly WirePacket[];
}

/**
 * What was seen on the wire is taken from there. For the rest `start` is when time 0 of the frames is taken to be,
 * milliseconds since the Unix epoch, unless the wire tells.
 */
export function caseCapture(result: CaseResult, start: number, wire?: Wire): Uint8Array {
  const seen = result.frames.map((frame): Seen => ({ frame, packets: wire?.record.take(frame) ?? [] }));
  const [begin = start] = seen.flatMap(({ frame, packets }) => packets.slice(0, 1).map(({ at }) => at - frame.at));
  // only those that have packets: some programs read no file whose interfaces differ in their link type
  const interfaces = new Map<string, WrittenInterface>();
  const interfaceId = (wanted: WrittenInterface): number => {
    const key = `${wanted.linkType} ${wanted.name} ${wanted.comment}`;
    interfaces.set(key, wanted);
    return [...interfaces.keys()].indexOf(key);
  };
  const written = seen.flatMap(({ frame, packets }, i): WrittenPacket[] => {
    const common = { direction: directionOf(frame), comment: commentOf(frame, result) };
    if (packets.length === 0) return [{ ...common, ...made(frame, i, begin, interfaceId) }];
    return packets.map((packet) => ({
      ...common,
      ...timeOf(packet.at),
      bytes: packet.bytes,
      interfaceId: interfaceId(onWire(packet)),
    }));
  });
  return Buffer.concat([
    pcapngHeader([...interfaces.values()], originOf(result, seen, wire)),
    ...written.map(pcapngPacket),
  ]);
}

type Wire = Pick<WireWatch, 'record' | 'absence'>;

/** Where the packets come from, for the file as a whole. */
function originOf({ id, verdict }: CaseResult, seen: readonly Seen[], wire: Wire | undefined): string {
  const count = seen.filter(({ packets }) => packets.length > 0).length;
  const counts = `${count} frames from the wire, ${seen.length - count} made from what the tester sent and received`;
  const isShort = wire?.record.isFull
    ? 'more was on the wire than is kept: the last packets are not from there'
    : undefined;
  return [`${id} ${verdict}`, counts, wire?.absence, isShort].filter((line) => line !== undefined).join('\n');
}

const directionOf = ({ direction }: FrameRecord): 'outbound' | 'inbound' =>
  direction === 'sent' ? 'outbound' : 'inbound';

function made(
  frame: FrameRecord,
  index: number,
  start: number,
  interfaceId: (wanted: WrittenInterface) => number,
): WrittenPacket {
  const kept = fromHex(frame.hex) ?? new Uint8Array(0);
  const omitted = frame.omitted ?? 0;
  const bytes = frame.layer === 'udp' ? withHeaders(frame, kept, omitted, index) : kept;
  return {
    ...timeOf(start + frame.at),
    interfaceId: interfaceId(ownInterfaces[frame.layer === 'ethernet' ? 'ethernet' : 'ip']),
    bytes,
    originalLength: bytes.length + omitted,
  };
}

/** Milliseconds since the Unix epoch, to the microsecond. */
function timeOf(at: number): { readonly seconds: number; readonly nanoseconds: number } {
  const seconds = Math.floor(at / 1000);
  return { seconds, nanoseconds: Math.min(Math.round((at - seconds * 1000) * 1000), 999_999) * 1000 };
}

function commentOf({ guilty, summary }: FrameRecord, { id, verdict, reason, expected, actual }: CaseResult): string {
  const verdictText = guilty ? [`this frame: ${reason}`, `expected ${expected}`, `got ${actual}`] : [];
  return [`${id} ${verdict}`, ...verdictText, summary].join('\n');
}

/** Of a datagram that is not kept whole no checksum can be made, so it has none. */
function withHeaders(frame: FrameRecord, payload: Uint8Array, omitted: number, index: number): Uint8Array {
  const whole = new Uint8Array(payload.length + omitted);
  whole.set(payload);
  const packet = udpPacket(endpointOf(frame.source), endpointOf(frame.destination), whole, (index + 1) & 0xffff);
  if (omitted === 0) return packet;
  packet.fill(0, checksumAt, checksumAt + 2);
  return packet.subarray(0, packet.length - omitted);
}

/** Of UDP, behind an IPv4 header without options. */
const checksumAt = 26;

/** What a report calls only `device` or `tester` has no address. */
function endpointOf(text: string): Endpoint {
  const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(text) ?? [];
  return ipv4Number(address) === undefined
    ? { address: '0.0.0.0', port: mobileIpPort }
    : { address, port: Number(port) };
}
