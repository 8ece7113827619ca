/** One case: the rule, what was expected and what came, the exchange, and how to repeat it. */
import type { PageCase } from '../page-model.js';
import { copyButton } from './copy.js';
import { el } from './dom.js';
import { exchangeView } from './exchange.js';
import { caseBadge, duration, plural, unmetBy } from './format.js';
import { framesOf, model } from './model.js';

export function caseView(one: PageCase, place: number): HTMLElement {
  const section = model.sections[one.section];
  const where = [section?.document, section?.title].filter((text) => text !== undefined && text !== '');
  return el(
    'article',
    { class: 'case', 'data-verdict': one.verdict, 'aria-labelledby': 'case-title' },
    el(
      'header',
      {},
      el('p', { class: 'dim' }, where.join(' · ')),
      el('h2', { id: 'case-title', tabindex: -1 }, caseBadge(one), el('span', { class: 'id' }, one.id), ' ', one.title),
      el('p', {}, verdictTag(one), ' ', el('span', { class: 'dim' }, `${one.level} · ${duration(one.durationMs)}`)),
    ),
    facts(one),
    exchange(one, place),
  );
}

function verdictTag({ verdict }: PageCase): HTMLElement {
  return el('strong', { class: 'verdict', 'data-verdict': verdict }, verdict);
}

/** What a case says in words; also what is printed of it. */
export function facts(one: PageCase): HTMLElement {
  const list = el('dl', { class: 'facts' });
  const row = (name: string, ...values: (Node | string)[]): void => {
    list.append(el('dt', {}, name), el('dd', {}, ...values));
  };
  const unmet = unmetBy(one);
  row(one.requirements.length > 1 ? 'Rules' : 'Rule', ...one.requirements.map((id) => rule(id, id === unmet)));
  if (one.expected !== '') row('Expected', el('div', { class: 'expected' }, one.expected));
  if (one.actual !== '') row('Actual', el('div', { class: 'actual' }, one.actual));
  const reason = one.beyond ?? one.reason;
  if (reason !== '') row('Reason', el('div', { class: 'reason' }, reason));
  if (one.known) row('Baseline', el('div', { class: 'state-text', 'data-state': one.known.state }, one.known.text));
  if (one.repeat !== '') {
    row('Repeat', el('div', { class: 'repeat' }, el('code', {}, one.repeat), copyButton('copy', one.repeat, 'c')));
  }
  return list;
}

function rule(id: string, isUnmet: boolean): HTMLElement {
  const known = model.requirements[id];
  const link = el('a', { href: `#ledger/${id}`, class: 'requirement' }, id);
  if (!known) return el('div', { class: 'rule' }, link);
  const level = el('span', { class: 'level' }, known.level);
  const source = el('span', { class: 'dim' }, `(${known.source})`);
  const mark = isUnmet ? el('span', { class: 'unmet' }, ' not met') : undefined;
  return el('div', { class: 'rule' }, link, ' ', level, ` ${known.text} `, source, mark);
}

function exchange(one: PageCase, place: number): HTMLElement {
  const element = el('section', { 'aria-label': 'Exchange' });
  if (one.frames === undefined) {
    element.append(
      el('p', { class: 'dim' }, 'Its frames were left out to keep this file small; the JSON report has them.'),
    );
  } else if (one.frames === 0) {
    element.append(el('p', { class: 'dim' }, 'No frames were kept.'));
  } else {
    element.append(el('h3', {}, 'Exchange ', el('span', { class: 'dim' }, plural(one.frames, 'frame'))));
    framesOf(place).then(
      (frames) => element.append(exchangeView(one, frames)),
      () =>
        element.append(el('p', { class: 'issue' }, 'This browser cannot unpack the frames: a newer one is needed.')),
    );
  }
  return element;
}
