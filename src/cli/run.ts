/** `grespec run`: wires configuration, network, device, tester and reports. */
import { sections as ownSections } from '../../suites/index.js';
import { freshLoopback } from '../net/local-address.js';
import type { Net } from '../net/port.js';
import { systemNet } from '../net/system.js';
import type { CaseResult, RunResult } from '../report/result.js';
import { exitCodeOf } from '../report/totals.js';
import type { CaseDefinition, SectionDefinition } from '../tester/case.js';
import { dialectOf } from '../tester/dialect.js';
import { dealCases } from '../tester/shard.js';
import { runCases } from '../tester/run.js';
import { type RunBaseline, baselineOfRun } from './baseline/of-run.js';
import { prepareCaptures, writeCaseCapture, writeCaseCaptures } from './case-captures.js';
import { changedKnobs } from './changed-knobs.js';
import { ciOf } from './ci.js';
import { environmentError, exitCodes, usageError } from './cli-error.js';
import { type ResolvedConfig, resolveEmbedded, resolveProxy, resolveTarget, roleOf } from './config/resolve.js';
import type { Settings } from './config/settings.js';
import { checkFault } from './dut.js';
import { type EmbeddedDevice, endpointFor } from './embedded.js';
import { EmbeddedMpa } from './embedded-mpa.js';
import { checkDisplay, type DisplayFlags, displayOf } from './display.js';
import type { OwnSuiteFlags } from './display-options.js';
import { catchInterrupts, type RunInterrupts } from './interrupt.js';
import { asText } from './list.js';
import { machine } from './machine.js';
import { embeddedParts, type Part, runParts } from './parts.js';
import { selectCases, settingsOf } from './plan.js';
import { version } from './program.js';
import { progressResult, type RunFacts } from './progress-result.js';
import { rawAbsence } from './raw-sockets.js';
import { repeatCommand, type RepeatedFlags } from './repeat.js';
import { reportContext } from './report-context.js';
import { parseReports, Reports } from './reports.js';
import { runRestartCommand } from './restart-command.js';
import type { BaselineFlags, ShardFlags } from './result-flags.js';
import { runListing } from './run-listing.js';
import { Screen } from './screen.js';
import { shardOf } from './shard.js';
import { tell } from './tell.js';
import { type ProxyAccess, proxyAccess } from './trigger.js';
import { watchWire, type WireWatch } from './wire-watch.js';
import { loadSuites } from './user-suites.js';
import { watchRuns } from './watch.js';

export interface RunFlags extends RepeatedFlags, ShardFlags, BaselineFlags, DisplayFlags, OwnSuiteFlags {
  readonly list?: boolean;
  readonly report?: readonly string[];
  /** Folder for a capture of each case. */
  readonly pcap?: string;
}

export async function run(selectors: readonly string[], flags: RunFlags): Promise<number> {
  if (!flags.watch) return runOnce(selectors, flags);
  const files = [...(flags.config === undefined ? [] : [flags.config]), ...(flags.suite ?? [])];
  if (files.length === 0) throw usageError('--watch needs a file to watch: --config FILE, --suite FILE or both');
  return watchRuns({ files, once: () => runOnce(selectors, flags), tell });
}

async function runOnce(selectors: readonly string[], flags: RunFlags): Promise<number> {
  const settings = settingsOf(flags);
  checkDisplay(flags);
  const sections = [...ownSections, ...(await loadSuites(flags.suite ?? [], ownSections))];
  const allCases = sections.flatMap((section) => section.cases);
  const shard = shardOf(flags.shard, process.env);
  const selected = selectCases(allCases, selectors, settings);
  const cases = shard ? dealCases(selected, shard) : selected;
  if (flags.list) {
    process.stdout.write(asText(cases, sections));
    return exitCodes.ok;
  }
  const wishes = parseReports(flags.report);
  if (shard?.from !== undefined) tell(`shard ${shard.index} of ${shard.total}, by ${shard.from}; --shard 1/1 is all`);
  const baseline = baselineOfRun(flags, new Set(allCases.map(({ id }) => id)), tell);
  const net = systemNet();
  const resolved = await resolve(settings, flags, net);
  const able = await withTunnels(resolved, cases, net);
  const config = shard ? { ...able, shard: { index: shard.index, total: shard.total } } : able;
  await checkLocal(config, net);
  const reports = new Reports(wishes, reportContext(sections, dialectOf(config)));
  const { fault } = flags;
  const isApart = canBeApart(settings, config);
  const parts = isEmbedded(settings)
    ? await embeddedParts(config, cases, { fault, isApart }, net)
    : [{ config, cases, device: undefined }];
  return conduct({
    sections,
    config,
    net,
    cases,
    selectors,
    flags,
    reports,
    parts: cases.length > 0 ? parts : [],
    isApart,
    baseline,
    isEmbedded: isEmbedded(settings),
  });
}

/** A mobility proxy agent comes to us, so it is not embedded once anything is said of how it does. */
function isEmbedded(settings: Settings): boolean {
  const { target, local, pixit } = settings;
  if (roleOf(settings) === 'mpa') return target === undefined;
  return !target && !local && pixit.trigger === undefined && pixit.accessLink === undefined;
}

export async function resolve(settings: Settings, flags: RunFlags, net: Net): Promise<ResolvedConfig> {
  if (roleOf(settings) === 'ha') return resolveProxyAgent(settings, flags, net);
  if (settings.target) {
    if (flags.fault !== undefined) {
      throw usageError('--fault is for the embedded device, which --target replaces; leave one of the two out');
    }
    return resolveTarget(settings, settings.target, machine);
  }
  if (flags.fault !== undefined) checkFault(flags.fault);
  const [address] = freshLoopback(1);
  return resolveEmbedded(settings, await endpointFor(address, net), machine);
}

async function resolveProxyAgent(settings: Settings, flags: RunFlags, net: Net): Promise<ResolvedConfig> {
  if (!isEmbedded(settings)) {
    if (flags.fault !== undefined) throw usageError('--fault is for the embedded device; leave it out');
    return resolveProxy(settings, machine);
  }
  if (flags.fault !== undefined) checkFault(flags.fault, 'mpa');
  const [careOf, ...local] = freshLoopback(3);
  const { port } = await endpointFor(local[0] ?? careOf, net);
  const config = resolveEmbedded({ ...settings, local }, { address: careOf, port }, machine);
  return { ...config, listenPort: port };
}

/** Without the privilege for raw sockets the control plane is still tested, unless nothing else was asked for. */
async function withTunnels(
  config: ResolvedConfig,
  cases: readonly CaseDefinition[],
  net: Net,
): Promise<ResolvedConfig> {
  if (!config.gre) return config;
  const absence = await rawAbsence(net);
  if (!absence) return config;
  const { reason } = absence;
  if (cases.length > 0 && cases.every(({ tunnel }) => tunnel)) {
    const what = cases.length === 1 ? 'the selected case needs' : `all ${cases.length} selected cases need`;
    throw environmentError(`${what} raw sockets: ${reason}`);
  }
  return { ...config, gre: false, noGreReason: reason };
}

/** Each address is one of this machine's. Throws a NetError that says so otherwise. */
async function checkLocal(config: ResolvedConfig, net: Net): Promise<void> {
  for (const address of config.local) {
    const port = await net.openUdp({ address, port: 0 }, () => undefined);
    await port.close();
  }
}

/** What caps or ends the run as a whole wants one part after the other, and addresses that the user names are there once. */
const canBeApart = ({ local }: Settings, { as, rate, bail }: ResolvedConfig): boolean =>
  (as === 'ha' || local === undefined) && rate === undefined && !bail;

interface Conducted {
  readonly sections: readonly SectionDefinition[];
  readonly config: ResolvedConfig;
  readonly net: Net;
  readonly cases: readonly CaseDefinition[];
  readonly selectors: readonly string[];
  readonly flags: RunFlags;
  readonly reports: Reports;
  readonly parts: readonly Part[];
  /** Whether the parts can run beside each other. */
  readonly isApart: boolean;
  readonly baseline: RunBaseline;
  readonly isEmbedded: boolean;
}

/** After an interrupt, how long the tester may take to come to its end, in milliseconds. */
const patience = 2000;

/** Signals are caught before the first report is written, so that none is left half begun. */
async function conduct(conducted: Conducted): Promise<number> {
  const interrupts = catchInterrupts(tell);
  try {
    return await conductUntil(interrupts, conducted);
  } finally {
    interrupts.stop();
  }
}

async function conductUntil(interrupts: RunInterrupts, conducted: Conducted): Promise<number> {
  const { signal } = interrupts;
  const { sections, config, net, cases, selectors, flags, reports, parts, isApart, baseline, isEmbedded } = conducted;
  const screen = new Screen(process.stdout, process.env);
  const context = reportContext(sections, dialectOf(config));
  const ci = ciOf(process.env, (text) => screen.write(text), tell);
  const targetName = isEmbedded ? 'embedded' : `${config.target.address}:${config.target.port}`;
  const start = net.clock.now();
  const facts: RunFacts = { config, version: version(), targetName, selection: selectors, start, fault: flags.fault };
  let mismatch: string | undefined;
  const done = new Map<string, CaseResult>();
  const soFar = (): RunResult => {
    const results = cases.flatMap(({ id }) => done.get(id) ?? []);
    return baseline.markAll(progressResult(facts, results, net.clock.now(), mismatch));
  };
  // what the user may have got wrong is found before anything is held that has to be given back
  if (flags.pcap !== undefined) prepareCaptures(flags.pcap);
  reports.begin(soFar());
  const display = displayOf(flags, {
    ...{ screen, context, strict: config.strict, now: () => net.clock.now() },
    listing: runListing(sections, parts),
    titles: new Map(cases.map(({ id, title }) => [id, title])),
  });
  let wire: WireWatch | undefined;
  try {
    wire = flags.pcap === undefined ? undefined : watchWire([config, ...parts.map((part) => part.config)]);
    if (wire?.absence !== undefined) tell(`--pcap: not from the wire, for ${wire.absence}`);
    ci.begin();
    const { tool, run: begun } = soFar();
    display.begin(tool, { ...begun, knobs: changedKnobs(begun.knobs, begun.profile) });
    const runPart = async (part: Part, signal: AbortSignal): Promise<void> => {
      const started = await part.device?.start().catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (part.device && !started) return; // Ctrl-C at a terminal ends it too, before it is ready
      const tunnels = started?.raw ?? true;
      const usable = part.config.gre && !tunnels ? { ...part.config, ...withoutTunnels } : part.config;
      const { settled, ...access } = config.as === 'ha' ? accessOf(part, net, signal) : {};
      await runCases({
        ...{ config: usable, net, cases: part.cases, selection: selectors, version: facts.version, targetName, signal },
        repeat: (id) => repeatCommand(['run', id], flags, config.seed),
        ...restarting(usable, part.device, signal, tell),
        ...access,
        onMismatch: (text) => {
          // parts of a run have devices of their own, which differ in the same way
          if (mismatch === undefined) display.notice(text);
          mismatch ??= text;
        },
        onCaseStart: ({ id }) => display.caseStarted(id),
        onCaseDone: (result) => {
          done.set(result.id, result);
          display.caseDone(baseline.mark(result));
          reports.update(soFar);
          if (flags.pcap !== undefined) writeCaseCapture(flags.pcap, result, start);
        },
      });
      await settled?.();
      await part.device?.stop();
    };
    await Promise.race([runParts(parts, isApart, signal, runPart), interrupts.after(patience)]);
    const result = ended(soFar(), cases.length);
    await display.finish(result);
    reports.end(result);
    await wire?.stop();
    if (flags.pcap !== undefined) writeCaseCaptures(flags.pcap, result, wire);
    ci.end(result, context);
    baseline.write(result);
    return signal.aborted ? exitCodes.interrupted : exitCodeOf(result);
  } catch (error) {
    display.stop();
    reports.end(soFar());
    throw error;
  } finally {
    ci.stop();
    reports.stop();
    await wire?.stop();
    await Promise.all(parts.map(async ({ device }) => device?.stop()));
  }
}

/** How a mobility proxy agent is made to act, and how its access link is reached. */
function accessOf({ device, config }: Part, net: Net, signal: AbortSignal): ProxyAccess {
  if (device instanceof EmbeddedMpa) return { control: device.control, access: device.access };
  return proxyAccess(config.pixit, net, signal, tell);
}

const withoutTunnels = { gre: false, noGreReason: 'the device has no raw sockets' } as const;

/** A shard may have no case at all: there are more shards than cases. */
const ended = (result: RunResult, planned: number): RunResult => ({
  ...result,
  run: { ...result.run, complete: result.cases.length === planned },
});

function restarting(
  { restartCommand }: ResolvedConfig,
  device: EmbeddedDevice | EmbeddedMpa | undefined,
  signal: AbortSignal,
  tell: (message: string) => void,
): { readonly restart?: () => Promise<void> } {
  if (restartCommand !== undefined) return { restart: () => runRestartCommand(restartCommand, signal, tell) };
  return device ? { restart: () => device.restart() } : {};
}
