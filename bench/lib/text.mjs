/** Numbers and tables as the results show them. */
import { median } from './compare.mjs';

export function number(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} k`;
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

export const bytes = (value) =>
  value >= 1e9
    ? `${(value / 1e9).toFixed(2)} GB`
    : value >= 1e6
      ? `${(value / 1e6).toFixed(0)} MB`
      : value >= 1e4
        ? `${(value / 1e3).toFixed(0)} kB`
        : `${value.toFixed(0)} octets`;

const short = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

export const ratioText = (r) =>
  r === undefined ? 'not measured' : `${short(r.median)} (${short(r.least)}..${short(r.most)})`;

/** A rate as its median over the rounds, or why there is none. */
export const rateText = (one) => (one?.rates.length ? number(median(one.rates)) : (one?.failed ?? 'not measured'));

/** A Markdown table, padded as prettier pads it; every column but the first is numbers unless told otherwise. */
export function table(heads, rows) {
  const all = [heads, ...rows].map((row) =>
    row.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')),
  );
  const widths = heads.map((_, column) => Math.max(3, ...all.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(all[0]), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...all.slice(1).map(line)].join(
    '\n',
  );
}
