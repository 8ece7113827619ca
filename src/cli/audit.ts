/** `grespec audit`: judges the devices of captures, offline. */
import path from 'node:path';
import { CaptureError, type CapturedPacket } from '../net/capture-packet.js';
import { linkTypeNames } from '../net/capture-link.js';
import { octetsOf, readCapture } from '../net/capture-file.js';
import { Ipv4Stream } from '../net/capture-ipv4.js';
import { type Overlooked, relevantPackets } from '../net/capture-relevant.js';
import { Audit } from '../replay/audit.js';
import { type AuditedFile, auditResult } from '../replay/audit-result.js';
import type { AuditOptions } from '../replay/settings.js';
import type { ReportContext } from '../report/context.js';
import type { RunResult } from '../report/result.js';
import { listingOf } from '../report/sections.js';
import { exitCode } from '../report/totals.js';
import { TreePrinter } from '../report/tree.js';
import { catalogue, sectionKey } from '../spec/catalogue.js';
import { defaultDialect, type Dialect } from '../wire/extensions.js';
import { annotate } from './annotate.js';
import { changedKnobs } from './changed-knobs.js';
import { exitCodes, usageError } from './cli-error.js';
import type { ConfigFlags } from './config/flags.js';
import { associationOf } from './config/resolve.js';
import { titleOf } from './places.js';
import { settingsOf } from './plan.js';
import { version } from './program.js';
import { reasonOf } from './read-file.js';
import { repeatAuditCommand } from './repeat-audit.js';
import { reportContext } from './report-context.js';
import { parseReport, Reports } from './reports.js';
import { Screen } from './screen.js';

export interface AuditFlags extends ConfigFlags {
  readonly config?: string;
  readonly report?: readonly string[];
  readonly annotate?: string;
}

interface Audited extends AuditedFile {
  /** Why the file could not be read to its end. */
  readonly fault: CaptureError | undefined;
}

export async function audit(files: readonly string[], flags: AuditFlags): Promise<number> {
  check(files, flags);
  const settings = settingsOf(flags);
  const mnHa = associationOf(settings.mnHa, 'mnHa', process.env);
  const faHa = associationOf(settings.faHa, 'faHa', process.env);
  const options: AuditOptions = {
    knobs: settings.knobs,
    ...(settings.profile !== undefined && { profile: settings.profile }),
    ...(settings.mnHa?.replay !== undefined && { replay: settings.mnHa.replay }),
    ...(mnHa && { mnHa }),
    ...(faHa && { faHa }),
  };
  const start = Date.now();
  const wishes = (flags.report ?? []).map(parseReport);
  const names = uniqueNames(files);
  const audited: Audited[] = [];
  for (const [i, file] of files.entries()) {
    audited.push({ name: names[i] ?? file, ...(await auditFile(file, options)) });
  }
  const result = auditResult(audited, {
    version: version(),
    startedAt: new Date(start).toISOString(),
    durationMs: Date.now() - start,
    strict: settings.strict ?? false,
    complete: audited.every(({ fault }) => !fault),
    repeat: repeatAuditCommand(files, flags),
  });
  const [first] = audited;
  const context = contextOf(first?.outcome.settings.dialect ?? defaultDialect);
  show(result, audited, context);
  const reports = new Reports(wishes, context);
  reports.begin(result);
  reports.end(result);
  if (flags.annotate !== undefined && first) await annotate(files[0] ?? '', flags.annotate, first.outcome.tallies);
  return statusOf(result, audited);
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

async function auditFile(file: string, options: AuditOptions): Promise<Omit<Audited, 'name'>> {
  const overlooked: Overlooked = { links: new Map(), cut: 0 };
  const stream = new Ipv4Stream();
  const judge = new Audit(options);
  let fault: CaptureError | undefined;
  try {
    for await (const packets of readCapture(octetsOf(file), relevantPackets(overlooked))) {
      for (const packet of packets) judgePacket(packet, stream, judge);
    }
  } catch (error) {
    if (error instanceof CaptureError) fault = error;
    else if (error instanceof Error && 'syscall' in error) throw usageError(`${file}: ${reasonOf(error)}`);
    else throw error;
  }
  const outcome = judge.end();
  return { outcome: { ...outcome, notes: [...outcome.notes, ...overlookedNotes(overlooked, stream)] }, fault };
}

function judgePacket(packet: CapturedPacket, stream: Ipv4Stream, judge: Audit): void {
  const whole = stream.take(packet);
  if (whole) judge.packet(whole);
}

function overlookedNotes({ links, cut }: Overlooked, { lostFragments }: Ipv4Stream): string[] {
  return [
    ...Array.from(links, ([type, count]) => {
      const name = linkTypeNames[type];
      return `${count} packets of link type ${type}${name === undefined ? '' : ` (${name})`} were not looked into`;
    }),
    ...(cut > 0 ? [`${cut} packets were cut so short by the capture that their kind cannot be told`] : []),
    ...(lostFragments > 0 ? [`${lostFragments} fragments were cut short, so their packets are not judged`] : []),
  ];
}

const titles = new Map(
  catalogue.flatMap((row) =>
    (['ha', 'mpa'] as const).map((dut) => [
      `${dut}/${sectionKey(row)}`,
      titleOf({ key: `${dut}/${sectionKey(row)}`, document: row.document, section: row.section }),
    ]),
  ),
);

function contextOf(dialect: Dialect): ReportContext {
  return { ...reportContext([], dialect), sectionTitle: (key: string) => titles.get(key) };
}

function show(result: RunResult, audited: readonly Audited[], context: ReportContext): void {
  const screen = new Screen(process.stdout, process.env);
  const printer = new TreePrinter({
    ...screen.look,
    ...context,
    listing: listingOf(result.cases, context.sectionTitle),
    write: (text) => screen.write(text),
    onProgress: () => undefined,
  });
  const { tool, run } = result;
  const facts = Object.entries(changedKnobs(run.knobs)).map(([name, value]) => ` ${name}=${value}`);
  screen.write(`${tool.name} ${tool.version}: audit of ${run.target}, profile ${run.profile}${facts.join('')}\n`);
  for (const one of result.cases) {
    printer.caseStarted(one.id);
    printer.caseDone(one);
  }
  printer.finish(result);
  for (const { name, outcome, fault } of audited) {
    screen.write(`\n${name}:\n${outcome.notes.map((note) => `  ${note}\n`).join('')}`);
    if (fault) process.stderr.write(`grespec: ${name}: ${fault.message}\n`);
  }
}

/** What was seen before a fault of the file stays seen; a file that holds nothing to judge decides nothing. */
function statusOf(result: RunResult, audited: readonly Audited[]): number {
  const status = exitCode(result.totals, { strict: result.run.strict });
  if (status !== exitCodes.ok) return status;
  const faults = audited.flatMap(({ fault }) => fault ?? []);
  if (faults.some((fault) => !fault.isCutShort)) return exitCodes.usage;
  return faults.length > 0 || result.cases.length === 0 ? undecided : exitCodes.ok;
}

/** As for a run in which something could not be decided. */
const undecided = 4;
