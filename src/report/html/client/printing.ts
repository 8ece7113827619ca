/** On paper all findings that pass the filter follow one another, not only the one that is open. */
import { byId, el } from './dom.js';
import { facts } from './case.js';
import { matchingCases } from './filter.js';
import { badge, isFinding, plural } from './format.js';
import { model } from './model.js';

const mostPrinted = 300;

function fill(): void {
  const matching = matchingCases();
  const wanted = model.cases.filter((one, i) => matching.has(i) && isFinding(one));
  const blocks = wanted
    .slice(0, mostPrinted)
    .map((one) => el('article', {}, el('h3', {}, badge(one.verdict), ` ${one.id} ${one.title}`), facts(one)));
  const more = wanted.length - blocks.length;
  const rest = more > 0 ? [el('p', {}, `${plural(more, 'finding')} more, not printed.`)] : [];
  byId('printed').replaceChildren(...blocks, ...rest);
}

export function startPrinting(): void {
  addEventListener('beforeprint', fill);
  addEventListener('afterprint', () => byId('printed').replaceChildren());
}
