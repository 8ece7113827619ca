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
/** Of all devices of a role together, for each requirement: more than the few devices that a report tells apart have. */
const mostEvidence = 20 * keptViolations;
const mostNumbers = 20 * keptNumbers;
/** Devices that are told apart; a capture may name a new one in each packet. */
const mostDevices = 2000;
export const otherDevices = 'other devices';
/** Comments kept for the frames of an annotated capture. */
const mostComments = 100_000;

export class Tallies {
  /** By role and device, then by requirement. */
  readonly #all = new Map<string, Map<string, Tally>>();
  /** By role and requirement. */
  readonly #kept = new Map<string, { evidence: number; numbers: number }>();
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
    const { name, own } = this.#of(role, device, profile);
    for (const finding of findings) {
      const { requirement } = finding;
      if (profile !== undefined && !ruleIn(profile, requirement)) continue;
      let tally = own.get(requirement);
      if (!tally) {
        tally = { role, device: name, requirement, profile, held: 0, violations: 0, first: [], numbers: [] };
        own.set(requirement, tally);
      }
      if (finding.holds) {
        tally.held++;
        continue;
      }
      tally.violations++;
      this.#keep(tally, finding, number, evidence);
      this.#comment(number, finding);
    }
  }

  *all(): Iterable<Tally> {
    for (const own of this.#all.values()) yield* own.values();
  }

  #of(role: Role, device: string, profile: Profile | undefined): { name: string; own: Map<string, Tally> } {
    const known = this.#all.get(`${role} ${device} ${profile}`);
    if (known) return { name: device, own: known };
    const name = this.#all.size < mostDevices ? device : otherDevices;
    const key = `${role} ${name} ${profile}`;
    const own = this.#all.get(key) ?? new Map<string, Tally>();
    this.#all.set(key, own);
    return { name, own };
  }

  #keep(tally: Tally, finding: Finding, number: number, evidence: () => readonly FrameRecord[]): void {
    const key = `${tally.role} ${tally.requirement}`;
    const kept = this.#kept.get(key) ?? { evidence: 0, numbers: 0 };
    this.#kept.set(key, kept);
    if (tally.numbers.length < keptNumbers && kept.numbers < mostNumbers) {
      tally.numbers.push(number);
      kept.numbers++;
    }
    if (tally.first.length >= keptViolations) return;
    const frames = kept.evidence++ < mostEvidence ? evidence() : [];
    tally.first.push({ ...finding, number, frames });
  }

  #comment(number: number, { requirement, expected, actual }: Finding): void {
    const text = `${requirement}: expected ${expected}; got ${actual}`;
    const comments = this.comments.get(number);
    if (comments) comments.push(text);
    else if (this.comments.size < mostComments) this.comments.set(number, [text]);
  }
}
