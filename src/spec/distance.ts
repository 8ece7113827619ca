/** How far a word is from another one. */

/** Levenshtein distance in UTF-16 code units, one row of the table at a time; costs the product of the lengths. */
export function distance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const changed = left[row - 1] === right[column - 1] ? 0 : 1;
      const diagonal = (above[column - 1] ?? 0) + changed;
      current.push(Math.min(diagonal, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[right.length] ?? 0;
}
