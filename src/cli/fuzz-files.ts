/** The files of a fuzz run: findings with their captures, and the corpus. */
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../report/folder.js';
import { whyNotWritten } from '../report/write.js';
import type { FuzzFinding } from '../fuzz/finding.js';
import type { Plan } from '../fuzz/plan.js';
import { type Case, caseIn, fileOf, plansIn } from '../fuzz/repeat.js';
import { linkTypes } from '../net/capture-link.js';
import { pcapngHeader, pcapngPacket } from '../net/capture-write.js';
import type { Endpoint } from '../net/port.js';
import { udpPacket } from '../net/udp-packet.js';
import { summarizeMessage } from '../wire/describe.js';
import type { Dialect } from '../wire/extensions.js';
import { ipProtocols, ipv4 } from '../wire/ipv4.js';
import { encode } from '../wire/layout.js';
import { CliError, environmentError, usageError } from './cli-error.js';
import { whyNotRead } from './read-file.js';

/** Inputs read from a corpus, at most; more only slow the start. */
const mostKept = 5000;

/** Between whom the frames of a finding went. */
export interface Ends {
  readonly tester: Endpoint;
  readonly device: Endpoint;
  readonly dialect: Dialect;
}

/** Makes the folder; one that cannot be made or written to is the user's mistake, found before anything is sent. */
export function prepareFindings(folder: string): void {
  try {
    makeFolder(path.resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw usageError(`--out ${folder}: ${whyNotWritten(error)}`);
  }
}

/** Writes DIR/NNN; `repeatOf` makes the command from the path of the file. Returns that path. Throws a CliError. */
export function writeFinding(
  folder: string,
  finding: FuzzFinding,
  ends: Ends,
  repeatOf: (file: string) => string,
): string {
  try {
    makeFolder(path.resolve(folder));
    const own = path.join(folder, nextName(folder));
    mkdirSync(own);
    const file = path.join(own, 'finding.json');
    writeFileSync(file, `${JSON.stringify(fileOf(finding, repeatOf(file)), null, 2)}\n`);
    writeFileSync(path.join(own, 'finding.pcapng'), captureOf(finding, ends));
    return file;
  } catch (error) {
    throw environmentError(`--out ${folder}: ${whyNotWritten(error)}`, error);
  }
}

/** Earlier findings stay. */
function nextName(folder: string): string {
  const numbers = readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return String(Math.max(0, ...numbers) + 1).padStart(3, '0');
}

function captureOf(
  { frames, requirement, expected, actual }: FuzzFinding,
  { tester, device, dialect }: Ends,
): Uint8Array {
  const packets = frames.map((seen, i) => {
    const { layer, direction, bytes, at } = seen;
    const [usualFrom, usualTo] = direction === 'sent' ? [tester, device] : [device, tester];
    const from = endpointIn(seen.source) ?? usualFrom;
    const to = endpointIn(seen.destination) ?? usualTo;
    const packet =
      layer === 'udp'
        ? udpPacket(from, to, bytes, (i + 1) & 0xffff)
        : layer === 'ip'
          ? bytes
          : encode(ipv4, { source: from.address, destination: to.address, protocol: ipProtocols.gre, payload: bytes });
    const what = layer === 'udp' ? summarizeMessage(bytes, dialect) : 'tunnel packet';
    const verdict = i === 0 ? `${requirement}: expected ${expected}, got ${actual}\n` : '';
    return pcapngPacket({
      seconds: Math.floor(at / 1000),
      nanoseconds: Math.floor((at % 1000) * 1e6),
      interfaceId: 0,
      bytes: packet,
      direction: direction === 'sent' ? 'outbound' : 'inbound',
      comment: verdict + what,
    });
  });
  return Buffer.concat([pcapngHeader([{ linkType: linkTypes.raw, name: 'ip' }]), ...packets]);
}

/** `192.0.2.1:434`. */
function endpointIn(text: string | undefined): Endpoint | undefined {
  const [address, port] = text?.split(':') ?? [];
  return address === undefined || port === undefined ? undefined : { address, port: Number(port) };
}

export function readCase(file: string): Case {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`--case ${file}: ${whyNotRead(error)}`);
  }
  const found = caseIn(text);
  if (!found) throw usageError(`--case ${file}: it is no finding of grespec fuzz`);
  return found;
}

/** The inputs kept in a folder, which is made when it is not there; in the order of their names, so that runs repeat. */
export function readCorpus(folder: string): readonly Plan[] {
  try {
    makeFolder(path.resolve(folder));
    const names = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .slice(0, mostKept);
    return names.flatMap((name) => inputsIn(path.join(folder, name)));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw usageError(`--corpus ${folder}: ${whyNotRead(error)}`);
  }
}

/** Without one of its inputs a run would not be the one that the seed repeats. */
function inputsIn(file: string): readonly Plan[] {
  const plans = plansIn(readFileSync(file, 'utf8'));
  if (!plans) throw usageError(`--corpus: ${file} holds no messages of grespec fuzz; mend it, or take it away`);
  return plans;
}

export function keepInput(folder: string, plan: Plan): void {
  const text = `${JSON.stringify([plan])}\n`;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  try {
    writeFileSync(path.join(folder, `${name}.json`), text);
  } catch (error) {
    throw environmentError(`--corpus ${folder}: ${whyNotWritten(error)}`, error);
  }
}
