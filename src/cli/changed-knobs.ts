import { profiles } from '../spec/config.js';
import { knobs, type KnobValues } from '../spec/knobs.js';
import { profileKnobs } from '../spec/profiles.js';

/** Knobs that do not have the default of the profile with that name: those worth printing. */
export function changedKnobs(values: KnobValues, profile: string): Record<string, string> {
  const initial = profileKnobs(profiles.find((known) => known === profile) ?? profiles[0]);
  const rows = knobs.filter(({ name }) => values[name] !== undefined && values[name] !== initial[name]);
  return Object.fromEntries(rows.map(({ name }) => [name, values[name] ?? '']));
}
