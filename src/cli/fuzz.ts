/** `grespec fuzz`: wires configuration, device, fuzzer, findings and reports. */
import path from 'node:path';
import { sections } from '../../suites/index.js';
import { messageMode } from '../fuzz/message-mode.js';
import { openRange } from '../fuzz/open.js';
import type { FuzzRange } from '../fuzz/range.js';
import { type Case, repeatCase } from '../fuzz/repeat.js';
import { sequenceMode } from '../fuzz/sequence-mode.js';
import { isFailing } from '../fuzz/suspicion.js';
import type { Net } from '../net/port.js';
import { systemNet } from '../net/system.js';
import type { ReportContext } from '../report/context.js';
import { exitCodeOf } from '../report/totals.js';
import { seedOf } from '../spec/shard.js';
import { dialectOf } from '../tester/dialect.js';
import { type Ci, ciOf } from './ci.js';
import { exitCodes, usageError } from './cli-error.js';
import type { ResolvedConfig } from './config/resolve.js';
import { roleOf } from './config/resolve.js';
import { deviceOptions, EmbeddedDevice } from './embedded.js';
import { keepInput, prepareFindings, readCase, readCorpus, writeFinding } from './fuzz-files.js';
import { FuzzReport } from './fuzz-report.js';
import { type FuzzFlags, type FuzzWish, fuzzWish } from './fuzz-wish.js';
import { catchInterrupts } from './interrupt.js';
import { settingsOf } from './plan.js';
import { version } from './program.js';
import { rawAbsence } from './raw-sockets.js';
import { repeatCommand } from './repeat.js';
import { reportContext } from './report-context.js';
import { parseReports, Reports } from './reports.js';
import { runRestartCommand } from './restart-command.js';
import { resolve } from './run.js';
import { Screen } from './screen.js';
import type { FoundShard } from './shard.js';
import { tell } from './tell.js';

export async function fuzz(flags: FuzzFlags): Promise<number> {
  const settings = settingsOf(flags);
  if (roleOf(settings) === 'ha') throw usageError('fuzz is for home agents so far; leave --as out');
  const { mode, runs, seconds, shard, again: words } = fuzzWish(flags, process.env);
  const repeated = flags.case === undefined ? undefined : readCase(flags.case);
  const corpus = flags.corpus === undefined ? [] : readCorpus(flags.corpus);
  const wishes = parseReports(flags.report);
  const net = systemNet();
  const resolved = await resolve(settings, flags, net);
  const noRaw = resolved.gre ? await rawAbsence(net) : undefined;
  if (noRaw) tell(`no tunnel packets are sent: ${noRaw.reason}`);
  const gre = resolved.gre && !noRaw;
  const config = { ...resolved, gre, ...(shard && { shard: { index: shard.index, total: shard.total } }) };
  const device = settings.target === undefined ? new EmbeddedDevice(deviceOptions(config, flags.fault)) : undefined;
  const context = reportContext(sections, dialectOf(config));
  const reports = new Reports(wishes, context);
  if (shard?.from !== undefined) tell(`shard ${shard.index} of ${shard.total}, by ${shard.from}; --shard 1/1 is all`);
  const screen = new Screen(process.stdout, process.env);
  const ci = ciOf(process.env, (text) => screen.write(text), tell);
  const facts = {
    ...{ config, version: version(), selection: [`fuzz-${mode}`], start: net.clock.now() },
    targetName: settings.target ? `${config.target.address}:${config.target.port}` : 'embedded',
  };
  const repeat = repeatCommand(words, flags, config.seed);
  const report = new FuzzReport(facts, mode, repeat, { clock: net.clock, reports });
  const folder = findingsFolder(flags, shard);
  if (!repeated) {
    prepareFindings(folder);
    report.begin();
  }
  const interrupts = catchInterrupts(tell);
  try {
    const tunnels = device ? (await device.start()).raw : true;
    const opened = await openRange(net, { ...config, gre: config.gre && tunnels });
    if (!opened.ok) {
      tell(opened.why);
      if (!repeated) ci.end(report.end(opened.why, true), context);
      return exitCodes.undecided;
    }
    const { range } = opened;
    if (device) device.onExit = () => range.deviceEnded();
    const revive = reviver(range, config, device, interrupts.signal, tell);
    const { signal } = interrupts;
    const run = {
      mode,
      runs,
      seconds,
      corpus,
      revive,
      signal,
      flags,
      config,
      net,
      report,
      screen,
      folder,
      ci,
      context,
    };
    const done = repeated ? await again(range, repeated, config.strict) : await conduct(range, run);
    if (flags.stats) writeStatistics(range);
    await opened.close();
    return interrupts.signal.aborted ? exitCodes.interrupted : done;
  } finally {
    ci.stop();
    reports.stop();
    interrupts.stop();
    await device?.stop();
  }
}

/** Shards of one machine number their findings each for itself. */
function findingsFolder({ out = 'reports/fuzz' }: FuzzFlags, shard: FoundShard | undefined): string {
  return shard ? path.join(out, `shard-${shard.index}`) : out;
}

interface Run {
  readonly mode: FuzzWish['mode'];
  readonly runs: number;
  readonly seconds: number | undefined;
  readonly corpus: ReturnType<typeof readCorpus>;
  readonly revive: (() => Promise<boolean>) | undefined;
  readonly signal: AbortSignal;
  readonly flags: FuzzFlags;
  readonly config: ResolvedConfig;
  readonly net: Net;
  readonly report: FuzzReport;
  readonly screen: Screen;
  /** For the findings. */
  readonly folder: string;
  readonly ci: Ci;
  readonly context: ReportContext;
}

async function conduct(range: FuzzRange, run: Run): Promise<number> {
  const { mode, runs, seconds, corpus, revive, signal, flags, config, net, report, screen, folder, ci, context } = run;
  const { facts, found } = report;
  const start = net.clock.now();
  const ends = {
    tester: range.session.stations.at(0).udp.local,
    device: config.target,
    dialect: range.session.dialect,
  };
  const enough = new AbortController();
  let done = 0;
  const progress = (sent: number): void => {
    done = sent;
    const rate = Math.round(sent / Math.max(0.001, (net.clock.now() - start) / 1000));
    screen.progress(`${sent} ${mode}s, ${rate} a second, ${found.length} findings`);
  };
  const fuzzing = mode === 'message' ? messageMode : sequenceMode;
  const part = config.shard ? `, shard ${config.shard.index} of ${config.shard.total}` : '';
  ci.begin();
  screen.write(`fuzz ${mode} mode against ${facts.targetName}, seed ${config.seed}${part}\n`);
  const outcome = await fuzzing(range, {
    ...{ seed: seedOf(config.seed, config.shard), runs, corpus, revive, onProgress: progress },
    signal: AbortSignal.any([signal, enough.signal]),
    duration: seconds === undefined ? undefined : seconds * 1000,
    onFinding: (finding) => {
      report.add(finding);
      const repeatFile = (file: string): string => repeatCommand(['fuzz', '--case', file], flags, config.seed);
      const file = writeFinding(folder, finding, ends, repeatFile);
      const { requirement, level, expected, actual } = finding;
      screen.write(`${level} ${requirement}: expected ${expected}, got ${actual}\n  ${repeatFile(file)}\n`);
      if (config.bail && (config.strict || isFailing(finding))) enough.abort();
    },
    onInteresting: (plan) => flags.corpus !== undefined && keepInput(flags.corpus, plan),
  });
  screen.progress('');
  const undecided = outcome.lost ? 'the device was lost' : signal.aborted ? 'the run was interrupted' : '';
  const result = report.end(undecided, !signal.aborted);
  for (const { requirement, expected, actual } of outcome.unrepeatable) {
    screen.write(`seen once and not again: ${requirement}: expected ${expected}, got ${actual}\n`);
  }
  screen.write(
    `${done} ${mode}s in ${((net.clock.now() - start) / 1000).toFixed(1)} s, ${found.length} findings, ` +
      `${outcome.unrepeatable.length} suspicions that could not be shown again${outcome.lost ? '; the device was lost' : ''}\n`,
  );
  ci.end(result, context);
  return exitCodeOf(result, outcome.lost);
}

async function again(range: FuzzRange, repeated: Case, strict: boolean): Promise<number> {
  const found = await repeatCase(range, repeated);
  for (const { requirement, expected, actual } of found) {
    process.stdout.write(`${requirement}: expected ${expected}, got ${actual}\n`);
  }
  if (found.length === 0) process.stdout.write('nothing wrong this time\n');
  return found.some((s) => strict || isFailing(s)) ? exitCodes.nonConformance : exitCodes.ok;
}

/** Undefined where nobody can bring the device back. */
function reviver(
  range: FuzzRange,
  { restartCommand }: ResolvedConfig,
  device: EmbeddedDevice | undefined,
  signal: AbortSignal,
  tell: (message: string) => void,
): (() => Promise<boolean>) | undefined {
  if (restartCommand === undefined && !device) return undefined;
  return async () => {
    if (restartCommand !== undefined) await runRestartCommand(restartCommand, signal, tell);
    else await device?.restart();
    range.reset();
    return range.alive();
  };
}

function writeStatistics({ statistics }: FuzzRange): void {
  const rows = statistics.outcomes.map(([outcome, n]) => `  ${String(n).padStart(9)}  ${outcome}\n`);
  const share = Math.round(statistics.authentic * 100);
  process.stdout.write(`${rows.join('')}  ${share} % of the requests passed the authentication check\n`);
}
