/** Collects what the oracle found in the whole run, bounded, so that nothing seen in passing is lost. */
import type { Finding } from '../oracle/finding.js';

export interface Sighting extends Finding {
  /** Id of the case during which it was seen. */
  readonly during: string;
  /** The message or packet at fault. */
  readonly bytes: Uint8Array;
}

interface Tally {
  held: number;
  violations: number;
  readonly first: Sighting[];
}

/** In the place of a case id: the tester itself departs from the profile, so nothing of it is held against the device. */
export const unjudged = 'a look at other profiles';

/** Violations kept of one requirement; more are only counted. */
const kept = 5;

export class Judge {
  readonly #tallies = new Map<string, Tally>();
  readonly #byCase = new Map<string, Sighting[]>();

  add(findings: readonly Finding[], during: string, bytes: Uint8Array): void {
    if (during === unjudged) return;
    for (const finding of findings) {
      let tally = this.#tallies.get(finding.requirement);
      if (!tally) this.#tallies.set(finding.requirement, (tally = { held: 0, violations: 0, first: [] }));
      if (finding.holds) tally.held++;
      else {
        tally.violations++;
        const sighting = { ...finding, during, bytes };
        if (tally.first.length < kept) tally.first.push(sighting);
        this.#note(sighting);
      }
    }
  }

  /** How often a requirement was seen to hold, how often not, and the first sightings of the latter. */
  of(requirement: string): Readonly<Tally> {
    return this.#tallies.get(requirement) ?? { held: 0, violations: 0, first: [] };
  }

  /** Violations seen during a case, the first few. */
  during(id: string): readonly Sighting[] {
    return this.#byCase.get(id) ?? [];
  }

  #note(sighting: Sighting): void {
    const own = this.#byCase.get(sighting.during);
    if (!own) this.#byCase.set(sighting.during, [sighting]);
    // one of each requirement is enough to decide a case
    else if (!own.some((s) => s.requirement === sighting.requirement)) own.push(sighting);
  }
}
