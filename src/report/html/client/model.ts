/** The data of the page: the index at once, the frames of a case when it is opened. */
import type { PageCase, PageFrame, PageModel } from '../page-model.js';
import { byId } from './dom.js';

export const model = JSON.parse(byId('model').textContent) as PageModel;

const places: ReadonlyMap<string, number> = new Map(model.cases.map(({ id }, i) => [id, i]));

export function placeOf(id: string): number | undefined {
  return places.get(id);
}

export function caseOf(id: string): PageCase | undefined {
  const place = places.get(id);
  return place === undefined ? undefined : model.cases[place];
}

let packed: readonly string[] | undefined;

/** Rejects where the browser is too old to unpack them. */
export async function framesOf(place: number): Promise<readonly PageFrame[]> {
  packed ??= JSON.parse(byId('frames').textContent) as readonly string[];
  const text = packed[place];
  if (text === undefined || text === '') return [];
  const octets = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(stream).text()) as readonly PageFrame[];
}
