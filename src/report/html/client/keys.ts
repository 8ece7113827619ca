/** Keys that work anywhere but in a text field. */
import { byId } from './dom.js';
import { clearFilter, isFiltering } from './filter.js';
import { isInList, moveInList } from './list.js';
import { toggleTheme } from './theme.js';

const actions: Readonly<Record<string, () => void>> = {
  '/': () => byId('search').focus(),
  j: () => moveInList(1),
  k: () => moveInList(-1),
  n: () => moveInList(1, true),
  p: () => moveInList(-1, true),
  o: () => (location.hash = '#'),
  l: () => (location.hash = '#ledger'),
  t: toggleTheme,
  c: () => document.querySelector<HTMLButtonElement>('#detail .repeat .copy')?.click(),
  '?': help,
};

function help(): void {
  const dialog = byId('help');
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

export function startKeys(): void {
  byId('keys').addEventListener('click', help);
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return;
    const { target } = event;
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    if (event.key === 'Escape') escape();
    else if (isInList(document.activeElement) && inList(event.key)) event.preventDefault();
    else if (Object.hasOwn(actions, event.key)) {
      event.preventDefault();
      actions[event.key]?.();
    }
  });
}

function inList(key: string): boolean {
  if (key === 'ArrowDown') moveInList(1);
  else if (key === 'ArrowUp') moveInList(-1);
  else if (key === 'Enter' && document.body.dataset['view'] === 'case') document.getElementById('case-title')?.focus();
  else return false;
  return true;
}

/** Leaves the innermost thing: first the case or the ledger, then the filter. */
function escape(): void {
  if (document.body.dataset['view'] !== 'overview' && document.body.dataset['view'] !== 'cases') {
    location.hash = '#cases';
  } else if (isFiltering()) {
    clearFilter();
  }
}
