/** The list of cases by section. All rows are made once; filtering only hides them. */
import { byId, el } from './dom.js';
import { isFiltering, matchingCases, onFilter } from './filter.js';
import { caseBadge, duration, isFinding, plural } from './format.js';
import { model } from './model.js';

/** Durations below this are noise. */
const worthShowingMs = 50;

const rows: readonly HTMLAnchorElement[] = model.cases.map((one, i) => {
  const time = el('span', { class: 'time' }, one.durationMs > worthShowingMs ? duration(one.durationMs) : '');
  const title = el('span', { class: 'title' }, one.title);
  const id = el('span', { class: 'id' }, one.id.slice(one.id.lastIndexOf('/') + 1));
  const attributes = {
    class: 'row',
    href: `#${one.id}`,
    'data-place': i,
    'data-verdict': one.verdict,
    title: one.title,
    tabindex: -1,
  };
  const state = one.known && el('span', { class: 'state', 'data-state': one.known.state }, one.known.state);
  return el('a', attributes, caseBadge(one), id, title, state, time, el('span', { class: 'level' }, one.level));
});

const groups = model.sections.map((section, i) => {
  const members = rows.filter((_, place) => model.cases[place]?.section === i);
  const count = el('span', { class: 'count' });
  const name = [el('span', { class: 'key' }, section.key), el('span', { class: 'name' }, section.title)];
  const element = el('section', { class: 'group' }, el('h2', { title: section.document }, ...name, count), ...members);
  // What is out of sight is not laid out; the estimate keeps the scroll bar steady.
  element.style.setProperty('--rows', String(members.length));
  return { element, members, count };
});

let shown: readonly number[] = [];
let current: number | undefined;

function refresh(): void {
  const matching = matchingCases();
  rows.forEach((row, i) => (row.hidden = !matching.has(i)));
  for (const { element, members, count } of groups) {
    const visible = members.filter((row) => !row.hidden).length;
    element.hidden = visible === 0;
    element.style.setProperty('--rows', String(visible));
    count.textContent = visible === members.length ? String(visible) : `${visible} of ${members.length}`;
  }
  shown = [...matching];
  const all = plural(rows.length, 'case');
  byId('shown').textContent = isFiltering() ? `${shown.length} of ${all}` : all;
  byId('none').hidden = shown.length > 0;
  markTabStop();
}

/** One row is in the order of the Tab key, or a long list could not be left with it. */
function markTabStop(): void {
  for (const row of document.querySelectorAll('.row[tabindex="0"]')) row.setAttribute('tabindex', '-1');
  const place = current !== undefined && shown.includes(current) ? current : shown[0];
  if (place !== undefined) rows[place]?.setAttribute('tabindex', '0');
}

/** Shows which case is open; undefined for none. */
export function markRow(place: number | undefined): void {
  if (current !== undefined) rows[current]?.removeAttribute('aria-current');
  current = place;
  markTabStop();
  if (place === undefined) return;
  const row = rows[place];
  row?.setAttribute('aria-current', 'true');
  row?.scrollIntoView({ block: 'nearest' });
}

/** Opens the next (1) or previous (-1) case that is shown; the keyboard focus comes along if it was in the list. */
export function moveInList(step: 1 | -1, findingsOnly = false): void {
  const isWanted = (place: number): boolean => {
    const one = model.cases[place];
    return one !== undefined && isFinding(one);
  };
  const wanted = findingsOnly ? shown.filter(isWanted) : shown;
  const from = current ?? (step > 0 ? -1 : rows.length);
  const next = step > 0 ? wanted.find((place) => place > from) : wanted.findLast((place) => place < from);
  const row = next === undefined ? undefined : rows[next];
  if (!row) return;
  // At once, since the address is acted on later, and the next key may come before.
  markRow(next);
  if (isInList(document.activeElement)) row.focus({ preventScroll: true });
  location.hash = row.hash;
}

export function isInList(element: Element | null): boolean {
  return element instanceof HTMLAnchorElement && element.classList.contains('row');
}

export function startList(): void {
  byId('list').append(...groups.map(({ element }) => element));
  onFilter(refresh);
  refresh();
}
