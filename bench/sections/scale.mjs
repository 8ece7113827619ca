/** Memory and time where there is much of everything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { dist } from '../lib/places.mjs';
import { runProgram } from '../lib/run-program.mjs';
import { bytes, table } from '../lib/text.mjs';
import { auditArguments, capture } from './captures.mjs';

const main = path.join(dist, 'src/cli/main.js');

/** Resident memory at a share of the way, 0 to 1: the median of what is around it, for collections make it jump. */
function memoryAt(along, share) {
  const around = along.slice(Math.floor(along.length * share * 0.95), Math.floor(along.length * share * 0.95) + 20);
  const values = around.map(([, octets]) => octets).sort((a, b) => a - b);
  return values.length > 0 ? bytes(values[values.length >> 1]) : '';
}

export async function scale({ settings }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grespec-bench-'));
  const rows = [];
  const add = (what, { seconds, code, most, along }) =>
    rows.push([what, `${seconds.toFixed(1)} s`, memoryAt(along, 0.1), memoryAt(along, 1), bytes(most), code]);
  try {
    const nodes = settings.long ? 70_000 : settings.nodes;
    add(
      `unique keys of ${nodes} live MNs (${settings.uniqueKeyCase})`,
      await runProgram(process.execPath, [main, 'run', settings.uniqueKeyCase, '--knob', `mns=${nodes}`], {
        cwd: folder,
      }),
    );
    const registrations = settings.long ? 1_000_000 : settings.registrations;
    const file = await capture(
      `registrations-${registrations}.pcap`,
      '--octets',
      '0',
      '--registrations',
      String(registrations),
    );
    add(`audit of ${registrations} registrations`, await runProgram(process.execPath, auditArguments(file)));
    if (settings.long) {
      const fuzzing = [main, 'fuzz', '--duration', '600', '--seed', '1', '--out', path.join(folder, 'out')];
      add('fuzz for ten minutes', await runProgram(process.execPath, fuzzing));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const note = settings.long
    ? ''
    : '\n\nWith `npm run bench -- --long` it is 70000 MNs, 1000000 registrations and ten minutes of fuzzing.';
  return table(['what', 'time', 'memory early', 'memory at the end', 'most memory', 'exit status'], rows) + note;
}
