/** What every case has, whichever device it tests: its frames, its demands, and the ways to end undecided. */
import type { Clock } from '../net/port.js';
import { type RequirementId, requirement } from '../spec/catalogue.js';
import type { RunConfig } from '../spec/config.js';
import { type KnobName, knobValue } from '../spec/knobs.js';
import { pause } from './arrivals.js';
import type { CaseOptions } from './case.js';
import { Inconclusive, Skipped, Violation } from './outcome.js';
import { Recorder } from './recorder.js';
import { draftModes, type Mode } from './request.js';

export interface Warning {
  readonly requirement: string;
  readonly expected: string;
  readonly actual: string;
}

/** Levels whose violation fails the device; a lower one warns. */
const failing: ReadonlySet<string> = new Set(['MUST', 'fact']);

export class CaseBase {
  readonly id: string;
  readonly covers: CaseOptions['covers'];
  readonly config: RunConfig;
  readonly recorder = new Recorder();
  readonly warnings: Warning[] = [];
  readonly notes: string[] = [];
  /** Milliseconds by which a binding may outlive its lifetime: clocks and timers are not exact. */
  readonly expiryTolerance = 1000;
  /** Which of several rounds of the case is on, for example a mode; stands before what is expected. */
  #round = '';
  readonly #clock: Clock;

  constructor(definition: CaseOptions & { readonly id: string }, config: RunConfig, clock: Clock) {
    this.id = definition.id;
    this.covers = definition.covers;
    this.config = config;
    this.#clock = clock;
  }

  /** Demands that a condition holds. A violated SHOULD is noted as a warning and the case goes on. */
  demand(id: RequirementId, condition: boolean, expected: string, actual: string): void {
    if (condition) return;
    const { level } = requirement(id);
    if (failing.has(level)) throw this.violation(id, expected, actual);
    if (level !== 'MAY') this.warnings.push({ requirement: id, expected: this.#round + expected, actual });
    else this.notes.push(`${id} (MAY): ${actual}`);
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
    return pause(this.#clock, ms);
  }

  /** Does the same for each of the draft's modes that the device claims; what fails names the mode. */
  async eachMode(body: (mode: Mode) => Promise<void>, wanted: (mode: Mode) => boolean = () => true): Promise<void> {
    const all: readonly Mode[] = Object.values(draftModes);
    for (const mode of all.filter((m) => wanted(m) && (!m.a || this.config.pics.l2))) {
      this.#round = `${mode.a ? 'L2' : 'normal'} mode, key ${mode.key === 0 ? '0' : 'not 0'}: `;
      await body(mode);
    }
    this.#round = '';
  }
}
