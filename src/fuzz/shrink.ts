/** Makes inputs smaller, and lists of them shorter, as long as they show what they showed before. */
import type fc from 'fast-check';

export interface Shrunk<T> {
  readonly value: T;
  /** Which of the smaller values was taken at each step, as fast-check writes paths. */
  readonly path: readonly number[];
}

/**
 * Makes a value smaller as long as it `fails`, which is asked at most `most` times.
 */
export async function shrink<T>(
  source: fc.Arbitrary<T>,
  start: T,
  fails: (value: T) => Promise<boolean>,
  most: number,
): Promise<Shrunk<T>> {
  let current = start;
  let context: unknown = undefined;
  const path: number[] = [];
  let asked = 0;
  for (let found = true; found && asked < most;) {
    found = false;
    let place = 0;
    for (const candidate of source.shrink(current, context)) {
      if (asked++ >= most) break;
      if (await fails(candidate.value)) {
        current = candidate.value_;
        context = candidate.context;
        path.push(place);
        found = true;
        break;
      }
      place++;
    }
  }
  return { value: current, path };
}

/**
 * The one member of a list that fails by itself, if there is such: what is not in the first half is taken to be in the
 * second, so that it is seen to fail as seldom as can be.
 */
export async function culprit<T>(
  list: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  let part = list;
  while (part.length > 1) {
    const half = part.slice(0, Math.ceil(part.length / 2));
    part = (await fails(half)) ? half : part.slice(half.length);
  }
  return (await fails(part)) ? part : undefined;
}

/** The fewest members of a list that still fail together: halves first, then single ones. Asked at most `most` times. */
export async function fewest<T>(
  list: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
  most: number,
): Promise<readonly T[]> {
  let current = list;
  let asked = 0;
  for (let size = Math.ceil(current.length / 2); size >= 1 && current.length > 1;) {
    let reduced = false;
    for (let at = 0; at < current.length && asked < most; at += size) {
      const alone = current.slice(at, at + size);
      if (alone.length < current.length && (asked++, await fails(alone))) {
        current = alone;
        reduced = true;
        break;
      }
    }
    for (let at = 0; !reduced && at < current.length && asked < most && current.length > 2; at += size) {
      const rest = [...current.slice(0, at), ...current.slice(at + size)];
      if (rest.length > 0 && (asked++, await fails(rest))) {
        current = rest;
        reduced = true;
      }
    }
    if (asked >= most) break;
    if (reduced) size = Math.min(size, Math.ceil(current.length / 2));
    else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return current;
}
