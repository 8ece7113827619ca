/** Finds what the user may have meant. */
import { distance } from '../spec/distance.js';

/** Longer words are no typing errors, and the distance costs the product of the lengths. */
const longestWord = 80;

/** The candidates within few typing errors of the word, best first. */
export function nearest(word: string, candidates: Iterable<string>, limit = 3): string[] {
  if (word.length > longestWord) return [];
  const wanted = word.toLowerCase();
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, errors: distance(wanted, candidate.toLowerCase()) }))
    .filter(({ errors }) => errors <= allowed)
    .sort((a, b) => a.errors - b.errors)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** `did you mean A or B?`, or the advice where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>, otherwise: string): string {
  const near = nearest(word, candidates);
  return near.length === 0 ? otherwise : `did you mean ${near.join(' or ')}?`;
}
