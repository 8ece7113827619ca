/** How long the suites take, and how much of that is waiting that a document forces. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { dist, inBench } from '../lib/places.mjs';
import { median } from '../lib/compare.mjs';
import { runProgram } from '../lib/run-program.mjs';
import { table } from '../lib/text.mjs';

/** Cases shown of each suite: those that work longest. */
const shown = 8;

/** Milliseconds in which every case under way waits, and for each case how long it ran and waited. */
function digest(events) {
  const cases = new Map();
  const of = (id) => {
    if (!cases.has(id)) cases.set(id, { run: 0, wait: 0, runs: 0, waits: 0 });
    return cases.get(id);
  };
  let [idle, before] = [0, events[0]?.[0] ?? 0];
  for (const [at, kind, id, change] of events) {
    const all = [...cases.values()];
    const under = all.filter((c) => c.runs > 0);
    for (const c of under) {
      c.run += at - before;
      if (c.waits > 0) c.wait += at - before;
    }
    if (under.length > 0 && under.every((c) => c.waits > 0)) idle += at - before;
    before = at;
    const own = of(id);
    if (kind === 'run') own.runs += change;
    else own.waits += change;
  }
  return { idle, cases };
}

async function measured(folder, args) {
  const [waits, report] = [path.join(folder, 'waits.json'), path.join(folder, 'report.json')];
  const program = await runProgram(
    process.execPath,
    [
      ...['--import', inBench('workers/watch-waits.mjs'), path.join(dist, 'src/cli/main.js')],
      ...['run', ...args, '--report', `json=${report}`],
    ],
    { env: { GRESPEC_BENCH_WAITS: waits } },
  );
  const { events, cpu } = JSON.parse(readFileSync(waits, 'utf8'));
  const { totals } = JSON.parse(readFileSync(report, 'utf8'));
  const { idle, cases } = digest(events);
  return { wall: program.seconds, idle: idle / 1000, cpu, totals, cases, most: program.most };
}

export async function suites({ settings }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grespec-bench-'));
  const [rows, slow] = [[], []];
  try {
    for (const [name, args] of [
      ['home agent', []],
      ['mobility proxy agent', ['--as', 'ha']],
    ]) {
      const runs = [];
      for (let i = 0; i < settings.programs; i++) runs.push(await measured(folder, args));
      const middle = (pick) => median(runs.map(pick)).toFixed(1);
      const [last] = runs.slice(-1);
      const counts = Object.entries(last.totals)
        .filter(([, n]) => n > 0)
        .map(([verdict, n]) => `${n} ${verdict}`);
      const working = middle((r) => r.wall - r.idle);
      const least = Math.min(...runs.map((r) => r.wall - r.idle)).toFixed(1);
      rows.push([
        ...[name, counts.join(', '), `${middle((r) => r.wall)} s`, `${middle((r) => r.idle)} s`],
        ...[`${working} s (least ${least})`, `${middle((r) => r.cpu)} s`],
      ]);
      const byWork = [...last.cases].sort(([, a], [, b]) => b.run - b.wait - (a.run - a.wait));
      for (const [id, { run, wait }] of byWork.slice(0, shown)) {
        slow.push([
          id,
          `${(run / 1000).toFixed(2)} s`,
          `${(wait / 1000).toFixed(2)} s`,
          `${((run - wait) / 1000).toFixed(2)} s`,
        ]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return [
    table(['suite', 'verdicts', 'wall', 'all cases wait', 'working', 'CPU of the tester'], rows),
    'The cases that work longest (cases that wait go on beside the others, so times overlap):',
    table(['case', 'from begin to end', 'waiting', 'rest'], slow),
  ].join('\n\n');
}
