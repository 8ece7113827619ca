import { knobs, type KnobValues } from '../spec/knobs.js';

/** Knobs that do not have their default: those worth printing. */
export function changedKnobs(values: KnobValues): Record<string, string> {
  const rows = knobs.filter(({ name, default: initial }) => values[name] !== undefined && values[name] !== initial);
  return Object.fromEntries(rows.map(({ name }) => [name, values[name] ?? '']));
}
