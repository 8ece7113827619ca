/** Finding things by id, with help for those who mistyped. */

/** The entry of that id. Throws a TypeError that lists the nearest ids, or says how many there are. */
export function named<T extends { readonly id: string }>(list: readonly T[], id: string, what: string): T {
  const found = list.find((entry) => entry.id === id);
  if (found) return found;
  const near = [...list].sort((a, b) => distance(a.id, id) - distance(b.id, id)).slice(0, 3);
  const hint = near.length === 0 ? 'there are none' : `the nearest are ${near.map((entry) => entry.id).join(', ')}`;
  throw new TypeError(`no ${what} ${JSON.stringify(id)}; ${hint}`);
}

/** Levenshtein distance; a part of an id is as near as it gets. */
function distance(a: string, b: string): number {
  if (b !== '' && a.includes(b)) return 0;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
