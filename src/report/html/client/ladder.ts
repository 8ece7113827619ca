/** The exchange of a case as a ladder: time runs down, one arrow a frame, the guilty one marked. */
import type { PageFrame } from '../page-model.js';
import { columnsOf, type Column, type Columns } from './columns.js';
import { numberAt, roveTo, stepOf, svg } from './dom.js';
import { duration, plural } from './format.js';
import { model } from './model.js';

const head = 46;
const rowHeight = 50;
const gapHeight = 26;
/** Silence longer than this is drawn as a break, in milliseconds. */
const longSilence = 250;
/** Of the text beside an arrow, at its font size; the guilty one is bold. */
const characterWidth = { plain: 6.4, bold: 7.1 };

export interface Ladder {
  readonly element: SVGSVGElement;
  /** Shows which frame is looked at. */
  readonly select: (place: number) => void;
}

/** `width` in CSS pixels; `onSelect` is called when the reader picks a frame. */
export function ladder(frames: readonly PageFrame[], width: number, onSelect: (place: number) => void): Ladder {
  const timeWidth = width < 560 ? 56 : 76;
  const columns = columnsOf(frames, timeWidth + 54, width - 58);
  const content: SVGElement[] = [];
  const arrows: SVGGElement[] = [];
  let y = head;
  frames.forEach((frame, i) => {
    const silence = frame.at - (frames[i - 1]?.at ?? frame.at);
    if (silence > longSilence) {
      content.push(breakAt(y, silence, columns, width));
      y += gapHeight;
    }
    const row = arrow(frame, i, y, { columns, width, timeWidth });
    arrows.push(row);
    content.push(row);
    y += rowHeight;
  });
  const height = y + 10;
  const label = `Ladder diagram of ${plural(frames.length, 'frame')}`;
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const lines = columns.all.map((column) => lifeline(column, height));
  const element = svg('svg', { class: 'ladder', ...size, role: 'listbox', 'aria-label': label }, tips(), ...lines);
  element.append(...content);

  const select = (place: number): void => {
    arrows.forEach((row, i) => row.setAttribute('aria-selected', String(i === place)));
    roveTo(arrows, place);
  };
  element.addEventListener('click', (event) => {
    const place = numberAt(event, 'data-frame');
    if (place !== undefined) onSelect(place);
  });
  element.addEventListener('keydown', (event) => {
    const place = numberAt(event, 'data-frame');
    const next = place === undefined ? undefined : stepOf(event.key, place, arrows.length);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(next);
    arrows[next]?.focus();
  });
  return { element, select };
}

/** One head for each colour: an SVG marker does not inherit that of its line everywhere. */
function tips(): SVGElement {
  const heads = ['sent', 'received', 'guilty'].map((name) => {
    const box = { viewBox: '0 0 10 10', refX: 9, refY: 5, markerWidth: 8, markerHeight: 8, orient: 'auto' };
    const units = { markerUnits: 'userSpaceOnUse' };
    return svg(
      'marker',
      { id: `tip-${name}`, class: `tip ${name}`, ...box, ...units },
      svg('path', { d: 'M0 0 10 5 0 10z' }),
    );
  });
  return svg('defs', {}, ...heads);
}

function lifeline({ name, side, x }: Column, height: number): SVGElement {
  const device = model.run.as === 'mpa' ? 'home agent' : 'MPA';
  const role = side === 'tester' ? 'tester' : device;
  return svg(
    'g',
    { class: `lifeline ${side}` },
    svg('text', { x, y: 14, class: 'role' }, role),
    svg('text', { x, y: 28, class: 'address' }, clip(name, 17)),
    svg('line', { x1: x, y1: 36, x2: x, y2: height - 4 }),
  );
}

function breakAt(y: number, silence: number, { all }: Columns, width: number): SVGElement {
  const lines = all.map(({ x }) => svg('line', { x1: x, y1: y - 4, x2: x, y2: y + gapHeight - 10 }));
  const middle = ((all[0]?.x ?? 0) + (all.at(-1)?.x ?? width)) / 2;
  const text = svg('text', { x: middle, y: y + 10 }, `${duration(silence)} without a frame`);
  return svg('g', { class: 'break' }, ...lines, text);
}

interface Drawing {
  readonly columns: Columns;
  readonly width: number;
  readonly timeWidth: number;
}

function arrow(frame: PageFrame, place: number, y: number, { columns, width, timeWidth }: Drawing): SVGGElement {
  const [x1, x2] = [columns.from(frame), columns.to(frame)];
  const middle = (x1 + x2) / 2;
  const guilty = frame.guilty === true;
  const kind = guilty ? 'guilty' : frame.direction;
  const room = Math.abs(x2 - x1) - 14;
  const fits = Math.floor(room / (guilty ? characterWidth.bold : characterWidth.plain));
  const [above, below] = twoLines(frame, fits);
  const line = y + 24;
  const label = `${timeOf(frame)}, ${frame.direction}, ${frame.summary}${guilty ? ', the verdict rests on this frame' : ''}`;
  const tunnelled = frame.layer === 'udp' ? '' : ' tunnelled';
  return svg(
    'g',
    { class: `arrow ${kind}${tunnelled}`, role: 'option', 'data-frame': place, 'aria-label': label },
    svg('title', {}, label),
    svg('rect', { class: 'band', x: 1, y: y + 1, width: width - 2, height: rowHeight - 2, rx: 4 }),
    svg('text', { class: 'at', x: timeWidth, y: line + 4 }, timeOf(frame)),
    guilty ? svg('path', { class: 'flag', d: `M8 ${line - 6} l10 6 l-10 6z` }) : undefined,
    svg('text', { class: 'summary', x: middle, y: line - 8 }, clip(above, fits)),
    svg('text', { class: 'extensions', x: middle, y: line + 14 }, clip(below, Math.floor(room / characterWidth.plain))),
    svg('line', { x1, y1: line, x2: x2 + Math.sign(x1 - x2), y2: line, 'marker-end': `url(#tip-${kind})` }),
  );
}

/**
 * The summary above and below an arrow: of a message what stands before and behind its first bar, the header and the
 * extensions; of a packet as much as fits and the rest, without the outer addresses, which the lifelines say already.
 */
function twoLines({ summary, source, destination }: PageFrame, fits: number): readonly [string, string] {
  const outer = `${source} > ${destination} `;
  const text = summary.startsWith(outer) ? summary.slice(outer.length) : summary;
  const bar = text.indexOf(' | ');
  if (bar >= 0) return [text.slice(0, bar), text.slice(bar + 3)];
  const blank = text.length <= fits ? -1 : text.lastIndexOf(' ', fits);
  return blank < 0 ? [text, ''] : [text.slice(0, blank), text.slice(blank + 1)];
}

export function timeOf({ at }: PageFrame): string {
  return at < 9999.5 ? `+${Math.round(at)} ms` : `+${(at / 1000).toFixed(1)} s`;
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}
