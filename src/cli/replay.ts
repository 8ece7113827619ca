/** `grespec replay`: sends a captured session to a device again, and compares the answers. */
import { freshLoopback, localAddressFor } from '../net/local-address.js';
import { selfTestRaw } from '../net/self-test.js';
import { systemNet } from '../net/system.js';
import { auditResult } from '../replay/audit-result.js';
import { type Plan, Planner } from '../replay/plan.js';
import { replay as replayPlan } from '../replay/replay.js';
import { exitCode } from '../report/totals.js';
import { type CaptureFlags, auditOptions } from './audit.js';
import { readPackets } from './capture-input.js';
import { exitCodes, usageError } from './cli-error.js';
import { isLoopback } from './config/resolve.js';
import type { Settings } from './config/settings.js';
import { catchInterrupts } from './interrupt.js';
import { offlineReport } from './offline-report.js';
import { settingsOf } from './plan.js';
import { version } from './program.js';
import { repeatOffline } from './repeat-offline.js';
import { replayText } from './replay-text.js';
import { Screen } from './screen.js';

export interface ReplayFlags extends CaptureFlags {
  readonly timing?: boolean;
}

const defaultTimeout = 2000;
/** Addresses of its own that a replay to loopback takes for the senders of the capture. */
const mostLocal = 16;
/** The device answers otherwise than in the capture: as for non-conformance. */
const differs = 1;

export async function replay(file: string, flags: ReplayFlags): Promise<number> {
  const screen = new Screen(process.stdout, process.env);
  const reporting = offlineReport(flags.report, screen);
  const settings = settingsOf(flags);
  const { target, strict = false } = settings;
  if (!target) throw usageError('replay needs the device: add --target ADDR[:PORT]');
  if (settings.as === 'ha') throw usageError('replay sends requests to home agents only; leave --as ha out');
  const { plan, notes } = await planOf(file, settings);
  const net = systemNet();
  const tunnels = settings.gre === false ? false : (await selfTestRaw(net)).ok;
  const local = settings.local ?? (await localFor(target.address, plan.senders.length));
  const { mnHa, faHa } = auditOptions(settings);
  const interrupts = catchInterrupts((message) => void process.stderr.write(`grespec: ${message}\n`));
  const outcome = await replayPlan({
    ...{ plan, net, target, local, tunnels },
    ...(mnHa && { mnHa }),
    ...(faHa && { faHa }),
    timeout: settings.timeout ?? defaultTimeout,
    keepsTime: flags.timing ?? false,
    signal: interrupts.signal,
  }).finally(() => interrupts.stop());
  const name = `${target.address}:${target.port}`;
  const result = auditResult([{ name, outcome: { ...outcome, settings: plan.settings } }], {
    version: version(),
    startedAt: new Date(outcome.start).toISOString(),
    durationMs: outcome.durationMs,
    strict,
    complete: !interrupts.signal.aborted,
    repeat: repeatOffline('replay', [file], flags),
  });
  const report = reporting(plan.settings.dialect);
  report.show(result, `replay of ${file} to ${name}`);
  screen.write(replayText(outcome.comparisons, [...notes, ...outcome.notes], plan.settings.dialect));
  report.write(result);
  if (interrupts.signal.aborted) return exitCodes.interrupted;
  const isSame = outcome.comparisons.every(({ differences }) => differences.length === 0);
  const status = exitCode(result.totals, { strict });
  return status === exitCodes.ok && !isSame ? differs : status;
}

async function planOf(
  file: string,
  settings: Settings,
): Promise<{ readonly plan: Plan; readonly notes: readonly string[] }> {
  const planner = new Planner(auditOptions(settings));
  const { fault, notes } = await readPackets(file, (packet) => planner.packet(packet));
  if (fault && !fault.isCutShort) throw fault;
  const plan = planner.end();
  if (plan.senders.length === 0) throw usageError(`${file}: there is no Registration Request in it to replay`);
  return { plan, notes: fault ? [...notes, fault.message] : notes };
}

async function localFor(target: string, count: number): Promise<readonly string[]> {
  return isLoopback(target) ? freshLoopback(Math.min(count, mostLocal)) : [await localAddressFor(target)];
}
