/** The ledger: every requirement with its status, its cases, or why there is none. */
import type { LedgerRow } from '../../result.js';
import { byId, el } from './dom.js';
import { filter, isFiltering, onFilter, setText, wordsOf } from './filter.js';
import { badge, plural } from './format.js';
import { caseOf, model } from './model.js';
import { caseLink } from './overview.js';

interface Row {
  readonly of: LedgerRow;
  readonly element: HTMLElement;
  readonly text: string;
}

let rows: readonly Row[] = [];

function ledgerRow(of: LedgerRow): Row {
  const known = model.requirements[of.requirement];
  const source = known ? el('div', { class: 'dim' }, known.source) : undefined;
  const cases = of.cases.map((id) => {
    const one = caseOf(id);
    return one ? caseLink(one) : el('span', { class: 'case-link dim' }, id);
  });
  const reason = of.reason === '' ? undefined : el('div', { class: 'dim' }, of.reason);
  const element = el(
    'tr',
    { 'data-requirement': of.requirement, tabindex: -1 },
    el('td', { class: 'requirement' }, of.requirement),
    el('td', { class: 'nowrap' }, badge(of.status), ' ', of.status),
    el('td', { class: 'level' }, of.level),
    el('td', { class: 'level' }, of.role.toUpperCase()),
    el('td', {}, known?.text, source),
    el('td', {}, el('div', { class: 'links' }, ...cases), reason),
  );
  const words = [of.requirement, of.status, known?.text ?? '', known?.source ?? '', ...of.cases, of.reason];
  return { of, element, text: words.join('\n').toLowerCase() };
}

/** The statuses of the ledger are more than the verdicts of the chips; a search finds them all. */
function statusButtons(): HTMLElement[] {
  const counts = new Map<string, number>();
  for (const { status } of model.ledger) counts.set(status, (counts.get(status) ?? 0) + 1);
  const statuses = [...model.verdicts, 'not-run', 'untestable'].filter((status) => counts.has(status));
  return statuses.map((status) => {
    const button = el('button', { type: 'button' }, badge(status), `${status} ${counts.get(status) ?? 0}`);
    button.addEventListener('click', () => setText(filter.text === status ? '' : status));
    return button;
  });
}

/** The chips and the search of the cases hold here too, as far as they can. */
function refresh(): void {
  let visible = 0;
  const words = wordsOf(filter);
  for (const { of, element, text } of rows) {
    const verdicts: ReadonlySet<string> = filter.verdicts;
    const shown =
      (verdicts.size === 0 || verdicts.has(of.status)) &&
      (filter.levels.size === 0 || filter.levels.has(of.level)) &&
      (filter.section === '' || of.cases.some((id) => id.startsWith(`${filter.section}/`))) &&
      words.every((word) => text.includes(word));
    element.hidden = !shown;
    if (shown) visible++;
  }
  const all = plural(rows.length, 'requirement');
  byId('ledger-shown').textContent = isFiltering() ? `${visible} of ${all}` : all;
}

/** Made when it is first looked at. */
export function showLedger(requirement: string | undefined): void {
  if (rows.length === 0) {
    rows = model.ledger.map(ledgerRow);
    byId('ledger-rows').append(...rows.map(({ element }) => element));
    byId('statuses').append(...statusButtons());
    onFilter(refresh);
    refresh();
  }
  for (const marked of document.querySelectorAll('#ledger-rows [aria-current]')) marked.removeAttribute('aria-current');
  const row = rows.find(({ of }) => of.requirement === requirement)?.element;
  if (!row) return;
  row.hidden = false;
  row.setAttribute('aria-current', 'true');
  row.scrollIntoView({ block: 'center' });
  row.focus({ preventScroll: true });
}
