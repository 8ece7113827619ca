/**
 * `npm start`: sets up, then runs the suites against the embedded home agent and the embedded mobility proxy agent and
 * writes a report of each. With arguments, they are those of one `grespec run`.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { inRoot } from './setup/tools.mjs';

const grespec = inRoot('dist/src/cli/main.js');

const reportsIn = (folder) =>
  ['junit=junit.xml', 'json=report.json', 'html=report.html'].flatMap((wish) => {
    const [kind, file] = wish.split('=');
    return ['--report', `${kind}=${folder}/${file}`];
  });

/** The exit status of a run; an interrupted one ends everything. */
function run(args) {
  const { status, signal } = spawnSync(process.execPath, [grespec, 'run', ...args], { stdio: 'inherit' });
  return status ?? (signal === 'SIGINT' ? 130 : 5);
}

const setup = spawnSync(process.execPath, [inRoot('scripts/setup.mjs')], { stdio: 'inherit' });
const given = process.argv.slice(2);
const runs =
  given.length > 0
    ? [[...given, ...reportsIn('reports')]]
    : [reportsIn('reports'), ['--as', 'ha', ...reportsIn('reports/mpa')]];
let exitCode = setup.status ?? 1;
if (exitCode === 0) {
  // the first outcome that is not clean is the outcome; the second run takes place all the same
  for (const args of runs) {
    const status = run(args);
    exitCode ||= status;
    if (status === 130) break;
  }
}
process.exitCode = exitCode;
