/** How fast the fuzzer is, and where its time goes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { dist, inBench, loopback } from '../lib/places.mjs';
import { median, ratio } from '../lib/compare.mjs';
import { Contender } from '../lib/contender.mjs';
import { runProgram } from '../lib/run-program.mjs';
import { number, rateText, ratioText, table } from '../lib/text.mjs';
import { key, spi } from '../workers/tester.mjs';

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

/** Messages under way at once in message mode. */
const window = 64;
/** Octets of a usual message. */
const messageSize = 86;

/** Message mode against a C home agent, and a bare ping-pong of Node's own sockets with as much under way, in turn. */
async function besidePingPong({ peer, settings, against }, fuzzing) {
  const [device, echo, ours, theirs] = [1, 2, 3, 4].map((n) => loopback(n));
  const ping = new Contender('node:dgram', process.execPath, [
    ...[inBench('workers/dgram.mjs'), theirs, echo, '434', String(messageSize)],
  ]);
  const all = [
    new Contender('C home agent', peer.program, ['ha', device, '434', String(spi), key]),
    new Contender('C echo', peer.program, ['udp-echo', echo, '434']),
    ping,
  ];
  const target = ['--target', device, '--local', ours, '--spi', String(spi), '--key', key, '--no-gre'];
  // long enough for what happens in the first second, compiling, to count for little
  const seconds = ['--duration', String(4 * settings.fuzzSeconds)];
  const builds = [main, ...against.map((folder) => path.join(folder, 'src/cli/main.js'))];
  const measured = builds.map(() => ({ rates: [] }));
  const bare = { rates: [] };
  try {
    for (const one of all) await one.start();
    await ping.round(window, settings.warmUp);
    for (let round = 0; round < 2 * settings.programs; round++) {
      bare.rates.push((await ping.round(window, 1000 * settings.fuzzSeconds)).rate);
      for (const [i, build] of builds.entries()) {
        const { stdout } = await fuzzing(['--mode', 'message', ...target, ...seconds], [], build);
        measured[i].rates.push(sentIn(stdout));
      }
    }
  } finally {
    for (const one of all.reverse()) await one.stop();
  }
  const names = ['grespec', ...against.map((folder) => `grespec of ${folder}`)];
  return table(
    ['who', 'messages a second', 'of node:dgram ping-pong'],
    [...names.map((name, i) => [name, measured[i]]), ['node:dgram ping-pong', bare]].map(([name, own]) => [
      name,
      rateText(own),
      ratioText(ratio(own, bare)),
    ]),
  );
}

const sentIn = (text) => {
  const [, sent, seconds] = /(\d+) \w+ in ([\d.]+) s/.exec(text) ?? [];
  return Number(sent) / Number(seconds);
};

export async function fuzz({ peer, settings, against }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grespec-bench-'));
  const fuzzing = (args, before = [], program = main) =>
    runProgram(
      process.execPath,
      [...before, program, 'fuzz', '--seed', '1', '--out', path.join(folder, 'out'), ...args],
      {
        keep: true,
        patience: 120_000,
      },
    );
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
      ...(peer.program
        ? [`Against a C home agent, ${window} under way:`, await besidePingPong({ peer, settings, against }, fuzzing)]
        : []),
      'Against the reference home agent, which then is what limits:',
      table(['mode', 'messages or sequences a second', 'generating', 'sending and receiving', 'judging', 'else'], rows),
      'Shrinking: 1000 messages against a device with a fault, findings found again, made smaller and written down.',
      table(['fault', 'findings', 'whole run'], shrunk),
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
