/** One frame: its fields beside its octets, each lighting the other. */
import type { PageField, PageFrame } from '../page-model.js';
import { copyButton } from './copy.js';
import { el, numberAt, roveTo, stepOf } from './dom.js';
import { plural } from './format.js';
import { timeOf } from './ladder.js';
import { octets, type Octets } from './octets.js';

/** Below this width, in CSS pixels, a row holds eight octets. */
const wideEnough = 830;

export function frameView(frame: PageFrame, place: number, width: number): HTMLElement {
  const size = frame.hex.length / 2 + (frame.omitted ?? 0);
  const layer = { udp: 'UDP payload', ip: 'IPv4 packet', ethernet: 'Ethernet frame' }[frame.layer];
  const facts = `${frame.source} → ${frame.destination} · ${layer}, ${plural(size, 'octet')}`;
  const sign =
    frame.guilty === true ? el('span', { class: 'guilty-tag' }, '▶ the verdict rests on this frame') : undefined;
  const heading = `Frame ${place + 1}, ${frame.direction} ${timeOf(frame)}`;
  const bytes = octets(frame.hex, width < wideEnough ? 8 : 16);
  const left = frame.fields.length === 0 ? el('p', { class: 'dim' }, 'No decoding of this frame.') : tree(frame, bytes);
  const notes = [
    frame.fieldsOmitted === undefined ? '' : `${plural(frame.fieldsOmitted, 'field')} more, not kept`,
    frame.omitted === undefined ? '' : `${plural(frame.omitted, 'octet')} more, not kept`,
  ].filter((note) => note !== '');
  return el(
    'section',
    { class: 'frame', 'aria-label': heading },
    el('h4', {}, heading, ' ', sign, copyButton('copy hex', frame.hex)),
    el('p', { class: 'mono' }, frame.summary),
    el('p', { class: 'dim' }, facts),
    el('div', { class: 'bytes' }, left, bytes.element),
    notes.length === 0 ? undefined : el('p', { class: 'dim' }, notes.join('; ')),
  );
}

function tree({ fields }: PageFrame, bytes: Octets): HTMLElement {
  const nodes = fields.map(fieldNode);
  roveTo(nodes, 0);
  const element = el('div', { class: 'tree', role: 'tree', 'aria-label': 'Fields' }, ...nodes);
  const lightField = (name: 'lit' | 'held', place: number | undefined): void => {
    const [, , offset, length] = fields[place ?? -1] ?? [0, '', 0, 0, ''];
    bytes.light(name, offset, length);
  };

  element.addEventListener('mouseover', (event) => lightField('lit', numberAt(event, 'data-field')));
  element.addEventListener('mouseleave', () => lightField('lit', undefined));
  element.addEventListener('focusin', (event) => {
    const place = numberAt(event, 'data-field');
    if (place !== undefined) roveTo(nodes, place);
    lightField('held', place);
  });
  element.addEventListener('focusout', () => lightField('held', undefined));
  element.addEventListener('keydown', (event) => {
    const place = numberAt(event, 'data-field');
    const next = place === undefined ? undefined : stepOf(event.key, place, nodes.length);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    nodes[next]?.focus();
  });

  let pointed: HTMLElement | undefined;
  const point = (node: HTMLElement | undefined): void => {
    pointed?.classList.remove('lit');
    pointed = node;
    pointed?.classList.add('lit');
  };
  const { element: hex } = bytes;
  hex.addEventListener('mouseover', (event) => {
    const place = fieldAt(fields, numberAt(event, 'data-octet'));
    lightField('lit', place);
    point(place === undefined ? undefined : nodes[place]);
  });
  hex.addEventListener('mouseleave', () => {
    lightField('lit', undefined);
    point(undefined);
  });
  hex.addEventListener('click', (event) => {
    const place = fieldAt(fields, numberAt(event, 'data-octet'));
    if (place !== undefined && getSelection()?.isCollapsed !== false) nodes[place]?.focus();
  });
  return element;
}

function fieldNode([depth, name, offset, length, text, issue]: PageField, place: number): HTMLElement {
  const node = el(
    'div',
    { class: 'field', role: 'treeitem', 'aria-level': depth + 1, 'data-field': place },
    el('span', { class: 'field-name' }, name),
    text === '' ? undefined : el('span', { class: 'field-text' }, text),
    issue === undefined ? undefined : el('span', { class: 'issue' }, issue),
  );
  node.title = `octets ${offset} to ${Math.max(offset, offset + length - 1)}`;
  node.style.setProperty('--depth', String(depth));
  return node;
}

/** The innermost field that an octet belongs to: in reading order it is the last one around it. */
function fieldAt(fields: readonly PageField[], octet: number | undefined): number | undefined {
  if (octet === undefined) return undefined;
  const place = fields.findLastIndex(([, , offset, length]) => octet >= offset && octet < offset + length);
  return place < 0 ? undefined : place;
}
