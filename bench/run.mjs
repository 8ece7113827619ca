/**
 * `npm run bench`: measures grespec beside what a user would use instead, in one run on this machine, prints ratios with
 * their spread and writes them to bench/results.md. Nothing here passes or fails.
 *
 *   npm run bench [-- [--quick | --long] [--only SECTION]... [--against DIST]... [--out FILE]]
 *
 * --quick: very short rounds, to see that all works. --long: also what takes ten minutes and more. --only: one of the
 * sections. --against: another build of grespec (its dist folder) to measure beside this one, for before and after.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { stopAll } from './lib/contender.mjs';
import { machine } from './lib/machine.mjs';
import { buildPeer, findScapy, inBench } from './lib/places.mjs';
import { stopPrograms } from './lib/run-program.mjs';
import { table } from './lib/text.mjs';
import { captures } from './sections/captures.mjs';
import { codec } from './sections/codec.mjs';
import { frames } from './sections/frames.mjs';
import { fuzz } from './sections/fuzz.mjs';
import { registrations } from './sections/registrations.mjs';
import { scale } from './sections/scale.mjs';
import { suites } from './sections/suites.mjs';

const sections = {
  registrations: ['Registrations', registrations],
  frames: ['Tunnel frames through raw GRE', frames],
  codec: ['Codec', codec],
  suites: ['Suites', suites],
  fuzz: ['Fuzzing', fuzz],
  audit: ['Audit of a capture', captures],
  scale: ['Scale', scale],
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: Object.keys(sections) },
    against: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
  },
});
const { quick, long } = values;
const unknown = values.only.filter((name) => !(name in sections));
if (unknown.length > 0) {
  process.stderr.write(`no such section: ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}\n`);
  process.exit(2);
}

const settings = {
  long,
  rounds: quick ? 3 : long ? 15 : 5,
  milliseconds: quick ? 150 : long ? 1000 : 250,
  warmUp: quick ? 300 : 1500,
  /** Whole programs are run so often. */
  programs: quick ? 1 : long ? 5 : 2,
  fuzzSeconds: quick ? 1 : 3,
  captureOctets: quick ? 2e7 : long ? 1e9 : 2e8,
  captureRounds: quick ? 1 : long ? 3 : 2,
  nodes: quick ? 1000 : 20_000,
  registrations: quick ? 10_000 : 200_000,
  uniqueKeyCase: 'ha/5.2/11',
};
const scapy = findScapy();
const peer = buildPeer();
const about = machine({ scapy });
const against = values.against.map((folder) => path.resolve(folder));

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopAll();
    stopPrograms();
    process.exit(130);
  });
}

const start = performance.now();
const say = (text) => process.stdout.write(`${text}\n\n`);
const written = [];
for (const { missing } of [peer, scapy]) if (missing) say(`Left out: ${missing}`);
for (const name of values.only) {
  const [title, measure] = sections[name];
  const began = performance.now();
  let text;
  try {
    text = await measure({ peer, scapy, settings, against });
  } catch (error) {
    text = `Not measured: ${error.message}`;
  }
  written.push(`## ${title}\n\n${text}`);
  say(`${title} (${((performance.now() - began) / 1000).toFixed(0)} s)\n\n${text}`);
}

const length = quick ? ' Measured with --quick: the rounds are too short to rely on.' : '';
const only = values.only.length < Object.keys(sections).length;
const head = `# Measurements

Written by \`npm run bench\`; [docs/performance.md](../docs/performance.md) says what the numbers mean. All contenders take turns, round
by round; a ratio is the median over the rounds, with the least and the most in parentheses.${length}

${table(['', 'measured on'], about)}
`;
const file = values.out ?? (only || against.length > 0 ? undefined : inBench('results.md'));
if (file !== undefined) {
  writeFileSync(file, `${head}\n${written.join('\n\n')}\n`);
  say(`written to ${file}, after ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
