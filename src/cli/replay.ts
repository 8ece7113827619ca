/** `grespec replay`: plays one side of a captured session to a device again, and compares what the device sends. */
import { freshLoopback, localAddressFor } from '../net/local-address.js';
import { selfTestRaw } from '../net/self-test.js';
import { systemNet } from '../net/system.js';
import type { Net } from '../net/port.js';
import { type AuditedFile, auditResult } from '../replay/audit-result.js';
import { type Plan, Planner } from '../replay/plan.js';
import { replayReplies } from '../replay/replay-replies.js';
import { replay as replayRequests } from '../replay/replay.js';
import type { TesterRole } from '../spec/config.js';
import type { RunResult } from '../report/result.js';
import { exitCodeOf } from '../report/totals.js';
import { type CaptureFlags, auditOptions, portOf, portsText } from './audit.js';
import { readPackets } from './capture-input.js';
import { exitCodes, usageError } from './cli-error.js';
import { isLoopback, roleOf } from './config/resolve.js';
import type { Settings } from './config/settings.js';
import { catchInterrupts } from './interrupt.js';
import { offlineReport } from './offline-report.js';
import { settingsOf } from './plan.js';
import { version } from './program.js';
import { repeatOffline } from './repeat-offline.js';
import { type Compared, comparedAnswer, comparedRequest, replayText } from './replay-text.js';
import { Screen } from './screen.js';
import { tell } from './tell.js';
import { proxyAccess } from './trigger.js';

export interface ReplayFlags extends CaptureFlags {
  readonly timing?: boolean;
}

const defaultTimeout = 2000;
/** An agent first has to do what attaching takes: milliseconds. */
const defaultAgentTimeout = 5000;
/** Addresses of its own that a replay to loopback takes for the senders of the capture. */
const mostLocal = 16;

/** What a replay in either role comes to. */
interface Replayed {
  /** Of the device. */
  readonly name: string;
  readonly compared: readonly Compared[];
  readonly noun: 'answer' | 'request';
  readonly outcome: Omit<AuditedFile['outcome'], 'settings'>;
}

export async function replay(file: string, flags: ReplayFlags): Promise<number> {
  const settings = settingsOf(flags);
  const { strict = false } = settings;
  const as = roleOf(settings);
  check(as, settings);
  const port = portOf(flags.port);
  const screen = new Screen(process.stdout, process.env);
  const reporting = offlineReport(flags.report, screen);
  const { plan, notes } = await planOf(file, as, settings, port);
  const net = systemNet();
  const interrupts = catchInterrupts(tell);
  const { signal } = interrupts;
  const parts = { plan, net, settings, keepsTime: flags.timing ?? false, signal };
  const { name, compared, noun, outcome } = await (
    as === 'mpa' ? toHomeAgent(parts) : toProxyAgent(parts, tell)
  ).finally(() => interrupts.stop());
  const result: RunResult = auditResult([{ name, outcome: { ...outcome, settings: plan.settings } }], {
    version: version(),
    startedAt: new Date(outcome.start).toISOString(),
    durationMs: outcome.durationMs,
    strict,
    complete: !signal.aborted,
    repeat: repeatOffline('replay', [file], flags),
  });
  const report = reporting(plan.settings.dialect);
  report.show(result, `replay of ${file} to ${name}`);
  screen.write(replayText(compared, noun, [...notes, ...outcome.notes], plan.settings.dialect));
  report.write(result);
  if (signal.aborted) return exitCodes.interrupted;
  const isSame = compared.every(({ differences }) => differences.length === 0);
  // what is seen to differ stays seen, also where nothing could be judged
  return isSame ? exitCodeOf(result) : exitCodes.nonConformance;
}

function check(as: TesterRole, { target, local, pixit }: Settings): void {
  if (as === 'mpa' && !target) throw usageError('replay needs the device: add --target ADDR[:PORT]');
  if (as === 'mpa' && pixit.trigger !== undefined)
    throw usageError('--trigger makes a proxy agent act: add --as ha, or leave it out');
  if (as === 'ha' && !local) {
    throw usageError('replay --as ha needs --local ADDR: the address that the agent has for its home agent');
  }
}

interface Parts {
  readonly plan: Plan;
  readonly net: Net;
  readonly settings: Settings;
  readonly keepsTime: boolean;
  readonly signal: AbortSignal;
}

async function toHomeAgent({ plan, net, settings, keepsTime, signal }: Parts): Promise<Replayed> {
  const { target } = settings;
  if (!target) throw new TypeError('the target was checked');
  const { mnHa, faHa } = auditOptions(settings);
  const outcome = await replayRequests({
    ...{ plan, net, target, keepsTime, signal },
    local: settings.local ?? (await localFor(target.address, plan.senders.length)),
    tunnels: settings.gre === false ? false : (await selfTestRaw(net)).ok,
    ...(mnHa && { mnHa }),
    ...(faHa && { faHa }),
    timeout: settings.timeout ?? defaultTimeout,
  });
  const compared = outcome.comparisons.map(comparedAnswer);
  return { name: `${target.address}:${target.port}`, compared, noun: 'answer', outcome };
}

async function toProxyAgent(
  { plan, net, settings, keepsTime, signal }: Parts,
  tell: (message: string) => void,
): Promise<Replayed> {
  const { mnHa, faHa } = auditOptions(settings);
  const { control } = proxyAccess(settings.pixit, net, signal, tell);
  if (!control) tell('no --trigger is given, so the agent has to attach the nodes of the capture by itself');
  const outcome = await replayReplies({
    ...{ plan, net, keepsTime, signal, control },
    local: settings.local ?? [],
    tunnels: settings.gre === false ? false : (await selfTestRaw(net)).ok,
    ...(mnHa && { mnHa }),
    ...(faHa && { faHa }),
    timeout: settings.timeout ?? defaultAgentTimeout,
  });
  const compared = outcome.comparisons.map(comparedRequest);
  return { name: outcome.agent ?? 'a proxy agent', compared, noun: 'request', outcome };
}

async function planOf(
  file: string,
  as: TesterRole,
  settings: Settings,
  port: number | undefined,
): Promise<{ readonly plan: Plan; readonly notes: readonly string[] }> {
  const planner = new Planner({ ...auditOptions(settings), ...(port !== undefined && { port }) }, as);
  const { fault, notes } = await readPackets(file, (packet) => planner.packet(packet), port);
  if (fault && !fault.isCutShort) throw usageError(`${file}: ${fault.message}`);
  const plan = planner.end();
  if (plan.senders.length === 0) {
    const where = portsText(port);
    throw usageError(
      `${file}: there is no Registration Request to ${where} in it to replay; --port N adds another port`,
    );
  }
  return { plan, notes: fault ? [...notes, fault.message] : notes };
}

async function localFor(target: string, count: number): Promise<readonly string[]> {
  return isLoopback(target) ? freshLoopback(Math.min(count, mostLocal)) : [await localAddressFor(target)];
}
