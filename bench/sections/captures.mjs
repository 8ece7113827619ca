/** Audit of a large capture, against tshark and tcpdump on the same file. */
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { cache, dist, find, inBench } from '../lib/places.mjs';
import { median, ratio } from '../lib/compare.mjs';
import { runProgram } from '../lib/run-program.mjs';
import { bytes, number, ratioText, table } from '../lib/text.mjs';

/** Made once and kept: the octets are always the same. */
export async function capture(name, ...args) {
  const file = path.join(cache, name);
  const maker = inBench('make-capture.mjs');
  if (existsSync(file) && statSync(file).mtimeMs > statSync(maker).mtimeMs) return file;
  mkdirSync(cache, { recursive: true });
  const made = await runProgram(process.execPath, [maker, `${file}.part`, ...args]);
  if (made.code !== 0) throw new Error(`the capture could not be made: ${made.stderr}`);
  renameSync(`${file}.part`, file);
  return file;
}

export const auditArguments = (file) => [
  ...[path.join(dist, 'src/cli/main.js'), 'audit', file],
  ...['--spi', '256', '--key', '00112233445566778899aabbccddeeff'],
];

export async function captures({ settings }) {
  const file = await capture(`${settings.captureOctets}.pcap`, '--octets', String(settings.captureOctets));
  const size = statSync(file).size;
  const packets = await packetsIn(file);
  const programs = [
    ['grespec audit', process.execPath, auditArguments(file)],
    ['tcpdump -n -r', find('tcpdump'), ['-n', '-r', file]],
    ['tshark -r', find('tshark'), ['-r', file]],
  ];
  const measured = programs.map(([name, command]) => ({ name, rates: [], most: [], missing: command === undefined }));
  for (let round = 0; round < settings.captureRounds; round++) {
    for (const [i, [, command, args]] of programs.entries()) {
      if (command === undefined) continue;
      const { seconds, most } = await runProgram(command, args);
      measured[i].rates.push(1 / seconds);
      measured[i].most.push(most);
    }
  }
  const [audit] = measured;
  const rows = measured.map((one) => {
    if (one.missing) return [one.name, 'not installed', '', '', '', ''];
    const rate = median(one.rates);
    const times = one === audit ? '' : ratioText(ratio(audit, one));
    const rates = [number(packets * rate), `${bytes(size * rate)}`];
    return [one.name, `${(1 / rate).toFixed(1)} s`, ...rates, bytes(Math.max(...one.most)), times];
  });
  const heads = ['who', 'time', 'packets a second', 'octets a second', 'most memory', 'grespec is faster by'];
  return `${bytes(size)}, ${number(packets)} packets.\n\n${table(heads, rows)}`;
}

async function packetsIn(file) {
  const program = find('capinfos');
  if (program === undefined) return NaN;
  const { stdout } = await runProgram(program, ['-c', '-M', '-T', '-r', file], { keep: true });
  return Number(stdout.trim().split(/\s+/).at(-1));
}
