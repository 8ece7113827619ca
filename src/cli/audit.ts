/** `grespec audit`: judges the devices of captures, offline. */
import path from 'node:path';
import { Audit, type AuditOutcome } from '../replay/audit.js';
import { type AuditedFile, auditResult } from '../replay/audit-result.js';
import type { AuditOptions } from '../replay/settings.js';
import type { RunResult } from '../report/result.js';
import { exitCodeOf } from '../report/totals.js';
import { defaultDialect } from '../wire/extensions.js';
import { mobileIpPort } from '../wire/mobileip.js';
import { annotate } from './annotate.js';
import { type CaptureInput, readPackets } from './capture-input.js';
import { exitCodes, quoted, usageError } from './cli-error.js';
import type { ConfigFlags } from './config/flags.js';
import { associationOf } from './config/resolve.js';
import type { Settings } from './config/settings.js';
import { offlineReport } from './offline-report.js';
import { settingsOf } from './plan.js';
import { version } from './program.js';
import { repeatOffline } from './repeat-offline.js';
import { Screen } from './screen.js';

/** Flags that audit and replay share. */
export interface CaptureFlags extends ConfigFlags {
  readonly config?: string;
  readonly report?: readonly string[];
  /** UDP port of the home agents, besides 434. */
  readonly port?: string;
}

export interface AuditFlags extends CaptureFlags {
  readonly annotate?: string;
}

interface Audited extends AuditedFile, CaptureInput {}

export async function audit(files: readonly string[], flags: AuditFlags): Promise<number> {
  check(files, flags);
  const settings = settingsOf(flags);
  const port = portOf(flags.port);
  const options = { ...auditOptions(settings), ...(port !== undefined && { port }) };
  const screen = new Screen(process.stdout, process.env);
  const reporting = offlineReport(flags.report, screen);
  const start = Date.now();
  const names = uniqueNames(files);
  const audited: Audited[] = [];
  for (const [i, file] of files.entries()) {
    const judge = new Audit(options);
    const input = await readPackets(file, (packet) => judge.packet(packet), port);
    audited.push({ name: names[i] ?? file, outcome: judge.end(), ...input });
  }
  const result = auditResult(audited, {
    version: version(),
    startedAt: new Date(start).toISOString(),
    durationMs: Date.now() - start,
    strict: settings.strict ?? false,
    complete: audited.every(({ fault }) => !fault),
    repeat: repeatOffline('audit', files, flags),
  });
  const [first] = audited;
  const report = reporting(first?.outcome.settings.dialect ?? defaultDialect);
  report.show(result, `audit of ${names.join(' ')}`);
  for (const { name, outcome, notes, fault } of audited) {
    const all = [...outcome.notes, ...notes, ...nothingNotes(outcome, port)];
    screen.write(`\n${name}:\n${all.map((note) => `  ${note}\n`).join('')}`);
    if (fault) process.stderr.write(`grespec: ${name}: ${fault.message}\n`);
  }
  report.write(result);
  if (flags.annotate !== undefined && first)
    await annotate(files[0] ?? '', flags.annotate, first.outcome.tallies, port);
  return statusOf(result, audited);
}

function nothingNotes({ tallies }: AuditOutcome, port: number | undefined): readonly string[] {
  if ([...tallies.all()].length > 0) return [];
  return [`nothing could be judged; it was looked for on ${portsText(port)}, --port N adds another`];
}

/** Where registrations are looked for. */
export const portsText = (port: number | undefined): string =>
  port === undefined ? `UDP port ${mobileIpPort}` : `UDP ports ${mobileIpPort} and ${port}`;

export function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65535) throw usageError(`--port ${quoted(text)}: it is 1 to 65535`);
  return port;
}

/** What the user set; all else is told from the capture. */
export function auditOptions(settings: Settings): AuditOptions {
  const mnHa = associationOf(settings.mnHa, 'mnHa', process.env);
  const faHa = associationOf(settings.faHa, 'faHa', process.env);
  return {
    knobs: settings.knobs,
    ...(settings.profile !== undefined && { profile: settings.profile }),
    ...(settings.mnHa?.replay !== undefined && { replay: settings.mnHa.replay }),
    ...(mnHa && { mnHa }),
    ...(faHa && { faHa }),
  };
}

function check(files: readonly string[], { annotate: target }: AuditFlags): void {
  if (files.filter((file) => file === '-').length > 1) throw usageError('standard input (-) can be read only once');
  if (target === undefined) return;
  if (files.length > 1) throw usageError('--annotate takes one capture; audit the others on their own');
  if (files[0] === '-') throw usageError('--annotate reads the capture twice, which standard input does not allow');
  if (path.resolve(target) === path.resolve(files[0] ?? '')) throw usageError('--annotate would overwrite the capture');
}

/** Names without folders where that leaves them distinct. */
function uniqueNames(files: readonly string[]): readonly string[] {
  const names = files.map((file) => (file === '-' ? 'standard input' : path.basename(file)));
  return new Set(names).size === files.length ? names : files;
}

/** What was seen before a fault of the file stays seen; a file that holds nothing to judge decides nothing. */
function statusOf(result: RunResult, audited: readonly Audited[]): number {
  const status = exitCodeOf(result);
  const isDamaged = audited.some(({ fault }) => fault && !fault.isCutShort);
  return status === exitCodes.undecided && isDamaged ? exitCodes.usage : status;
}
