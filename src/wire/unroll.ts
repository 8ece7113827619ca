/**
 * A layout's list of fields written out as one function. Going through the list costs several times more: in a loop every
 * access to a value is by a name that changes, and no call is to the same field twice.
 */
import type { Reader, Writer } from './cursor.js';
import type { AnyField, Part, Values } from './layout.js';

/** Reads all fields into a new value, which begins with `lead`: the values of the names that were given with the parts. */
export type ReadAll = (reader: Reader, context: unknown, ...lead: readonly unknown[]) => Values;
export type WriteAll = (writer: Writer, given: Values, context: unknown) => void;

/** For the names of this program only: they become part of its code. */
const named = (name: string): string => JSON.stringify(name);

/** Makes a function of source text, in which `f[0]` and so on are written `f0`. */
function made<F>(fields: readonly AnyField[], args: readonly string[], lines: readonly string[]): F {
  const names = fields.map((_, i) => `f${i}`);
  const source = `'use strict'; return (${args.join(', ')}) => {\n${lines.join('\n')}\n};`;
  // no text of a peer or user can be in it: only names that the layouts of this program give to their fields
  return (new Function(...names, source) as (...fields: readonly AnyField[]) => F)(...fields);
}

/** After a fault the reader has an issue, and what is returned is not to be used. */
export function readAll(parts: readonly Part[], lead: readonly string[] = []): ReadAll {
  const fields: AnyField[] = [];
  const always = parts.flatMap((part) => ('when' in part ? [] : [part.name]));
  const first = [
    ...lead.map((name, i) => `${named(name)}: lead${i}`),
    ...always.map((name) => `${named(name)}: undefined`),
  ];
  const line = (field: AnyField): string => {
    const at = fields.push(field) - 1;
    const name = named(field.name);
    return `if (reader.issue === undefined) value[${name}] = f${at}.read(reader, ${name}, value, context);`;
  };
  const lines = parts.map((part) => {
    if (!('when' in part)) return line(part);
    const at = fields.push(part as unknown as AnyField) - 1;
    return `if (reader.issue === undefined && f${at}.when(value)) {\n${part.fields.map(line).join('\n')}\n}`;
  });
  const args = ['reader', 'context', ...lead.map((_, i) => `lead${i}`)];
  return made(fields, args, [`const value = { ${first.join(', ')} };`, ...lines, 'return value;']);
}

/** Makes values with every field that there may be, all undefined. */
export function blanks(parts: readonly Part[]): () => Record<string, unknown> {
  const names = parts.flatMap((part) => ('when' in part ? part.fields.map(({ name }) => name) : [part.name]));
  return made([], [], [`return { ${names.map((name) => `${named(name)}: undefined`).join(', ')} };`]);
}

/** For fields that do not depend on each other: what is left out gets its default. */
export function writeAll(fields: readonly AnyField[]): WriteAll {
  const lines = fields.map((field, i) => {
    const own = `given[${named(field.name)}]`;
    const initial = typeof field.initial === 'function' ? `f${i}.initial(given)` : `f${i}.initial`;
    return `f${i}.write(writer, ${own} === undefined ? ${initial} : ${own}, given, context);`;
  });
  return made(fields, ['writer', 'given', 'context'], lines);
}
