import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { inRoot, readJson, runs, say, writeJson } from './tools.mjs';

const lockFile = inRoot('package-lock.json');
/** Written by npm when it has finished. */
const installedMark = inRoot('node_modules/.package-lock.json');
const memory = inRoot('node_modules/.grespec-npm.json');
/** What building the optional package cap needs. */
const neededByCap = ['libpcap-dev', 'g++', 'make', 'python3'];

/** `npm ci` when node_modules is missing, older than the lock file, or lacks cap although it can be built now. */
export function installNpmPackages(missingSystemPackages) {
  const capCanBeBuilt = !neededByCap.some((name) => missingSystemPackages.includes(name));
  const reason = whyInstall(capCanBeBuilt);
  if (reason === undefined) return true;
  say(`npm ci (${reason})`);
  if (!npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'])) {
    say('npm ci failed, see above; it needs the npm registry and write access to this folder');
    return false;
  }
  writeJson(memory, { lock: digestOfLock(), capTried: capCanBeBuilt });
  if (!existsSync(inRoot('node_modules/cap')))
    say('the optional package cap could not be built; only Ethernet links need it');
  return true;
}

function whyInstall(capCanBeBuilt) {
  if (!existsSync(installedMark)) return 'node_modules is missing';
  const { lock, capTried = true } = readJson(memory);
  const isOlder = statSync(installedMark).mtimeMs < statSync(lockFile).mtimeMs;
  if (isOlder && lock !== digestOfLock()) return 'package-lock.json has changed';
  const hasCap = existsSync(inRoot('node_modules/cap'));
  return !hasCap && capCanBeBuilt && !capTried ? 'cap can be built now' : undefined;
}

function digestOfLock() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/** The npm that runs us where there is one: it need not be in the path. */
function npm(args) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? runs(process.execPath, [cli, ...args]) : runs('npm', args);
}
