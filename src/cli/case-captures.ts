/**
 * One pcapng file a case, from the frames that its result keeps. What was seen as a datagram gets IPv4 and UDP headers
 * that carry its addresses and ports, and nothing else that was true on the wire.
 */
import { accessSync, constants, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../report/folder.js';
import { reasonOf } from '../report/write.js';
import { linkTypes } from '../net/capture-link.js';
import { pcapngHeader, pcapngPacket } from '../net/capture-write.js';
import type { Endpoint } from '../net/port.js';
import { udpPacket } from '../net/udp-packet.js';
import type { CaseResult, FrameRecord, RunResult } from '../report/result.js';
import { fromHex, ipv4Number } from '../wire/text.js';
import { environmentError, usageError } from './cli-error.js';

const interfaces = [
  { linkType: linkTypes.raw, name: 'ip' },
  { linkType: linkTypes.ethernet, name: 'link' },
] as const;
const interfaceIds = { udp: 0, ip: 0, ethernet: 1 } as const;

/** Makes the folder; one that cannot be made or written to is the user's mistake, found before anything is sent. */
export function prepareCaptures(folder: string): void {
  try {
    makeFolder(path.resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw usageError(`--pcap ${folder}: ${reasonOf(error)}`);
  }
}

/** Writes `ha-5.2-03.pcapng` and so on; cases without frames get no file. Throws a CliError. */
export function writeCaseCaptures(folder: string, { run, cases }: RunResult): void {
  const start = Date.parse(run.startedAt);
  for (const result of cases) {
    if (result.frames.length === 0) continue;
    const file = path.join(folder, `${result.id.replaceAll(/[^\w.-]+/g, '-')}.pcapng`);
    try {
      writeFileSync(file, caseCapture(result, start));
    } catch (error) {
      throw environmentError(`--pcap ${file}: ${reasonOf(error)}`, error);
    }
  }
}

/** `start` is when time 0 of the frames is taken to be, milliseconds since the Unix epoch. */
export function caseCapture(result: CaseResult, start: number): Uint8Array {
  return Buffer.concat([
    pcapngHeader(interfaces),
    ...result.frames.map((frame, i) => packetOf(frame, i, result, start)),
  ]);
}

function packetOf(frame: FrameRecord, index: number, result: CaseResult, start: number): Uint8Array {
  const nanoseconds = BigInt(Math.round(start)) * 1_000_000n + BigInt(Math.round(frame.at * 1e6));
  const kept = fromHex(frame.hex) ?? new Uint8Array(0);
  const omitted = frame.omitted ?? 0;
  const bytes = frame.layer === 'udp' ? withHeaders(frame, kept, omitted, index) : kept;
  return pcapngPacket({
    seconds: Number(nanoseconds / 1_000_000_000n),
    nanoseconds: Number(nanoseconds % 1_000_000_000n),
    interfaceId: interfaceIds[frame.layer],
    bytes,
    originalLength: bytes.length + omitted,
    direction: frame.direction === 'sent' ? 'outbound' : 'inbound',
    comment: commentOf(frame, result),
  });
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
  return ipv4Number(address) === undefined ? { address: '0.0.0.0', port: 434 } : { address, port: Number(port) };
}
