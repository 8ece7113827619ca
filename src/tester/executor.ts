/** Executes the cases and keeps what came of them; looks after a device that dies. */
import type { Clock } from '../net/port.js';
import type { CaseResult } from '../report/result.js';
import type { Verdict } from '../spec/types.js';
import { pause } from './arrivals.js';
import { whyNot } from './applicable.js';
import type { CaseDefinition } from './case.js';
import { Lanes } from './lanes.js';
import { DeviceLost, lostDevice } from './outcome.js';
import { inLightOf, isAboutKeys, usesKeys } from './mismatch.js';
import { Recorder } from './recorder.js';
import { asksWithZero } from './request.js';
import { type Decision, decideEnd, decideError, decideWholeRun, plain, resultOf } from './result.js';
import type { Rig } from './rig.js';
import type { RunOptions } from './run.js';
import { type Turn, turn } from './turn.js';

/** How often a lost device is looked for before the rest of the run is given up. */
const revivals = 3;
/** Milliseconds by which a tester that has not enough processor time misses answers: some are waited for no longer. */
const tooLate = 100;
/** So many failures that came again show that the device is to blame, and not the machine: the others are believed. */
const confirmations = 5;

export class Executor {
  readonly results = new Map<string, CaseResult>();
  readonly #rig: Rig;
  readonly #clock: Clock;
  readonly #options: RunOptions;
  /** Those that wait go on beside each other and all others. */
  #waiting: Lanes<CaseResult> | undefined;
  #others: Lanes<CaseResult> | undefined;
  /** Why nothing can be decided any more, and the verdict that follows; undefined while the device answers. */
  #hopeless: Decision | undefined;
  #stopped = false;
  /** The case in which the device was lost last, and how often it was. */
  #lost = { times: 0, in: '' };
  /** Cases that go on beside each other may lose it at the same time. */
  #mourning: Promise<void> | undefined;
  /** By how many milliseconds the tester was late in a case that did not pass. */
  readonly #late = new Map<string, number>();
  #confirmed = 0;

  constructor(rig: Rig, options: RunOptions) {
    this.#rig = rig;
    this.#clock = options.net.clock;
    this.#options = options;
  }

  /** Preflight, then the cases that wait are begun. */
  async prepare(): Promise<void> {
    const found = await this.#rig.prepare();
    if (!found.ok) this.#hopeless = plain('inconclusive', found.why);
    const decide = (definition: CaseDefinition): Promise<CaseResult> => this.#decide(definition);
    const ofTurn = (wanted: Turn): readonly CaseDefinition[] => this.#options.cases.filter((c) => turn(c) === wanted);
    this.#waiting = new Lanes(ofTurn(1), Infinity, decide);
    this.#others = new Lanes(ofTurn(0), this.#rig.lanes, decide);
  }

  /** Runs a case to its verdict. Rejects when the verdict is a failure, so that mocha counts it. */
  async execute(definition: CaseDefinition): Promise<Verdict | undefined> {
    if (this.#stopped) return undefined;
    const lanes = turn(definition) === 1 ? this.#waiting : this.#others;
    this.#options.onCaseStart?.(definition);
    const first = await (lanes?.result(definition) ?? this.#decide(definition));
    if (this.#stopped) return undefined;
    const result = await this.#evenIfLate(definition, first);
    if (this.#stopped) return undefined;
    this.#keep(result);
    if (result.verdict === 'fail' || result.verdict === 'error') {
      if (this.#options.config.bail) this.#hopeless = plain('skip', `stopped after ${definition.id} by --bail`);
      throw new Error(`${result.reason}\nexpected: ${result.expected}\nactual: ${result.actual}`);
    }
    return result.verdict;
  }

  /**
   * Decides a case again in which the tester was late. What it shows then counts, but a failure that does not come again
   * leaves it undecided.
   */
  async #evenIfLate(definition: CaseDefinition, first: CaseResult): Promise<CaseResult> {
    const late = this.#late.get(definition.id);
    if (late === undefined || this.#hopeless || this.#confirmed >= confirmations) return first;
    this.results.set(first.id, first); // an interrupt may come meanwhile
    const again = await this.#decide(definition);
    if (this.#hopeless) return first;
    if (again.verdict === first.verdict) this.#confirmed++;
    if (first.verdict === 'inconclusive' || again.verdict === 'fail' || again.verdict === 'warn') return again;
    const reason = `the tester was late by ${Math.round(late)} ms, and this did not come again: ${first.reason}`;
    return { ...first, verdict: 'inconclusive', reason };
  }

  /** Ends the run; what was decided before its turn is kept. */
  stop(): void {
    this.#stopped = true;
    for (const lanes of [this.#waiting, this.#others]) for (const early of lanes?.early ?? []) this.#keep(early);
  }

  #keep(result: CaseResult): void {
    this.results.set(result.id, result);
    this.#options.onCaseDone?.(result);
  }

  async #decide(definition: CaseDefinition): Promise<CaseResult> {
    const start = this.#clock.now();
    const skip = whyNot(definition, this.#options.config);
    if (skip !== undefined) return this.#result(definition, plain('skip', skip), start);
    const hopeless = this.#hopeless ?? this.#ofAnotherProfile(definition);
    if (hopeless) return this.#result(definition, hopeless, start);
    const running = this.#rig.begin(definition);
    const lostBefore = this.#lost.times;
    let decided: Decision;
    try {
      await running.run();
      decided = definition.wholeRun
        ? decideWholeRun(running.base, this.#rig.judge, this.#clock.now())
        : decideEnd(running.base, this.#rig.judge);
    } catch (error) {
      decided = decideError(error, definition, this.#options.config.profile);
      if (error instanceof DeviceLost) await this.#mourn(definition, lostBefore);
    }
    if (decided.verdict === 'fail' || decided.verdict === 'warn') {
      decided = (await this.#lostSince(lostBefore, definition)) ?? decided;
    }
    if (!this.#hopeless) running.cleanUp();
    if (['fail', 'warn', 'inconclusive'].includes(decided.verdict)) this.#noteLateness(definition, start);
    const { recorder } = running.base;
    if (decided.requirement !== undefined) recorder.blameIfNone(this.#witness(definition, decided.requirement));
    return this.#result(definition, this.#inLight(decided, definition, recorder), start, recorder);
  }

  #noteLateness({ id, wholeRun }: CaseDefinition, start: number): void {
    const by = this.#clock.lag?.(start) ?? 0;
    if (by >= tooLate && wholeRun === undefined) this.#late.set(id, by);
  }

  /** What the oracle saw violate the same requirement in this case. */
  #witness({ id }: CaseDefinition, requirement: string): Uint8Array | undefined {
    return this.#rig.judge.during(id).find((sighting) => sighting.requirement === requirement)?.bytes;
  }

  /** Nothing with keys can be arranged, so a rule that is not about them need not be waited for. */
  #ofAnotherProfile({ needs = [], covers, tunnel = false }: CaseDefinition): Decision | undefined {
    const { mismatch } = this.#rig;
    if (!mismatch || !needs.includes('greKeys') || covers.some(isAboutKeys)) return undefined;
    const isSpoilt = mismatch.kind === 'layout' || (tunnel && !asksWithZero(this.#options.config));
    return isSpoilt ? plain('inconclusive', mismatch.text) : undefined;
  }

  /** Of a device that follows another profile than the run, only what is about the difference counts. */
  #inLight(decided: Decision, { tunnel = false, needs = [] }: CaseDefinition, recorder: Recorder): Decision {
    const { mismatch, dialect } = this.#rig;
    if (!mismatch) return decided;
    const isConcerned = mismatch.kind === 'layout' || tunnel;
    const concerned = isConcerned && (needs.includes('greKeys') || usesKeys(recorder, dialect));
    return inLightOf(mismatch, decided, { usesKeys: concerned, tunnel });
  }

  /** Nothing is held against a device for what it forgot, or could not do, when it was lost while the case was under way. */
  async #lostSince(before: number, definition: CaseDefinition): Promise<Decision | undefined> {
    if (this.#hopeless) return this.#hopeless;
    if (this.#lost.times === before && (await this.#rig.isGone(definition.id))) await this.#mourn(definition, before);
    if (this.#lost.times === before) return undefined;
    const where = this.#lost.in === definition.id ? '' : ` in ${this.#lost.in}, while this case was under way`;
    return plain('inconclusive', `${lostDevice}${where}`);
  }

  /** The device died in this case: brings it back when there is a way, else looks for it a few times. */
  async #mourn({ id }: CaseDefinition, lostBefore: number): Promise<void> {
    if (this.#hopeless) return;
    // another case may have missed it first, and have brought it back
    if (!this.#mourning && this.#lost.times > lostBefore && (await this.#rig.alive(id))) return;
    this.#mourning ??= this.#bringBack(id).finally(() => (this.#mourning = undefined));
    await this.#mourning;
  }

  async #bringBack(id: string): Promise<void> {
    const beside = this.#others?.lost() ?? [];
    this.#lost = { times: this.#lost.times + 1, in: beside.includes(id) ? beside.join(' and ') : id };
    await this.#options.restart?.();
    this.#rig.forgetNodes();
    for (let attempt = 0; attempt < revivals; attempt++) {
      if (await this.#rig.alive(id)) return;
      await pause(this.#clock, 100);
    }
    this.#hopeless ??= plain('inconclusive', `the device was lost in ${this.#lost.in} and did not come back`);
    this.#others?.giveUp();
  }

  #result(definition: CaseDefinition, decided: Decision, start: number, recorder = new Recorder()): CaseResult {
    const { frames, omitted } = recorder.frames(start, this.#rig.dialect);
    return resultOf(definition, this.#options.config.profile, decided, {
      durationMs: Math.round((this.#clock.now() - start) * 10) / 10,
      frames,
      ...(omitted > 0 && { framesOmitted: omitted }),
      repeat: this.#options.repeat(definition.id),
    });
  }
}
