/** In which source file a case is declared. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseResult } from '../report/result.js';

const compiled = fileURLToPath(new URL('../../suites', import.meta.url));
/** Next to dist, of which this file is part. */
const root = fileURLToPath(new URL('../../..', import.meta.url));

interface SuiteFile {
  readonly source: string;
  readonly text: string;
}

let all: readonly SuiteFile[] | undefined;

/** An absolute path; undefined for what is no case of a suite. */
export function suiteFileOf({ id, title, dut }: Pick<CaseResult, 'id' | 'title' | 'dut'>): string | undefined {
  all ??= (['ha', 'mpa'] as const).flatMap((folder) =>
    readdirSync(path.join(compiled, folder))
      .filter((name) => name.endsWith('.suite.js'))
      .map((name) => ({
        source: path.join(root, 'suites', folder, name.replace(/js$/, 'ts')),
        text: readFileSync(path.join(compiled, folder, name), 'utf8'),
      })),
  );
  const key = id.split('/').slice(0, -1).join('/');
  const ofSection = all.filter(({ source, text }) => source.includes(`/${dut}/`) && text.includes(`'${key}'`));
  return (ofSection.find(({ text }) => text.includes(title)) ?? ofSection[0])?.source;
}
