/**
 * `--suite FILE`: suites of the user's own. Such a file stands anywhere and imports nothing of grespec: it exports a
 * function, which is handed the same verbs that the suites of grespec use and gives sections back.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AssertionError, expect } from 'chai';
import { hexKey } from '../oracle/exchange.js';
import { catalogue, documents } from '../spec/catalogue.js';
import { defaultPics } from '../spec/config.js';
import { HarnessError } from '../spec/errors.js';
import { knobs } from '../spec/knobs.js';
import * as bends from '../tester/bend.js';
import { type CaseDefinition, mpaSection, section, type SectionDefinition } from '../tester/case.js';
import { greKeyOf } from '../tester/grant.js';
import { Inconclusive, Skipped, Violation } from '../tester/outcome.js';
import { draftModes, modes } from '../tester/request.js';
import { replyCodes } from '../wire/reply-codes.js';
import { messageOf, quoted, usageError } from './cli-error.js';
import { linesOf } from './config/write.js';
import { didYouMean } from './nearest.js';

/** What the function of a suite file is handed. Part of the contract of grespec: names are not taken away. */
export const toolkit = { section, mpaSection, modes, draftModes, bends, replyCodes, hexKey, greKeyOf, expect } as const;
export type Toolkit = typeof toolkit;

/** Loads the files anew each time, so that --watch sees what was changed. */
export async function loadSuites(
  files: readonly string[],
  known: readonly SectionDefinition[],
): Promise<readonly SectionDefinition[]> {
  const ids = new Map<string, string>(known.flatMap(({ cases }) => cases.map(({ id }) => [id, 'grespec'] as const)));
  const loaded: SectionDefinition[] = [];
  for (const file of files) {
    for (const one of await load(file)) {
      checkSection(one, file);
      for (const definition of one.cases) {
        const owner = ids.get(definition.id);
        if (owner !== undefined) throw wrong(file, `the case id ${definition.id} is taken: ${owner} has it already`);
        ids.set(definition.id, file);
      }
      loaded.push({ ...one, cases: one.cases.map((definition) => withPlaces(definition, file)) });
    }
  }
  return loaded;
}

/** What a case throws that is no verdict is a mistake in the file, and shown with its line. */
function withPlaces(definition: CaseDefinition, file: string): CaseDefinition {
  const placed =
    <T>(run: (t: T) => Promise<void>) =>
    async (t: T): Promise<void> => {
      try {
        await run(t);
      } catch (error) {
        if (isVerdict(error)) throw error;
        const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        throw new HarnessError('suite', `${file}: ${text}${placeOf(error, file)}`);
      }
    };
  return definition.dut === 'ha'
    ? { ...definition, run: placed(definition.run) }
    : { ...definition, run: placed(definition.run) };
}

function isVerdict(error: unknown): boolean {
  return [Violation, Inconclusive, Skipped, HarnessError, AssertionError].some((kind) => error instanceof kind);
}

function wrong(file: string, message: string): Error {
  return usageError(`${file}: ${message}`);
}

const howTo = 'export default ({ section }) => section(...), see: docs/writing-a-suite.md';

let loads = 0;

async function load(file: string): Promise<readonly SectionDefinition[]> {
  const url = pathToFileURL(path.resolve(file));
  url.searchParams.set('load', String(++loads));
  let made: unknown;
  try {
    const module = (await import(url.href)) as { readonly default?: unknown };
    if (typeof module.default !== 'function') throw wrong(file, `it has no function as default export; ${howTo}`);
    made = await (module.default as (tools: Toolkit) => unknown)(toolkit);
  } catch (error) {
    if (error instanceof Error && error.name === 'CliError') throw error;
    throw wrong(file, `it cannot be loaded: ${whyUnloadable(error, file)}`);
  }
  const sections: readonly unknown[] = Array.isArray(made) ? made : [made];
  if (sections.length === 0 || !sections.every(isSection))
    throw wrong(file, `its function gives no sections; ${howTo}`);
  return sections;
}

function whyUnloadable(error: unknown, file: string): string {
  if (!existsSync(file)) return 'there is no such file';
  const text = messageOf(error).split('\n')[0] ?? '';
  // node tells where a module was wanted; that this file is wanted here is no news
  return `${text.replace(/ imported from .*$/, '')}${placeOf(error, file) || syntaxPlaceOf(error, file)}`;
}

/** Node keeps the line of a syntax error to itself, unless it checks the file and nothing else. */
function syntaxPlaceOf(error: unknown, file: string): string {
  if (!(error instanceof SyntaxError)) return '';
  const { stderr } = spawnSync(process.execPath, ['--check', path.resolve(file)], { encoding: 'utf8' });
  const [, line] = /:(\d+)\n/.exec(stderr) ?? [];
  return line === undefined ? '' : ` (line ${line})`;
}

/** The line of the file where an error was thrown. */
function placeOf(error: unknown, file: string): string {
  if (!(error instanceof Error)) return '';
  const [, line] = new RegExp(
    `${path.basename(file).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:\\?load=\\d+)?:(\\d+)`,
  ).exec(error.stack ?? '') ?? [undefined, undefined];
  return line === undefined ? '' : ` (line ${line})`;
}

function isSection(value: unknown): value is SectionDefinition {
  return (
    typeof value === 'object' && value !== null && 'key' in value && 'cases' in value && Array.isArray(value.cases)
  );
}

const requirementIds = new Set(catalogue.map(({ id }) => id));
const picsItems = new Set(linesOf({ pics: { ...defaultPics } }).map(({ setting }) => setting.replace(/^pics\./, '')));
const knobNames = new Set<string>(knobs.map(({ name }) => name));

/** JavaScript checks nothing by itself, so what the compiler sees in the suites of grespec is looked at here. */
function checkSection({ key, dut, document, cases }: SectionDefinition, file: string): void {
  const text = String(key);
  if (!new RegExp(`^${dut}/[a-z0-9][a-z0-9.-]*$`).test(text)) {
    throw wrong(file, `the section key ${quoted(text)} is not ${dut}/NAME, for example ${dut}/lab`);
  }
  if (!Object.hasOwn(documents, String(document))) {
    throw wrong(
      file,
      `${text}: there is no document ${quoted(String(document))}; there are ${Object.keys(documents).join(', ')}`,
    );
  }
  if (cases.length === 0) throw wrong(file, `the section ${text} has no cases`);
  for (const definition of cases) checkCase(definition, file);
}

function checkCase(definition: CaseDefinition, file: string): void {
  const { id, title, covers, needs = [], refuses = [], knobs: wanted = {}, run } = definition;
  const each = (what: string, given: readonly unknown[], known: ReadonlySet<string>): void => {
    for (const name of given.map(String)) {
      if (known.has(name)) continue;
      throw wrong(
        file,
        `${id}: there is no ${what} ${quoted(name)}; ${didYouMean(name, known, 'see: grespec explain ID')}`,
      );
    }
  };
  if (!/\/[0-9]+$/.test(id))
    throw wrong(file, `the case id ${quoted(id)} does not end with a number, for example '01'`);
  if (typeof title !== 'string' || title.trim() === '') throw wrong(file, `${id} has no title`);
  if (typeof run !== 'function')
    throw wrong(file, `${id} has no body: test(NUMBER, TITLE, OPTIONS, async (t) => { ... })`);
  if (!Array.isArray(covers) || covers.length === 0) {
    throw wrong(file, `${id} covers no requirement: covers: ['TS-20'] says what it may find violated`);
  }
  each('requirement', covers, requirementIds);
  each('PICS item', [...needs, ...refuses], picsItems);
  each('knob', Object.keys(wanted), knobNames);
}
