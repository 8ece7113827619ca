/** Message mode: volleys of generated messages, judged as their answers come, until the run is over. */
import fc from 'fast-check';
import type { FuzzFinding } from './finding.js';
import { hunt, type Quarry, suspicionsOf } from './hunt.js';
import { features, type Plan, specialFeatures } from './plan.js';
import { plansOf } from './plans.js';
import type { FuzzRange } from './range.js';
import { kindOf, type Suspicion } from './suspicion.js';

export interface FuzzOptions {
  readonly seed: number;
  /** Messages, or sequences, at most. */
  readonly runs: number;
  /** Milliseconds at most; undefined for no limit. */
  readonly duration?: number | undefined;
  readonly signal: AbortSignal;
  readonly revive?: (() => Promise<boolean>) | undefined;
  /** Earlier inputs that were worth keeping; generated ones are made from them as well. */
  readonly corpus?: readonly Plan[];
  readonly onFinding?: (finding: FuzzFinding) => void;
  /** An input that did something new. */
  readonly onInteresting?: (plan: Plan, outcome: string) => void;
  readonly onProgress?: (sent: number) => void;
}

export interface FuzzOutcome {
  readonly findings: readonly FuzzFinding[];
  /** Suspicions that could not be shown again. */
  readonly unrepeatable: readonly Suspicion[];
  /** The device was gone and nobody could bring it back. */
  readonly lost: boolean;
}

/** Messages in flight at once. */
const window = 64;
/** A kind of violation is made smaller so often; after that it is only counted. */
const mostHunts = 3;
/** Inputs like those of a known finding are no longer sent once it was seen so often. */
const mostHits = 3;
/** Volleys fired again one by one because something came that answers none of their messages. */
const mostStrayHunts = 5;

export async function messageMode(range: FuzzRange, options: FuzzOptions): Promise<FuzzOutcome> {
  const { seed, runs, duration, signal } = options;
  const clock = range.session.clock;
  const plans = plansOf(range, options.corpus);
  const quarry: Quarry = { range, plans, revive: options.revive, seed };
  const state = new State(options);
  const end = duration === undefined ? Infinity : clock.now() + duration;
  let volleys = 0;
  const isOver = (): boolean =>
    signal.aborted || state.lost || clock.now() >= end || range.statistics.sent >= runs || volleys * window >= 2 * runs;
  const fire = async (made: readonly Plan[]): Promise<void> => {
    if (isOver()) return;
    const volley = made.filter((plan) => !state.isTiresome(plan)).slice(0, runs - range.statistics.sent);
    if (volley.length > 0) await shoot(quarry, volley, volleys, state, options);
    volleys++;
    options.onProgress?.(range.statistics.sent);
  };
  // while the device works on a volley, the next one is drawn
  let underWay = Promise.resolve();
  const property = fc.asyncProperty(fc.array(plans, { minLength: window, maxLength: window }), async (made) => {
    await underWay;
    underWay = fire(made);
    underWay.catch(() => undefined); // told where it is awaited
  });
  while (!isOver()) {
    // a check ends by itself after so many runs; the next one goes on with another seed
    const numRuns = Math.min(1000, Math.ceil(runs / window));
    const details = await fc.check(property, { seed: seed + volleys, numRuns, endOnFailure: true });
    await underWay;
    const error: unknown = details.failed ? details.errorInstance : null;
    if (error !== null) throw error instanceof Error ? error : new Error(String(error));
    if (volleys === 0) break;
  }
  return { findings: state.findings, unrepeatable: state.unrepeatable, lost: state.lost };
}

async function shoot(
  quarry: Quarry,
  volley: readonly Plan[],
  run: number,
  state: State,
  options: FuzzOptions,
): Promise<void> {
  const shot = await quarry.range.fire(volley);
  shot.outcomes.forEach((outcome, i) => {
    const plan = volley[i];
    if (plan) state.learn(plan, outcome);
  });
  const kinds = new Set<string>();
  for (const suspected of suspicionsOf(shot)) {
    const kind = kindOf(suspected);
    if (kinds.has(kind) || state.isExplained(suspected, volley) || !state.mayHunt(suspected)) continue;
    kinds.add(kind);
    state.add(await hunt(quarry, suspected, volley, run), suspected);
  }
  if (!shot.alive) {
    // a hunt ends with a device that is back, if it can be brought back at all
    const isBack = options.revive && kinds.size === 0 ? await options.revive() : await quarry.range.alive();
    if (!isBack && !(await options.revive?.())) state.lost = true;
  } else if (shot.strays > 0 && kinds.size === 0 && state.strayHunts++ < mostStrayHunts) {
    for (const one of volley) if (!state.lost) await shootAlone(quarry, one, run, state);
  }
}

/** Whatever comes while a message is alone in flight answers that message. */
async function shootAlone(quarry: Quarry, one: Plan, run: number, state: State): Promise<void> {
  const shot = await quarry.range.fire([one]);
  for (const suspected of suspicionsOf(shot)) {
    if (state.mayHunt(suspected)) state.add(await hunt(quarry, suspected, [one], run), suspected);
  }
}

/** What a run has found so far, and what it need not look at again. */
class State {
  readonly findings: FuzzFinding[] = [];
  readonly unrepeatable: Suspicion[] = [];
  lost = false;
  strayHunts = 0;
  readonly #options: FuzzOptions;
  readonly #hunts = new Map<string, number>();
  /** What became of inputs of a kind, and how many parts those had. */
  readonly #outcomes = new Map<string, Set<number>>();

  constructor(options: FuzzOptions) {
    this.#options = options;
  }

  /** Whether such a suspicion is worth another hunt; counts it. */
  mayHunt(s: Suspicion): boolean {
    const kind = kindOf(s);
    const hunts = (this.#hunts.get(kind) ?? 0) + 1;
    this.#hunts.set(kind, hunts);
    const known = this.findings.find((f) => kindOf(f) === kind);
    if (hunts > mostHunts && known) known.count++;
    return hunts <= mostHunts;
  }

  /** Whether a known finding of this kind accounts for it; counts it. */
  isExplained(s: Suspicion, volley: readonly Plan[]): boolean {
    const own = s.index === undefined ? volley : volley.slice(s.index, s.index + 1);
    const known = this.findings.find((f) => kindOf(f) === kindOf(s) && own.some((plan) => isLike(plan, f)));
    if (known) known.count++;
    return known !== undefined;
  }

  add(finding: FuzzFinding | undefined, suspected: Suspicion): void {
    if (!finding) {
      if (this.unrepeatable.length < 100) this.unrepeatable.push(suspected);
      return;
    }
    const same = this.findings.find((f) => f.group === finding.group);
    if (same) {
      same.count++;
      return;
    }
    this.findings.push(finding);
    this.#options.onFinding?.(finding);
  }

  /** Whether it has all that stands out of a finding seen often enough. */
  isTiresome(plan: Plan): boolean {
    return this.findings.some((f) => f.count >= mostHits && isLike(plan, f));
  }

  learn(plan: Plan, outcome: string): void {
    const name = `${plan.kind} ${outcome}`;
    let sizes = this.#outcomes.get(name);
    if (!sizes) this.#outcomes.set(name, (sizes = new Set()));
    const size = plan.kind === 'frame' ? Object.keys(plan.header).length : plan.extensions.length;
    if (sizes.has(size)) return;
    sizes.add(size);
    this.#options.onInteresting?.(plan, outcome);
  }
}

/** Whether a plan has all that is special about the one message of a finding, perhaps with more about it. */
function isLike(plan: Plan, { plans }: FuzzFinding): boolean {
  const [only, ...more] = plans ?? [];
  if (!only || more.length > 0 || only.kind !== plan.kind) return false;
  const special = specialFeatures(only);
  const own = features(plan);
  const has = (name: string): boolean => own.some((other) => other === name || other.startsWith(`${name} `));
  return special.length > 0 && special.every(has);
}
