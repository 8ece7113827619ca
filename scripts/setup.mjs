/**
 * Makes a checkout ready to run: packages of the system, packages of npm, compiled output. Needs nothing but Node, and
 * does nothing when nothing changed. With `--tests` also what only tests need. Used by `npm start`, `npm test` and .ci/run.
 */
import process from 'node:process';
import { build } from './setup/build.mjs';
import { installNpmPackages } from './setup/npm-packages.mjs';
import { installSystemPackages } from './setup/system-packages.mjs';
import { inRoot, say } from './setup/tools.mjs';

/** Enough of a semantic version for `engines.node`: `>=20.19`. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return true;
  say(`Node ${process.versions.node} is too old, grespec needs 20.19 or newer; see https://nodejs.org/en/download`);
  return false;
}

process.chdir(inRoot('.'));
const ready =
  checkNode() && installNpmPackages(installSystemPackages({ forTests: process.argv.includes('--tests') })) && build();
process.exitCode = ready ? 0 : 1;
