/** The kill matrix as text and as Markdown. */
import { plural } from '../../report/totals.js';
import type { FaultRow, Matrix } from './matrix.js';

/** The matrix by fault, then what is wrong with it. */
export function asText(title: string, m: Matrix, all: boolean): string {
  const lines = [title, ''];
  if (all) for (const row of m.faults) lines.push(faultLine(row));
  if (all) lines.push('');
  const list = (heading: string, items: readonly string[]): void => {
    lines.push(`${items.length === 0 ? 'none ' : `${String(items.length).padStart(4)} `} ${heading}`);
    for (const item of items) lines.push(`       ${item}`);
  };
  list('faults that no case notices', m.missed.map(describe));
  list(
    'faults noticed only by cases about something else',
    m.elsewhere.map((row) => `${describe(row)}: ${few(row.others)}`),
  );
  list('cases that no fault turns red', m.unproven);
  list(
    'false alarms',
    m.falseAlarms.map((f) => `${f.device}: ${f.id} ${f.verdict}: ${f.reason}`),
  );
  lines.push(
    '',
    `${plural(m.faults.length, 'fault')}, ${plural(m.variants, 'correct device')}, ${plural(m.cases, 'case')}`,
    '',
  );
  return lines.join('\n');
}

const describe = (row: FaultRow): string => `${row.id} (breaks ${row.breaks}): ${row.sentence}`;

const few = (ids: readonly string[]): string =>
  ids.length <= 6 ? ids.join(' ') : `${ids.slice(0, 6).join(' ')} and ${ids.length - 6} more`;

function faultLine(row: FaultRow): string {
  const others = row.others.length > 0 ? ` | ${few(row.others)}` : '';
  return `${row.id.padEnd(34)} ${row.breaks.padEnd(6)} ${few(row.own) || '-'}${others}`;
}

export function asMarkdown(title: string, m: Matrix): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return [
    `# ${title}`,
    '',
    `${plural(m.faults.length, 'fault')}, ${plural(m.variants, 'correct device')}, ${plural(m.cases, 'case')}.`,
    '',
    '| fault | breaks | what the device does | cases of that requirement | other cases |',
    '| --- | --- | --- | --- | --- |',
    ...m.faults.map(
      (r) => `| ${r.id} | ${r.breaks} | ${cell(r.sentence)} | ${r.own.join(' ')} | ${r.others.join(' ')} |`,
    ),
    '',
    ...section('Faults that no case notices', m.missed.map(describe)),
    ...section('Faults noticed only elsewhere', m.elsewhere.map(describe)),
    ...section('Cases that no fault turns red', m.unproven),
    ...section(
      'False alarms',
      m.falseAlarms.map((f) => `${f.device}: ${f.id} ${f.verdict}: ${f.reason}`),
    ),
  ].join('\n');
}

const section = (heading: string, items: readonly string[]): string[] => [
  `## ${heading}`,
  '',
  ...(items.length === 0 ? ['None.'] : items.map((item) => `- ${item}`)),
  '',
];
