/** Something that a device did and must not do, as seen once; it becomes a finding when it can be shown again. */
import { type Finding } from '../oracle/finding.js';
import { requirement } from '../spec/catalogue.js';
import type { Profile } from '../spec/config.js';
import { ruleIn } from '../spec/profiles.js';
import { failsAt } from '../spec/severity.js';
import type { Level } from '../spec/types.js';

export interface Suspicion {
  readonly requirement: string;
  readonly expected: string;
  readonly actual: string;
  /** Where it is not that of the requirement. */
  readonly level?: Level;
  /** Which message of the volley; undefined when it may be any of them. */
  readonly index?: number;
}

type Leveled = Pick<Suspicion, 'requirement' | 'level'>;

export const suspicion = (finding: Finding & Pick<Suspicion, 'level'>, index?: number): Suspicion => ({
  ...{ requirement: finding.requirement, expected: finding.expected, actual: finding.actual },
  ...(finding.level !== undefined && { level: finding.level }),
  ...(index !== undefined && { index }),
});

/** The same with numbers and names left out: what tells one kind of violation from another. */
export const kindOf = ({ requirement: id, expected }: Suspicion): string =>
  `${id} ${expected.replaceAll(/0x[0-9a-f]+|\d+|\S+@\S+/gi, '#')}`;

export const levelOf = ({ requirement: id, level }: Leveled): Level => level ?? requirement(id).level;

export const isFailing = (s: Leveled): boolean => failsAt(levelOf(s));

/** Notes make no finding, for a device may do as it likes; nor do rules that the profile has not, or from memory only. */
export const isWorthTelling = (s: Pick<Suspicion, 'requirement'>, profile: Profile): boolean => {
  const level = ruleIn(profile, s.requirement)?.level;
  return level !== undefined && level !== 'MAY' && level !== 'info';
};
