/** Counts of what the oracle found, by device and requirement, with the first violations and their frames. */
import type { Finding } from '../oracle/finding.js';
import type { FrameRecord } from '../report/result.js';
import type { Profile } from '../spec/config.js';
import { ruleIn } from '../spec/profiles.js';

export type Role = 'ha' | 'mpa';

export interface Violation extends Finding {
  /** Number of the frame at fault. */
  readonly number: number;
  readonly frames: readonly FrameRecord[];
}

export interface Tally {
  readonly role: Role;
  /** Address of the device. */
  readonly device: string;
  readonly requirement: string;
  /** The profile of the home agent; undefined for that of the whole capture. */
  readonly profile: Profile | undefined;
  held: number;
  violations: number;
  /** The first few. */
  readonly first: Violation[];
  /** Numbers of the frames at fault, as far as they are kept. */
  readonly numbers: number[];
}

const keptViolations = 3;
const keptNumbers = 1000;
/** Comments kept for the frames of an annotated capture. */
const mostComments = 100_000;

export class Tallies {
  /** By role and device, then by requirement. */
  readonly #all = new Map<string, Map<string, Tally>>();
  /** What is wrong with a frame, by its number. */
  readonly comments = new Map<number, string[]>();

  /** `evidence` gives the frames that a violation rests on; it is asked for only as long as they are kept. */
  add(
    role: Role,
    device: string,
    findings: readonly Finding[],
    number: number,
    evidence: () => readonly FrameRecord[],
    profile?: Profile,
  ): void {
    const key = `${role} ${device} ${profile}`;
    const own = this.#all.get(key) ?? new Map<string, Tally>();
    this.#all.set(key, own);
    for (const finding of findings) {
      const { requirement } = finding;
      if (profile !== undefined && !ruleIn(profile, requirement)) continue;
      let tally = own.get(requirement);
      if (!tally) {
        tally = { role, device, requirement, profile, held: 0, violations: 0, first: [], numbers: [] };
        own.set(requirement, tally);
      }
      if (finding.holds) {
        tally.held++;
        continue;
      }
      tally.violations++;
      if (tally.numbers.length < keptNumbers) tally.numbers.push(number);
      if (tally.first.length < keptViolations) tally.first.push({ ...finding, number, frames: evidence() });
      this.#comment(number, finding);
    }
  }

  *all(): Iterable<Tally> {
    for (const own of this.#all.values()) yield* own.values();
  }

  #comment(number: number, { requirement, expected, actual }: Finding): void {
    const text = `${requirement}: expected ${expected}; got ${actual}`;
    const comments = this.comments.get(number);
    if (comments) comments.push(text);
    else if (this.comments.size < mostComments) this.comments.set(number, [text]);
  }
}
