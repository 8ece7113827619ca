/** Writes a configuration file for people: each setting with what is known of it, and what is not known as a comment. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { wrap } from '../../report/text.js';
import schema from '../config.schema.json' with { type: 'json' };
import type { ConfigInput } from './input.js';

export type ConfigValue = boolean | number | string | readonly string[];

/** A setting, or a remark in its place. */
export interface ConfigLine {
  /** Dotted name, for example `pics.homeLink.arp`. */
  readonly setting: string;
  /** Absent: the line is a remark only. */
  readonly value?: ConfigValue;
  readonly comment?: string;
  /** Written as a comment: for a person to decide. */
  readonly isOff?: boolean;
}

/** Settings of a configuration, by dotted name, as the user gave them. */
export function linesOf(given: ConfigInput): ConfigLine[] {
  const leaves = (value: unknown, setting: string): ConfigLine[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([name, part]) => leaves(part, setting === '' ? name : `${setting}.${name}`))
      : value === undefined
        ? []
        : [{ setting, value: value as ConfigValue }];
  return leaves(given, '');
}

interface Branch {
  readonly lines: ConfigLine[];
  readonly below: Map<string, Branch>;
}

const widest = 110;

/** `file` is where the text will be: editors find the schema from there. */
export function configText(heading: string, lines: readonly ConfigLine[], file: string): string {
  const head = [`# yaml-language-server: $schema=${schemaFor(file)}`, ...remark(heading, '')];
  return `${[...head, ...bodyOf(treeOf(lines), '', { spaced: true })].join('\n')}\n`;
}

/** Relative where that does not climb out of the folder, so that the file can be kept with a checkout. */
function schemaFor(file: string): string {
  const own = fileURLToPath(new URL('../config.schema.json', import.meta.url));
  const relative = path.relative(path.dirname(path.resolve(file)), own);
  return relative.startsWith('..') ? own : `./${relative}`;
}

function treeOf(lines: readonly ConfigLine[]): Branch {
  const root: Branch = { lines: [], below: new Map() };
  for (const line of [...lines].sort((a, b) => rank(a.setting) - rank(b.setting))) {
    let branch = root;
    for (const name of line.setting.split('.')) {
      const next = branch.below.get(name) ?? { lines: [], below: new Map<string, Branch>() };
      branch.below.set(name, next);
      branch = next;
    }
    branch.lines.push(line);
  }
  return root;
}

const order = Object.keys(schema.properties);

/** Groups stand in the order of the schema; within a group, lines stay as they came. */
function rank(setting: string): number {
  return order.indexOf(setting.split('.')[0] ?? '');
}

/** `allOn` writes also what is off as settings: for a group that becomes a comment as a whole. */
function bodyOf({ below }: Branch, indent: string, { spaced = false, allOn = false } = {}): string[] {
  return [...below].flatMap(([name, branch]) => {
    const own = branch.lines.flatMap((line) => leaf(name, allOn ? { ...line, isOff: false } : line, indent));
    const inner = branch.below.size === 0 ? [] : group(name, branch, indent, allOn);
    return [...(spaced ? [''] : []), ...own, ...inner];
  });
}

function leaf(name: string, { value, comment = '', isOff }: ConfigLine, indent: string): string[] {
  const words = comment === '' ? [] : remark(value === undefined ? `${name}: ${comment}` : comment, indent);
  if (value === undefined) return words;
  return [...words, `${indent}${isOff ? '# ' : ''}${name}: ${valueText(value)}`];
}

/** A group in which nothing is set is a comment as a whole; without its first marks it is a group again. */
function group(name: string, branch: Branch, indent: string, allOn: boolean): string[] {
  if (allOn || isSet(branch)) return [`${indent}${name}:`, ...bodyOf(branch, `${indent}  `, { allOn })];
  return [`${name}:`, ...bodyOf(branch, '  ', { allOn: true })].map((line) => `${indent}# ${line}`);
}

function isSet({ lines, below }: Branch): boolean {
  return lines.some(({ value, isOff }) => value !== undefined && !isOff) || [...below.values()].some(isSet);
}

function remark(text: string, indent: string): string[] {
  return wrap(text, widest - indent.length - 2).map((line) => `${indent}# ${line}`.trimEnd());
}

function valueText(value: ConfigValue): string {
  if (typeof value === 'object') return `[${value.map((item) => valueText(item)).join(', ')}]`;
  return stringify(value, { lineWidth: 0 }).trimEnd();
}
