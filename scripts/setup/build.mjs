import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { inRoot, readJson, runs, say, writeJson } from './tools.mjs';

const dist = inRoot('dist');
const buildInfo = path.join(dist, '.tsbuildinfo');
const stamp = path.join(dist, '.grespec-build.json');
const sourceFolders = ['src', 'suites', 'test'];
const compiler = inRoot('node_modules/typescript/bin/tsc');
/** The script of the HTML report is compiled apart: only there are the names of a browser known. */
const projects = ['tsconfig.json', 'src/report/html/client'];

/** Compiles when a source changed since the last good build, and removes output whose source is gone. */
export function build() {
  const sources = filesBelow(sourceFolders.map(inRoot)).filter((file) => /\.(ts|json)$/.test(file));
  const state = stateOf([...sources, inRoot('tsconfig.json'), inRoot('node_modules/.package-lock.json')]);
  const outputs = filesBelow(sourceFolders.map((folder) => path.join(dist, folder)));
  for (const file of outputs) if (!sourcesOf(file).some((source) => existsSync(source))) rmSync(file);
  const isComplete = sources.every((file) => !file.endsWith('.ts') || existsSync(outputOf(file)));
  if (isComplete && readJson(stamp).state === state) return true;
  // The incremental compiler does not notice that output has been deleted.
  if (!isComplete) rmSync(buildInfo, { force: true });
  rmSync(stamp, { force: true });
  say('compiling');
  if (!projects.every((project) => runs(process.execPath, [compiler, '-p', inRoot(project)]))) {
    say('compiling failed, see above');
    return false;
  }
  chmodSync(path.join(dist, 'src/cli/main.js'), 0o755);
  writeJson(stamp, { state });
  return true;
}

function filesBelow(folders) {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

function stateOf(files) {
  const hash = createHash('sha256');
  for (const file of files.filter((name) => existsSync(name)).sort()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

function outputOf(source) {
  return path.join(dist, path.relative(inRoot('.'), source)).replace(/\.ts$/, '.js');
}

/** What a compiled file may come from. */
function sourcesOf(compiled) {
  const source = inRoot(path.relative(dist, compiled));
  return [source, source.replace(/\.js(\.map)?$/, '.ts')];
}
