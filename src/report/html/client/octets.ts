/** Octets in rows, with offset and ASCII; any of them can be lit. */
import { el } from './dom.js';

export interface Octets {
  readonly element: HTMLElement;
  /** Lights octets; those of the field that has the focus stay `held` while others are pointed at. */
  readonly light: (name: 'lit' | 'held', offset: number, length: number) => void;
}

export function octets(hex: string, perRow: number): Octets {
  const element = el('div', { class: 'hex', role: 'group', 'aria-label': 'Octets' });
  element.style.setProperty('--digits', `${3 * perRow + (perRow > 8 ? 1 : 0)}ch`);
  const cells: (readonly [HTMLElement, HTMLElement])[] = [];
  for (let start = 0; 2 * start < hex.length; start += perRow) {
    const digits: HTMLElement[] = [];
    const characters: HTMLElement[] = [];
    for (let at = start; at < start + perRow && 2 * at < hex.length; at++) {
      const octet = hex.slice(2 * at, 2 * at + 2);
      const pair = [
        el('span', { 'data-octet': at }, octet),
        el('span', { 'data-octet': at }, characterOf(octet)),
      ] as const;
      cells.push(pair);
      digits.push(pair[0]);
      characters.push(pair[1]);
    }
    const offset = el('span', { class: 'offset' }, start.toString(16).padStart(4, '0'));
    const row = [offset, el('span', { class: 'digits' }, ...digits), el('span', { class: 'ascii' }, ...characters)];
    element.append(el('div', { class: 'hexrow' }, ...row));
  }

  const lit: Record<'lit' | 'held', readonly [number, number]> = { lit: [0, 0], held: [0, 0] };
  const paint = (name: 'lit' | 'held', on: boolean): void => {
    for (const pair of cells.slice(...lit[name])) for (const cell of pair) cell.classList.toggle(name, on);
  };
  return {
    element,
    light(name, offset, length) {
      paint(name, false);
      lit[name] = [offset, offset + length];
      paint(name, true);
    },
  };
}

function characterOf(octet: string): string {
  const code = Number.parseInt(octet, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
}
