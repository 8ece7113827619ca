/** How a report for people looks: colours, marks and lines, and their plain counterparts. */
import type { Verdict } from '../spec/types.js';

export interface Look {
  /** ANSI colours. */
  readonly colour: boolean;
  /** False where the terminal is not UTF-8: everything is then ASCII. */
  readonly unicode: boolean;
  /** Columns. */
  readonly width: number;
}

/** For text that ends up in a file. */
export const plain: Look = { colour: false, unicode: true, width: 110 };

const inks = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;
export type Ink = keyof typeof inks;

export function paint(look: Look, text: string, ...with_: readonly Ink[]): string {
  if (!look.colour || text === '') return text;
  return with_.reduce((painted, ink) => `\u001b[${inks[ink][0]}m${painted}\u001b[${inks[ink][1]}m`, text);
}

export const verdictInk = {
  pass: 'green',
  fail: 'red',
  warn: 'yellow',
  inconclusive: 'magenta',
  skip: 'cyan',
  error: 'red',
} as const satisfies Record<Verdict, Ink>;

interface Signs {
  readonly marks: Readonly<Record<Verdict, string>>;
  /** In place of the mark where the baseline of the run accepts the verdict. */
  readonly known: string;
  readonly sent: string;
  readonly received: string;
  readonly guilty: string;
  readonly bar: string;
  readonly ellipsis: string;
  readonly none: string;
  readonly rule: string;
  readonly dot: string;
  readonly full: string;
  readonly empty: string;
}

const pretty: Signs = {
  marks: { pass: '✔', fail: '✘', warn: '⚠', inconclusive: '?', skip: '–', error: '‼' },
  known: '≈',
  sent: '→',
  received: '←',
  guilty: '▶',
  bar: '│',
  ellipsis: '…',
  none: '·',
  rule: '─',
  dot: '·',
  full: '█',
  empty: '░',
};

// Words, not single letters: they can be searched for in a log.
const ascii: Signs = {
  marks: { pass: 'ok', fail: 'FAIL', warn: 'WARN', inconclusive: '????', skip: 'skip', error: 'ERR!' },
  known: 'know',
  sent: '->',
  received: '<-',
  guilty: '>',
  bar: '|',
  ellipsis: '...',
  none: '-',
  rule: '-',
  dot: '-',
  full: '#',
  empty: '.',
};

export function signs(look: Look): Signs {
  return look.unicode ? pretty : ascii;
}
