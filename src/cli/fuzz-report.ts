/** What a fuzz run has found so far as the result of a run, kept in its reports while it goes on. */
import type { FuzzFinding } from '../fuzz/finding.js';
import { casesOf } from '../fuzz/result.js';
import type { Clock } from '../net/port.js';
import type { RunResult } from '../report/result.js';
import { progressResult, type RunFacts } from './progress-result.js';
import type { Reports } from './reports.js';

const goesOn = 'the run is not over';

export class FuzzReport {
  readonly found: FuzzFinding[] = [];
  readonly facts: RunFacts;
  readonly #mode: 'message' | 'sequence';
  readonly #repeat: string;
  readonly #clock: Clock;
  readonly #reports: Reports;

  /** `repeat` is the command line that fuzzes so again. */
  constructor(
    facts: RunFacts,
    mode: 'message' | 'sequence',
    repeat: string,
    { clock, reports }: { readonly clock: Clock; readonly reports: Reports },
  ) {
    this.facts = facts;
    this.#mode = mode;
    this.#repeat = repeat;
    this.#clock = clock;
    this.#reports = reports;
  }

  /** Before anything is sent. Throws a CliError for a report that cannot be written. */
  begin(): void {
    this.#reports.begin(this.#result(goesOn));
  }

  add(finding: FuzzFinding): void {
    this.found.push(finding);
    this.#reports.update(() => this.#result(goesOn));
  }

  /** `undecided` says why the device was not fuzzed to the end; empty where it was. */
  end(undecided: string, complete: boolean): RunResult {
    const result = this.#result(undecided);
    const ended = { ...result, run: { ...result.run, complete } };
    this.#reports.end(ended);
    return ended;
  }

  #result(undecided: string): RunResult {
    const now = this.#clock.now();
    const durationMs = Math.round(now - this.facts.start);
    const about = { durationMs, decided: undecided === '', why: undecided, repeat: this.#repeat };
    return progressResult(this.facts, casesOf(this.#mode, this.found, about), now);
  }
}
