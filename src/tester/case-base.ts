/** What every case has, whichever device it tests: its frames, its demands, and the ways to end undecided. */
import type { Clock } from '../net/port.js';
import type { RequirementId } from '../spec/catalogue.js';
import type { RunConfig } from '../spec/config.js';
import { type KnobName, knobValue } from '../spec/knobs.js';
import { ruleIn } from '../spec/profiles.js';
import { failsAt } from '../spec/severity.js';
import { pause } from './arrivals.js';
import type { CaseOptions } from './case.js';
import { DeviceLost, Inconclusive, Skipped, Violation } from './outcome.js';
import { Recorder } from './recorder.js';
import { claimedModes, type Mode, modeName, possibleModes } from './request.js';

export interface Warning {
  readonly requirement: string;
  readonly expected: string;
  readonly actual: string;
}

/** What comes of a round that goes on beside others; how it ends names it. */
async function named(round: string, end: Promise<void>): Promise<void> {
  try {
    await end;
  } catch (error) {
    if (error instanceof Violation) throw new Violation(error.requirement, round + error.expected, error.actual);
    // the loss of the device is about no mode
    if (error instanceof Inconclusive && !(error instanceof DeviceLost)) throw new Inconclusive(round + error.message);
    throw error;
  }
}

/** Waits for all. Of those that reject, the loss of the device counts first, and then a violation. */
async function allOf(rounds: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(rounds);
  const reasons = ends.flatMap((end): unknown[] => (end.status === 'rejected' ? [end.reason] : []));
  if (reasons.length === 0) return;
  const isOf = (kind: typeof DeviceLost | typeof Violation) => reasons.find((reason) => reason instanceof kind);
  throw isOf(DeviceLost) ?? isOf(Violation) ?? reasons[0];
}

/** Most that any case waits in one go, in milliseconds: a device that grants too much must not hold up the run. */
const longestWait = 20_000;

export class CaseBase {
  readonly id: string;
  readonly covers: CaseOptions['covers'];
  readonly unseen: CaseOptions['unseen'];
  readonly config: RunConfig;
  readonly recorder = new Recorder();
  readonly warnings: Warning[] = [];
  /** Deviations from rules that are known from memory only: they decide nothing, but nor does the case pass. */
  readonly doubts: Warning[] = [];
  readonly notes: string[] = [];
  /** Milliseconds by which a binding may outlive its lifetime: clocks and timers are not exact. */
  readonly expiryTolerance = 1000;
  /** Which of several rounds of the case is on, for example a mode; stands before what is expected. */
  #round = '';
  readonly #clock: Clock;

  constructor(definition: CaseOptions & { readonly id: string }, config: RunConfig, clock: Clock) {
    this.id = definition.id;
    this.covers = definition.covers;
    this.unseen = definition.unseen;
    this.config = config;
    this.#clock = clock;
  }

  /** The requirements that the case covers and the profile has. */
  get rules(): readonly RequirementId[] {
    return this.covers.filter((id) => ruleIn(this.config.profile, id));
  }

  /** Demands that a condition holds. A violated SHOULD is noted as a warning and the case goes on. */
  demand(id: RequirementId, condition: boolean, expected: string, actual: string): void {
    if (condition) return;
    const level = ruleIn(this.config.profile, id)?.level;
    if (level === undefined) return; // a rule of another profile
    if (failsAt(level)) throw this.violation(id, expected, actual);
    if (level === 'info') this.doubts.push({ requirement: id, expected: this.#round + expected, actual });
    else if (level !== 'MAY') this.warnings.push({ requirement: id, expected: this.#round + expected, actual });
    else this.notes.push(`${id} (MAY): ${actual}`);
  }

  /** Something that a document advises against, in a requirement that forbids more: it warns, whatever the level. */
  warn(id: RequirementId, expected: string, actual: string): void {
    this.warnings.push({ requirement: id, expected: this.#round + expected, actual });
  }

  /** The violation to throw where a case cannot go on. */
  protected violation(id: RequirementId, expected: string, actual: string): Violation {
    return new Violation(id, this.#round + expected, actual);
  }

  /** Something worth telling that decides nothing. */
  note(text: string): void {
    this.notes.push(this.#round + text);
  }

  skip(reason: string): never {
    throw new Skipped(reason);
  }

  /** Ends the case as inconclusive. */
  undecided(reason: string): never {
    throw new Inconclusive(this.#round + reason);
  }

  knobNumber(name: KnobName): number {
    return Number(knobValue(this.config.knobs, name));
  }

  /** Waits for a time that a document forces, such as the end of a lifetime. Nothing else may wait. */
  forcedWait(ms: number): Promise<void> {
    if (ms > longestWait) this.undecided(`the device makes the case wait ${Math.round(ms / 1000)} s`);
    return pause(this.#clock, ms);
  }

  /** Does the same for each of the draft's modes that the device claims; what fails names the mode. */
  async eachMode(body: (mode: Mode) => Promise<void>, wanted: (mode: Mode) => boolean = () => true): Promise<void> {
    const claimed = claimedModes(this.config).filter(wanted);
    if (claimed.length === 0) this.skip(this.whyNoMode());
    await this.inModes(claimed, body);
  }

  /** Why none of the modes that a case is about can be had. */
  protected whyNoMode(): string {
    return `profile ${this.config.profile} has none of the modes that this case is about`;
  }

  /** Does the same in each of these modes, one after the other or at once; what fails names the mode. */
  async inModes(all: readonly Mode[], body: (mode: Mode) => Promise<void>, atOnce = false): Promise<void> {
    const modes = possibleModes(all, this.config);
    if (atOnce) return allOf(modes.map((mode) => named(`${modeName(mode)}: `, body(mode))));
    for (const mode of modes) {
      this.#round = `${modeName(mode)}: `;
      await body(mode);
    }
    this.#round = '';
  }
}
