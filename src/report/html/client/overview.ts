/** What is shown while no case is open: the sections, what was not decided and why, and the run. */
import type { Verdict } from '../../../spec/types.js';
import type { PageCase } from '../page-model.js';
import { clearFilter, setSection } from './filter.js';
import { badge, caseBadge, countVerdicts, duration, findings, isFinding, plural, unmetBy } from './format.js';
import { el } from './dom.js';
import { model } from './model.js';

const linksShown = 12;
const slowestShown = 5;

export function overview(): HTMLElement {
  const blocks = [
    ...[knownBlock(), findingsBlock(), reasonsBlock('inconclusive', 'Not decided')],
    ...[sectionsBlock(), reasonsBlock('skip', 'Skipped'), slowestBlock(), runBlock()],
  ];
  return el('article', { class: 'overview', 'aria-label': 'Overview' }, ...blocks);
}

function findingsBlock(): HTMLElement | undefined {
  const groups = new Map<string, PageCase[]>();
  for (const verdict of findings) {
    if (verdict === 'inconclusive') continue;
    for (const one of model.cases) {
      if (one.verdict !== verdict || !isFinding(one)) continue;
      const name = verdict === 'error' ? 'errors of the tester itself' : (unmetBy(one) ?? one.requirements[0] ?? '');
      groups.set(name, [...(groups.get(name) ?? []), one]);
    }
  }
  if (groups.size === 0) return undefined;
  const items = Array.from(groups, ([name, cases]) => {
    const known = model.requirements[name];
    const title = known ? el('a', { href: `#ledger/${name}`, class: 'requirement' }, name) : name;
    const text = known ? ` ${known.text}` : '';
    return el('li', {}, el('div', {}, title, text), links(cases));
  });
  return el('section', {}, el('h2', {}, 'Findings by requirement'), el('ul', { class: 'plain' }, ...items));
}

/** What passes although it is known comes first, and stands out. */
function knownBlock(): HTMLElement | undefined {
  if (model.knownNotes.length === 0) return undefined;
  const items = model.knownNotes.map(({ state, text }) => {
    const cases = model.cases.filter(({ known }) => known?.state === state);
    const [words = text] = text.split(': ');
    return el('li', { class: 'state-text', 'data-state': state }, el('div', {}, words), links(cases));
  });
  return el('section', {}, el('h2', {}, 'Baseline'), el('ul', { class: 'plain' }, ...items));
}

function links(cases: readonly PageCase[]): HTMLElement {
  const shown = cases.slice(0, linksShown);
  const more = cases.length - shown.length;
  return el(
    'div',
    { class: 'links' },
    ...shown.map((one) => caseLink(one)),
    more > 0 ? el('span', { class: 'dim' }, `and ${more} more`) : undefined,
  );
}

export function caseLink(one: PageCase): HTMLElement {
  const { id, title } = one;
  return el('a', { class: 'case-link', href: `#${id}`, title }, caseBadge(one), id);
}

function sectionsBlock(): HTMLElement {
  const rows = model.sections.map((section, i) => {
    const counts = countVerdicts(model.cases.filter((one) => one.section === i));
    const button = el('button', { type: 'button', class: 'link' }, section.key);
    button.addEventListener('click', () => {
      clearFilter();
      setSection(section.key);
      location.hash = '#cases';
    });
    const cells = model.verdicts.map((verdict) => count(verdict, counts.get(verdict) ?? 0));
    const name = el('td', {}, button, el('div', { class: 'below dim' }, section.title));
    return el('tr', {}, name, el('td', {}, section.title), ...cells, el('td', {}, bar(counts)));
  });
  const heads = model.verdicts.map((verdict) => el('th', { class: 'number', scope: 'col' }, badge(verdict)));
  const names = [el('th', { scope: 'col' }, 'Section'), el('th', { scope: 'col' }, 'Title')];
  const head = el('thead', {}, el('tr', {}, ...names, ...heads, el('th', { scope: 'col', 'aria-label': 'Share' })));
  const table = el('table', { class: 'sections' }, head, el('tbody', {}, ...rows));
  return el('section', {}, el('h2', {}, 'Sections'), el('div', { class: 'scroll' }, table));
}

function count(verdict: Verdict, value: number): HTMLElement {
  return el(
    'td',
    { class: 'number', 'data-verdict': value === 0 ? 'none' : verdict },
    value === 0 ? '·' : String(value),
  );
}

function bar(counts: ReadonlyMap<Verdict, number>): HTMLElement {
  const parts = model.verdicts.flatMap((verdict) => {
    const value = counts.get(verdict);
    if (value === undefined) return [];
    const part = el('span', { 'data-verdict': verdict });
    part.style.setProperty('flex-grow', String(value));
    return part;
  });
  return el('div', { class: 'bar', 'aria-hidden': 'true' }, ...parts);
}

function reasonsBlock(verdict: Verdict, title: string): HTMLElement | undefined {
  const groups = new Map<string, PageCase[]>();
  const { mismatch } = model.run;
  for (const one of model.cases) {
    if (one.verdict !== verdict) continue;
    // one cause hides many rules, each with a reason of its own
    const name = mismatch !== undefined && one.reason.includes(mismatch) ? mismatch : one.reason;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  if (groups.size === 0) return undefined;
  const items = Array.from(groups)
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([name, cases]) => el('li', {}, el('div', {}, `${name} (${plural(cases.length, 'case')})`), links(cases)));
  return el('section', {}, el('h2', {}, title), el('ul', { class: 'plain' }, ...items));
}

function slowestBlock(): HTMLElement | undefined {
  const slow = model.cases.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, slowestShown);
  if (slow.length === 0) return undefined;
  const items = slow.map((one) =>
    el('li', {}, el('span', { class: 'time' }, duration(one.durationMs)), ' ', caseLink(one), ` ${one.title}`),
  );
  return el('section', {}, el('h2', {}, 'Slowest'), el('ul', { class: 'plain' }, ...items));
}

function runBlock(): HTMLElement {
  const { tool, run } = model;
  const list = el('dl', { class: 'facts' });
  const row = (name: string, value: string): void => {
    if (value !== '') list.append(el('dt', {}, name), el('dd', { class: 'mono' }, value));
  };
  row('Tool', `${tool.name} ${tool.version}, acting as ${run.as === 'mpa' ? 'mobility proxy agent' : 'home agent'}`);
  row('Target', run.target);
  row('Started', run.startedAt);
  row('Duration', duration(run.durationMs));
  row('Seed', String(run.seed ?? ''));
  row('Profile', `${run.profile}${run.strict ? ', strict' : ''}`);
  row('Selection', run.selection.join(' '));
  if (run.shard) row('Shard', `${run.shard.index} of ${run.shard.total}`);
  row('Fault', run.fault ?? '');
  row('Baseline', run.baseline ?? '');
  row(
    'Knobs',
    Object.entries(run.knobs)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  );
  return el('section', {}, el('h2', {}, 'Run'), list);
}
