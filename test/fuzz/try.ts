/** By hand: node BUILD/test/fuzz/try.js [-|FAULT|v:VARIANT] [messages] [seed] */
import { fuzzInMemory } from './in-memory.js';

const [what = '-', runs = '5000', seed = '1'] = process.argv.slice(2);
const device = what === '-' ? {} : what.startsWith('v:') ? { variant: what.slice(2) } : { fault: what };
const begun = performance.now();
const { findings, unrepeatable, range, lost } = await fuzzInMemory({
  device,
  options: { runs: Number(runs), seed: Number(seed) },
});
const took = performance.now() - begun;
const { statistics } = range;
const lines = [
  ...findings.map((f) => JSON.stringify({ ...f, frames: f.frames.length })),
  ...unrepeatable.slice(0, 10).map((s) => `unrepeatable ${JSON.stringify(s)}`),
  ...(process.env['STATS'] ? statistics.outcomes.map(([name, n]) => `${name}: ${n}`) : []),
  `${what}: ${findings.length} findings, ${unrepeatable.length} unrepeatable, lost ${lost}, ${statistics.sent} sent, ` +
    `${Math.round(statistics.authentic * 100)} % authentic, ${Math.round(took)} ms`,
];
process.stdout.write(`${lines.join('\n')}\n`);
