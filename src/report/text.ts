/** Text for people: made safe to print, measured, wrapped. */

/** Half of a surrogate pair without the other: no text, and refused by most readers of XML and JSON. */
export const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

// Also the marks that turn the direction of writing: with them a peer could make a line read as something else.
const unprintable =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;
const clean = /^[\u0020-\u007e]*$/;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/**
 * Text that a terminal shows and does not obey: what a peer put into a NAI must not move the cursor. Line feeds stay.
 * Without `unicode` all that is not ASCII is escaped too.
 */
export function printable(text: string, unicode = true): string {
  if (clean.test(text)) return text;
  const safe = text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(unprintable, escaped)
    .replace(loneSurrogates, escaped);
  return unicode ? safe : safe.replace(/[^\u0000-\u007f]/gu, escaped); // eslint-disable-line no-control-regex
}

/** As `printable`, and on one line. */
export function oneLine(text: string, unicode = true): string {
  return printable(text, unicode)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

const narrow = /\p{Mn}|\p{Me}|\p{Cf}/u;
// East Asian wide and emoji, by block: near enough for lining up columns.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a text takes on a terminal. */
export function columns(text: string): number {
  if (clean.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += narrow.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** Breaks lines that are too long at blanks, words that are too long anywhere; what fits is left as it is. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => (columns(line) <= width ? [line] : wrapLine(line, Math.max(width, 8))));
}

function wrapLine(line: string, width: number): string[] {
  const own = /^ */.exec(line)?.[0] ?? '';
  // A line deeper than half the width would leave no room for its text.
  const indent = own.length > width / 2 ? '' : own;
  const lines: string[] = [];
  let current = indent;
  let blank = true;
  for (const word of line.trim().split(/ +/)) {
    if (!blank && columns(current) + 1 + columns(word) > width) {
      lines.push(current);
      current = indent;
      blank = true;
    }
    if (!blank) current += ' ';
    for (const piece of pieces(word, width - indent.length)) {
      if (blank || columns(current) + columns(piece) <= width) {
        current += piece;
      } else {
        lines.push(current);
        current = indent + piece;
      }
      blank = false;
    }
  }
  lines.push(current);
  return lines;
}

function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of word) {
    const own = columns(character);
    if (used + own > width) {
      found.push(piece);
      piece = '';
      used = 0;
    }
    piece += character;
    used += own;
  }
  found.push(piece);
  return found;
}

/** Cut to a number of columns, with an ellipsis where something was cut. */
export function clipped(text: string, width: number, ellipsis: string): string {
  if (columns(text) <= width) return text;
  let kept = '';
  let used = columns(ellipsis);
  for (const character of text) {
    used += columns(character);
    if (used > width) break;
    kept += character;
  }
  return kept + ellipsis;
}

export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** Rows of 16 octets: offset, octets, and (if asked for) the octets that are ASCII. */
export function hexRows(hex: string, withText: boolean): string[] {
  const octets = hex.match(/../g) ?? [];
  const rows: string[] = [];
  for (let at = 0; at < octets.length; at += 16) {
    const row = octets.slice(at, at + 16);
    const left = `${at.toString(16).padStart(4, '0')}  ${row.slice(0, 8).join(' ')}  ${row.slice(8).join(' ')}`;
    rows.push(withText ? `${left.padEnd(6 + 48)}  |${row.map(character).join('')}|` : left.trimEnd());
  }
  return rows;
}

function character(octet: string): string {
  const code = Number.parseInt(octet, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
}
