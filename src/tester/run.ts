/** Runs the selected cases against a device: preflight, then mocha over the cases, then the ledger. */
import Mocha from 'mocha';
import type { Net } from '../net/port.js';
import type { CaseResult, RunResult } from '../report/result.js';
import { countVerdicts } from '../report/totals.js';
import { sectionTitle } from '../spec/sections.js';
import { documents } from '../spec/catalogue.js';
import type { RunConfig } from '../spec/config.js';
import type { CaseDefinition } from './case.js';
import type { OnBent } from './bend.js';
import { Executor } from './executor.js';
import { HaRig } from './ha-rig.js';
import type { MpaControl, OpenAccess } from './mpa-control.js';
import { MpaRig } from './mpa-rig.js';
import { ledger } from './ledger.js';
import { turn, turns } from './turn.js';

export interface RunOptions {
  readonly config: RunConfig & { readonly target: NonNullable<RunConfig['target']> };
  readonly net: Net;
  /** In listing order. */
  readonly cases: readonly CaseDefinition[];
  readonly selection: readonly string[];
  readonly version: string;
  /** What the report calls the target: `embedded` or address and port. */
  readonly targetName: string;
  /** The command line that runs one case alone again. */
  readonly repeat: (id: string) => string;
  /** Brings a dead device back; resolves when it may be tried again. Absent: there is no way. */
  readonly restart?: () => Promise<void>;
  /** For a mobility proxy agent: how it is made to act, and the tester's end of its access link. */
  readonly control?: MpaControl | undefined;
  readonly access?: OpenAccess | undefined;
  /** Aborting ends the run early; what was decided is returned with `run.complete` false. */
  readonly signal: AbortSignal;
  readonly onBent?: OnBent;
  readonly onCaseStart?: (definition: CaseDefinition) => void;
  readonly onCaseDone?: (result: CaseResult) => void;
  /** Called once, as soon as it is known that the device differs as a whole from what was told of it. */
  readonly onMismatch?: (text: string) => void;
}

export async function runCases(options: RunOptions): Promise<RunResult> {
  const { config, net, cases, signal } = options;
  const startedAt = new Date(net.clock.now()).toISOString();
  const start = net.clock.now();
  const rig = config.as === 'mpa' ? new HaRig(options) : new MpaRig(options);
  let isMismatchTold = false;
  const tellMismatch = (): void => {
    if (isMismatchTold || rig.notice === undefined) return;
    isMismatchTold = true;
    options.onMismatch?.(rig.notice);
  };
  const onCaseDone = (result: CaseResult): void => {
    // a proxy agent shows it with its first request
    tellMismatch();
    options.onCaseDone?.(result);
  };
  const executor = new Executor(rig, { ...options, onCaseDone });
  try {
    await rig.open(net);
    await executor.prepare();
    tellMismatch();
    if (!signal.aborted) await runMocha(cases, executor, signal);
  } finally {
    executor.stop();
    await rig.close();
  }
  const results = cases.flatMap((c) => executor.results.get(c.id) ?? []);
  return {
    tool: { name: 'grespec', version: options.version },
    run: {
      startedAt,
      durationMs: Math.round(net.clock.now() - start),
      seed: config.seed,
      as: config.as,
      target: options.targetName,
      profile: config.profile,
      knobs: config.knobs,
      selection: options.selection,
      strict: config.strict,
      ...(config.shard && { shard: config.shard }),
      ...(rig.notice !== undefined && { mismatch: rig.notice }),
      complete: results.length === cases.length,
    },
    totals: countVerdicts(results),
    cases: results,
    ledger: ledger(results, config.as === 'mpa' ? 'ha' : 'mpa', config.profile),
  };
}

/** Mocha orders the cases, reports them to any reporter and stops at the first failure where asked to. */
async function runMocha(cases: readonly CaseDefinition[], executor: Executor, signal: AbortSignal): Promise<void> {
  const mocha = new Mocha({ reporter: Silent, timeout: 0 });
  const ordered = turns.flatMap((n) => cases.filter((c) => turn(c) === n));
  let suite: Mocha.Suite | undefined;
  let title = '';
  for (const definition of ordered) {
    const place = `${documents[definition.document].citation} ${definition.section}`;
    const wanted = `${place} ${sectionTitle(definition.document, definition.section)}`;
    if (!suite || title !== wanted) {
      title = wanted;
      suite = Mocha.Suite.create(mocha.suite, title);
    }
    suite.addTest(
      new Mocha.Test(`${definition.id} ${definition.title}`, async function (this: Mocha.Context) {
        if ((await executor.execute(definition)) === 'skip') this.skip();
      }),
    );
  }
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => {
      signal.removeEventListener('abort', abort);
      mocha.dispose();
      resolve();
    });
    function abort(): void {
      runner.abort();
      resolve();
    }
    signal.addEventListener('abort', abort, { once: true });
  });
}

class Silent extends Mocha.reporters.Base {}
