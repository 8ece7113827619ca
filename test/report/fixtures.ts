/** Files beside the tests that the compiler does not copy, and texts kept to be compared with. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** Compiled into `dist`, this file is three folders below the package; compiled elsewhere, tests start in the package. */
const homes = [fileURLToPath(new URL('../../../test/report/', import.meta.url)), resolve('test/report')];

export function fixturePath(name: string): string {
  const home = homes.find((folder) => existsSync(resolve(folder, 'jenkins-junit.xsd')));
  if (home === undefined) throw new Error(`test/report not found, looked in ${homes.join(' and ')}`);
  return resolve(home, name);
}

/** With UPDATE_GOLDEN=1 in the environment the kept text is written anew; look at the difference before keeping it. */
export function expectGolden(name: string, text: string): void {
  const path = fixturePath(`golden/${name}.golden`);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).to.equal(readFileSync(path, 'utf8'));
}
