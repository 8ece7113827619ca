/** Words for where cases and requirements come from. */
import { documents } from '../spec/catalogue.js';
import { sections as titles, topics } from '../spec/sections.js';
import type { DocumentKey } from '../spec/types.js';

/** `draft-tsirtsis-l2gre-pmipv4-00`, `RFC 3344`. */
export function citation(document: DocumentKey): string {
  return documents[document].citation;
}

interface Place {
  /** First two parts of a case id. */
  readonly key: string;
  readonly document: DocumentKey;
  readonly section: string;
}

/** The title of a section of cases; empty where the document has none for it. */
export function titleOf({ key, document, section }: Place): string {
  const topic = key.slice(key.indexOf('/') + 1);
  if (topic === 'gre' || topic === 'tunnel') return topics[topic];
  return titles[document][section] ?? '';
}
