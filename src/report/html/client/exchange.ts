/** The frames of a case: the ladder, and below it the frame that is looked at. Drawn for the width at hand. */
import type { PageCase, PageFrame } from '../page-model.js';
import { el } from './dom.js';
import { plural } from './format.js';
import { frameView } from './frame.js';
import { ladder } from './ladder.js';

/** Empty until it is in the page and its width is known. */
export function exchangeView(one: PageCase, frames: readonly PageFrame[]): HTMLElement {
  const drawing = el('div', { class: 'drawing' });
  const legend = el('p', { class: 'legend dim' }, ...legendOf(frames, one.framesOmitted ?? 0));
  const below = el('div', {});
  const element = el('div', { class: 'exchange' }, drawing, legend, below);
  const guilty = frames.findIndex((frame) => frame.guilty === true);
  let place = Math.max(0, guilty);
  let width = 0;

  const draw = (): void => {
    const diagram = ladder(frames, width, (picked) => {
      place = picked;
      showFrame();
    });
    const showFrame = (): void => {
      diagram.select(place);
      const frame = frames[place];
      if (frame) below.replaceChildren(frameView(frame, place, width));
    };
    drawing.replaceChildren(diagram.element);
    showFrame();
    // Only within the drawing: the page itself stays where the reader is.
    const arrow = diagram.element.querySelector('[aria-selected="true"]')?.getBoundingClientRect();
    if (arrow) drawing.scrollTop += arrow.bottom - drawing.getBoundingClientRect().bottom + 40;
  };
  new ResizeObserver(() => {
    const now = Math.floor(drawing.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    draw();
  }).observe(drawing);
  return element;
}

function legendOf(frames: readonly PageFrame[], omitted: number): string[] {
  const texts = ['Solid: Mobile IP messages.'];
  if (frames.some(({ layer }) => layer !== 'udp')) texts.push('Dashed: whole packets, as in tunnels.');
  if (frames.some(({ guilty }) => guilty === true)) texts.push('▶ marks the frame that the verdict rests on.');
  if (omitted > 0) texts.push(`${plural(omitted, 'frame')} more, not kept.`);
  return [texts.join(' ')];
}
