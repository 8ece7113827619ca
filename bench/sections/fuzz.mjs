/** How fast the fuzzer is, and where its time goes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { dist } from '../lib/places.mjs';
import { median } from '../lib/compare.mjs';
import { runProgram } from '../lib/run-program.mjs';
import { number, table } from '../lib/text.mjs';

const main = path.join(dist, 'src/cli/main.js');
/** Faults whose finding has to be made smaller. */
const faults = ['dies-of-short-message', 'authentication-not-checked'];

/** What a function of the profile is for, by the file of the nearest caller that tells. */
const purposes = [
  [
    'generating',
    /\/(fast-check|pure-rand)\/|\/src\/fuzz\/(requests|from-layout|plan|render|tunnel-range|sequence-commands)\./,
  ],
  ['sending and receiving', /\/src\/net\/|node:dgram|node:internal\/dgram|\/koffi\/|\/src\/tester\/stations\./],
  [
    'judging',
    /\/src\/oracle\/|\/src\/tester\/judge\.|\/src\/fuzz\/(judge-reply|suspicion|range|message-mode|sequence-m)/,
  ],
];

/** Share of the working time for each purpose, from a CPU profile. */
function shares(profile) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const purposeOf = new Map();
  const visit = (node, inherited) => {
    const { url, functionName } = node.callFrame;
    if (functionName === '(idle)' || functionName === '(program)') return;
    const own = purposes.find(([, pattern]) => pattern.test(url))?.[0] ?? inherited;
    purposeOf.set(node.id, own);
    for (const child of node.children ?? []) visit(nodes.get(child), own);
  };
  visit(profile.nodes[0], 'else');
  const spent = new Map();
  let all = 0;
  profile.samples.forEach((id, i) => {
    const purpose = purposeOf.get(id);
    if (purpose === undefined) return;
    spent.set(purpose, (spent.get(purpose) ?? 0) + profile.timeDeltas[i]);
    all += profile.timeDeltas[i];
  });
  return [...purposes.map(([name]) => name), 'else'].map(
    (name) => `${Math.round((100 * (spent.get(name) ?? 0)) / all)} %`,
  );
}

const sentIn = (text) => {
  const [, sent, seconds] = /(\d+) \w+ in ([\d.]+) s/.exec(text) ?? [];
  return Number(sent) / Number(seconds);
};

export async function fuzz({ settings }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grespec-bench-'));
  const fuzzing = (args, before = []) =>
    runProgram(process.execPath, [...before, main, 'fuzz', '--seed', '1', '--out', path.join(folder, 'out'), ...args], {
      keep: true,
      patience: 120_000,
    });
  const seconds = ['--duration', String(settings.fuzzSeconds)];
  const rows = [];
  try {
    for (const mode of ['message', 'sequence']) {
      const rates = [];
      for (let i = 0; i < settings.programs; i++) {
        rates.push(sentIn((await fuzzing(['--mode', mode, ...seconds])).stdout));
      }
      await fuzzing(['--mode', mode, ...seconds], ['--cpu-prof', `--cpu-prof-dir=${folder}`]);
      const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
      const divided = file ? shares(JSON.parse(readFileSync(path.join(folder, file), 'utf8'))) : ['', '', '', ''];
      if (file) rmSync(path.join(folder, file));
      rows.push([
        mode,
        `${number(median(rates))} (${number(Math.min(...rates))}..${number(Math.max(...rates))})`,
        ...divided,
      ]);
    }
    const shrunk = [];
    for (const fault of faults) {
      const begin = performance.now();
      const { stdout } = await fuzzing(['--runs', '1000', '--fault', fault]);
      const findings = /(\d+) findings/.exec(stdout)?.[1] ?? '?';
      shrunk.push([fault, findings, `${((performance.now() - begin) / 1000).toFixed(1)} s`]);
    }
    const begin = performance.now();
    await fuzzing(['--runs', '1000']);
    shrunk.push(['none', '0', `${((performance.now() - begin) / 1000).toFixed(1)} s`]);
    return [
      table(['mode', 'messages or sequences a second', 'generating', 'sending and receiving', 'judging', 'else'], rows),
      'Shrinking: 1000 messages against a device with a fault, findings found again, made smaller and written down.',
      table(['fault', 'findings', 'whole run'], shrunk),
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
