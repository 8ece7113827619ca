/** Where things are: the build that is measured, the C program, and addresses that nobody else uses. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const inBench = (name) => path.join(root, 'bench', name);

/** Compiled output of grespec; GRESPEC_DIST names another build than the checkout's own. */
export const dist = path.resolve(process.env.GRESPEC_DIST ?? path.join(root, 'dist'));

/** A module of the build that is measured. */
export const load = (name) => import(pathToFileURL(path.join(dist, name)).href);

/** Where what is built and made for the measurements is kept from run to run. */
export const cache = path.join(root, 'node_modules/.cache/grespec-bench');

/** A folder of loopback addresses for this process alone: `127.x.y.` and a number. */
export const loopback = (number) => `127.${64 + (process.pid % 128)}.${(process.pid >> 7) % 250}.${number}`;

/** The first of the programs that can be run; undefined when none is there. */
export const find = (...programs) =>
  programs.find((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined);

/** Builds the C program when it is not there or older than its source. Gives its path, or why there is none. */
export function buildPeer() {
  const program = path.join(cache, 'peer');
  const sources = [inBench('native/peer.c'), inBench('native/md5.h')];
  if (existsSync(program) && sources.every((file) => statSync(file).mtimeMs < statSync(program).mtimeMs)) {
    return { program };
  }
  const compiler = find('cc', 'gcc', 'clang');
  if (compiler === undefined) return { missing: 'no C compiler (Debian: apt-get install gcc libc6-dev)' };
  mkdirSync(cache, { recursive: true });
  const built = spawnSync(compiler, ['-O2', '-o', program, sources[0], '-pthread'], { encoding: 'utf8' });
  return built.status === 0 ? { program } : { missing: `the C program does not compile: ${built.stderr.trim()}` };
}

/** The Python that has scapy, or why there is none. */
export function findScapy() {
  const has = (python) => spawnSync(python, ['-c', 'import scapy.all'], { stdio: 'ignore' }).status === 0;
  const python = ['python3', '/usr/bin/python3'].find(has);
  return python === undefined ? { missing: 'no scapy (Debian: apt-get install python3-scapy)' } : { python };
}
