/** Checks the shape of a configuration against its JSON Schema, and words what is wrong. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { quoted, usageError } from '../cli-error.js';
import schema from '../config.schema.json' with { type: 'json' };
import { didYouMean } from '../nearest.js';
import type { ConfigInput, Path, Source } from './input.js';

const validate = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }).compile<ConfigInput>(schema);

interface Fault {
  readonly path: Path;
  /** Left out where the place is the name already. */
  readonly subject?: string;
  readonly message: string;
}

/** The configuration, when its shape is right; otherwise throws the first thing that is wrong, with its place. */
export function checkShape(source: Source): ConfigInput {
  return checkAgainst(validate, source, 'the configuration');
}

/** As `checkShape` for another schema; `whole` is what messages call all of it. */
export function checkAgainst<T>(fits: ValidateFunction<T>, source: Source, whole: string): T {
  const { value, locate, placeIsName = false } = source;
  if (fits(value)) return value;
  const faults = (fits.errors ?? []).flatMap((error) => faultOf(error, whole) ?? []);
  const [first] = faults.map((fault) => ({ ...fault, where: locate(fault.path) })).sort(byPlace);
  // Patterns alone: the checks of the values word them better.
  if (!first) return value as T;
  const { where, subject, message } = first;
  throw usageError(
    placeIsName && subject !== undefined
      ? `${where} ${message}`
      : `${where}: ${subject === undefined ? '' : `${subject} `}${message}`,
  );
}

function byPlace(a: { where: string }, b: { where: string }): number {
  return a.where.localeCompare(b.where, undefined, { numeric: true });
}

const types: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  string: 'text',
  array: 'a list',
  object: 'a group of settings',
};

function faultOf(error: ErrorObject, whole: string): Fault | undefined {
  const { keyword, instancePath, params, schema: rule, data, parentSchema } = error;
  const path = instancePath.split('/').slice(1).map(unescapePointer);
  const name = path.length === 0 ? whole : path.join('.');
  const must = (what: string): Fault => ({ path, subject: name, message: `must be ${what}${givenAs(path, data)}` });
  switch (keyword) {
    case 'additionalProperties': {
      const key = String((params as { additionalProperty?: unknown }).additionalProperty);
      const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
      const help = didYouMean(key, known, `known here: ${known.join(', ')}`);
      return { path: [...path, key], message: `unknown setting ${quoted([...path, key].join('.'))}; ${help}` };
    }
    case 'required': {
      const missing = String((params as { missingProperty?: unknown }).missingProperty);
      return { path, subject: name, message: `has no ${quoted(missing)}` };
    }
    case 'enum':
      return must(`one of ${(rule as readonly string[]).join(', ')}`);
    case 'minimum':
      return must(`at least ${String(rule)}${path.at(-1) === 'spi' ? ' (0 to 255 are reserved)' : ''}`);
    case 'maximum':
      return must(`at most ${String(rule)}`);
    case 'minLength':
    case 'minItems':
      return { path, subject: name, message: 'is empty' };
    case 'type':
      return must(`${typeWords(path, rule)}${rangeWords(parentSchema)}`);
    // Checked again, with better words, where the value is read.
    case 'pattern':
      return undefined;
    default:
      return { path, subject: name, message: `is wrong: ${keyword} ${JSON.stringify(params)}` };
  }
}

function typeWords(path: Path, rule: unknown): string {
  if (path[0] === 'local' && path.length === 1) return 'an address or a list of addresses';
  if (path.at(-1) === 'key') return 'text (hex, env:NAME or file:PATH)';
  return [rule]
    .flat()
    .map((type) => types[String(type)] ?? String(type))
    .join(' or ');
}

/** Of a number that has one. */
function rangeWords(schema: ErrorObject['parentSchema']): string {
  const { minimum, maximum } = (schema ?? {}) as { readonly minimum?: number; readonly maximum?: number };
  return minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
}

/** Shows a wrong value, but nothing that could be a key. */
function givenAs(path: Path, data: unknown): string {
  if (path.includes('securityAssociations') && path.at(-1) !== 'spi') return '';
  if (typeof data === 'object') return '';
  return `, not ${typeof data === 'string' ? quoted(data) : String(data)}`;
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
