/** Brings the page to life. */
import { byId } from './dom.js';
import { clearFilter, filter, isFiltering, onFilter, setSection, setText, toggle } from './filter.js';
import { startKeys } from './keys.js';
import { startList } from './list.js';
import { model } from './model.js';
import { startPrinting } from './printing.js';
import { startTheme } from './theme.js';
import { show } from './views.js';

const search = byId('search') as HTMLInputElement;
const section = byId('section') as HTMLSelectElement;
const chips = [...document.querySelectorAll<HTMLButtonElement>('.chip')];

for (const chip of chips) {
  const { verdict, level, state } = chip.dataset;
  chip.addEventListener('click', () => {
    const wantedVerdict = model.verdicts.find((one) => one === verdict);
    const wantedLevel = model.levels.find((one) => one === level);
    if (wantedVerdict) toggle(filter.verdicts, wantedVerdict);
    if (wantedLevel) toggle(filter.levels, wantedLevel);
    if (state !== undefined) toggle(filter.states, state);
  });
}
onFilter(() => {
  const on: ReadonlySet<string> = new Set([...filter.verdicts, ...filter.levels, ...filter.states]);
  for (const chip of chips) {
    chip.setAttribute(
      'aria-pressed',
      String(on.has(chip.dataset['verdict'] ?? chip.dataset['level'] ?? chip.dataset['state'] ?? '')),
    );
  }
  section.value = filter.section;
  byId('clear').hidden = !isFiltering();
  if (search.value !== filter.text) search.value = filter.text;
});
search.addEventListener('input', () => setText(search.value));
section.addEventListener('change', () => setSection(section.value));
byId('clear').addEventListener('click', clearFilter);

startTheme();
startList();
startPrinting();
startKeys();
addEventListener('hashchange', show);
show();
