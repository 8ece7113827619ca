/** Executes one case after the other and keeps what came of them; looks after a device that dies. */
import type { CaseResult } from '../report/result.js';
import type { Verdict } from '../spec/types.js';
import { pause } from './arrivals.js';
import { whyNot } from './applicable.js';
import type { CaseDefinition } from './case.js';
import { CaseContext } from './context.js';
import type { Home } from './home.js';
import { MobileNode } from './mobile-node.js';
import { DeviceLost } from './outcome.js';
import { preflight } from './preflight.js';
import { type Decision, decideEnd, decideError, resultOf, violated, verdictOf } from './result.js';
import type { RunOptions } from './run.js';
import type { Session } from './session.js';
import { Recorder } from './recorder.js';

/** How often a lost device is looked for before the rest of the run is given up. */
const revivals = 3;

export class Executor {
  readonly results = new Map<string, CaseResult>();
  readonly #session: Session;
  readonly #options: RunOptions;
  readonly #background = new Map<string, Promise<CaseResult>>();
  #home: Home | undefined;
  /** Why nothing can be decided any more; undefined while the device answers. */
  #hopeless: string | undefined;
  #stopped = false;

  constructor(session: Session, options: RunOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Preflight, then the cases that wait are begun. */
  async prepare(): Promise<void> {
    const found = await preflight(this.#session);
    if (found.ok) this.#home = found.home;
    else this.#hopeless = found.why;
    for (const definition of this.#options.cases) {
      if (definition.waits) this.#background.set(definition.id, this.#decide(definition));
    }
  }

  /** Runs a case to its verdict. Rejects when the verdict is a failure, so that mocha counts it. */
  async execute(definition: CaseDefinition): Promise<Verdict | undefined> {
    if (this.#stopped) return undefined;
    const begun = this.#background.get(definition.id);
    this.#options.onCaseStart?.(definition);
    const result = await (begun ?? this.#decide(definition));
    if (this.#stopped) return undefined;
    this.results.set(definition.id, result);
    this.#options.onCaseDone?.(result);
    if (result.verdict === 'fail' || result.verdict === 'error') {
      if (this.#options.config.bail) this.#hopeless = `stopped after ${definition.id} by --bail`;
      throw new Error(`${result.reason}\nexpected: ${result.expected}\nactual: ${result.actual}`);
    }
    return result.verdict;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #decide(definition: CaseDefinition): Promise<CaseResult> {
    const { clock } = this.#session;
    const start = clock.now();
    const skip = whyNot(definition, this.#options.config);
    if (skip !== undefined) return this.#result(definition, decision('skip', skip), start);
    if (this.#hopeless !== undefined) return this.#result(definition, this.#giveUp(this.#hopeless), start);
    if (!this.#home) return this.#result(definition, decision('inconclusive', 'the device was not explored'), start);
    const t = new CaseContext(this.#session, this.#home, definition);
    let decided: Decision;
    try {
      await definition.run(t);
      decided = definition.wholeRun ? this.#decideWholeRun(t) : decideEnd(t);
    } catch (error) {
      decided = decideError(error, definition);
      if (error instanceof DeviceLost) await this.#mourn(definition);
    }
    if (this.#hopeless === undefined) t.cleanUp();
    return this.#result(definition, decided, start, t.recorder);
  }

  /** What the oracle saw of these requirements since the run began. */
  #decideWholeRun(t: CaseContext): Decision {
    const { judge } = this.#session;
    const seen = t.definition.covers.map((id) => ({ id, ...judge.of(id) }));
    const bad = seen.filter((s) => s.violations > 0);
    const worst = bad.find((s) => verdictOf(s.id) === 'fail') ?? bad[0];
    const [first] = worst?.first ?? [];
    if (worst && first) {
      t.recorder.add(
        'received',
        first.bytes[0] === 0x45 ? 'ip' : 'udp',
        'device',
        'tester',
        first.bytes,
        this.#session.clock.now(),
      );
      t.recorder.blame(first.bytes);
      const times = `${worst.violations} of ${worst.violations + worst.held} times, first in ${first.during}`;
      return violated(worst.id, first.expected, `${first.actual} (${times})`);
    }
    const held = seen.reduce((sum, s) => sum + s.held, 0);
    if (held === 0) return decision('inconclusive', 'nothing in this run showed it either way');
    return decision('pass', `held ${held} times in this run`);
  }

  #giveUp(reason: string): Decision {
    return decision(reason.endsWith('--bail') ? 'skip' : 'inconclusive', reason);
  }

  /** The device died in this case: brings it back when there is a way, else looks for it a few times. */
  async #mourn(definition: CaseDefinition): Promise<void> {
    if (this.#hopeless !== undefined) return;
    if (this.#options.restart) await this.#options.restart();
    for (let attempt = 0; attempt < revivals; attempt++) {
      const mn = new MobileNode(this.#session, { during: definition.id });
      const pending = mn.send(mn.request(this.#home?.fence ?? {}));
      if (await pending.replies.first(this.#session.config.timeout)) return;
      await pause(this.#session.clock, 100);
    }
    this.#hopeless ??= `the device was lost in ${definition.id} and did not come back`;
  }

  #result(definition: CaseDefinition, decided: Decision, start: number, recorder = new Recorder()): CaseResult {
    const { frames, omitted } = recorder.frames(start, this.#session.dialect);
    return resultOf(definition, decided, {
      durationMs: Math.round((this.#session.clock.now() - start) * 10) / 10,
      frames,
      ...(omitted > 0 && { framesOmitted: omitted }),
      repeat: this.#options.repeat(definition.id),
    });
  }
}

const decision = (verdict: Decision['verdict'], reason: string): Decision => ({
  verdict,
  reason,
  expected: '',
  actual: '',
});
