/** `npm test`: formatting, lint, the quick selfcheck, then the tests. Arguments go to mocha: `npm test -- --grep selectors`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { inRoot, readJson } from './setup/tools.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'grespec-test-'));
const countsFile = path.join(folder, 'counts.json');
const prettierCache = inRoot('node_modules/.cache/prettier');

const checks = [
  [
    'format',
    'node_modules/prettier/bin/prettier.cjs',
    ['--check', '--log-level=warn', '--cache', '--cache-location', prettierCache, '.'],
  ],
  ['lint', 'node_modules/eslint/bin/eslint.js', ['--max-warnings=0', '.']],
  ['selfcheck', 'dist/src/cli/main.js', ['selfcheck', '--quick']],
];
const mocha = [
  'node_modules/mocha/bin/mocha.js',
  [...(process.env.CI ? ['--forbid-only'] : []), ...process.argv.slice(2)],
];

/** Runs a script of ours or of node_modules; true when it ended with 0. */
function run(program, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [inRoot(program), ...args], {
      cwd: inRoot('.'),
      stdio: 'inherit',
      env: { ...process.env, GRESPEC_TEST_COUNTS: countsFile },
    });
    child.on('exit', (code) => resolve(code === 0));
  });
}

const failedChecks = [];
for (const [name, program, args] of checks) if (!(await run(program, args))) failedChecks.push(name);
const testsPassed = await run(...mocha);
const { passed = 0, failed = 0, skipped = 0 } = readJson(countsFile);
// A test run that ends badly without a failed test did not get to its end.
if (!testsPassed && failed === 0) failedChecks.push('mocha');
rmSync(folder, { recursive: true });

if (failedChecks.length > 0) console.log(`grespec: failed besides tests: ${failedChecks.join(', ')}`);
console.log(`grespec: ${passed} passed, ${failed + failedChecks.length} failed, ${skipped} skipped`);
process.exitCode = testsPassed && failedChecks.length === 0 ? 0 : 1;
