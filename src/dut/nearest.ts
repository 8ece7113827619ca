/** Finding things by id, with help for those who mistyped. */
import { distance } from '../spec/distance.js';

/** The entry of that id. Throws a TypeError that lists the nearest ids, or says how many there are. */
export function named<T extends { readonly id: string }>(list: readonly T[], id: string, what: string): T {
  const found = list.find((entry) => entry.id === id);
  if (found) return found;
  // a part of an id is as near as it gets
  const errors = (entry: T): number => (id !== '' && entry.id.includes(id) ? 0 : distance(entry.id, id));
  const near = [...list].sort((a, b) => errors(a) - errors(b)).slice(0, 3);
  const hint = near.length === 0 ? 'there are none' : `the nearest are ${near.map((entry) => entry.id).join(', ')}`;
  throw new TypeError(`no ${what} ${JSON.stringify(id)}; ${hint}`);
}
