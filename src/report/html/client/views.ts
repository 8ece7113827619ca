/** The fragment of the address says what is shown: `#ha/5.2/03` a case, `#ledger/TS-12` a requirement. */
import { byId, el } from './dom.js';
import { caseView } from './case.js';
import { showLedger } from './ledger.js';
import { markRow } from './list.js';
import { caseOf, model, placeOf } from './model.js';
import { overview } from './overview.js';

type View = 'overview' | 'cases' | 'case' | 'ledger';

export function show(): void {
  const wanted = decoded(location.hash.slice(1));
  const [first, requirement] = wanted.split('/');
  if (first === 'ledger') {
    setView('ledger', 'Ledger');
    showLedger(requirement);
    return;
  }
  const one = caseOf(wanted);
  const place = placeOf(wanted);
  if (one && place !== undefined) {
    setView('case', `${one.id} ${one.verdict}`);
    byId('detail').replaceChildren(caseView(one, place));
    byId('detail').scrollTop = 0;
    markRow(place);
    return;
  }
  const isKnown = wanted === '' || wanted === 'cases';
  setView(wanted === 'cases' ? 'cases' : 'overview', isKnown ? '' : 'not found');
  const lost = isKnown ? undefined : el('p', { class: 'notice' }, `This report has no case ${wanted}.`);
  byId('detail').replaceChildren(...(lost ? [lost] : []), overview());
  markRow(undefined);
}

function setView(view: View, title: string): void {
  document.body.dataset['view'] = view;
  for (const link of document.querySelectorAll('nav a')) {
    const shown = view === 'case' ? 'cases' : view;
    if (link.getAttribute('href') === (shown === 'overview' ? '#' : `#${shown}`))
      link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = [title, `grespec: ${model.headline}`].filter((text) => text !== '').join(' · ');
}

/** A fragment that is not proper percent-encoding is taken as it is. */
function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
