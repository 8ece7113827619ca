/** On what the numbers were measured. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { root } from './places.mjs';

function firstLine(command, args, pattern = /.*/) {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd: root });
  return error ? 'not installed' : (pattern.exec(stdout || stderr)?.[0] ?? '').trim();
}

export function machine({ scapy }) {
  const memory = `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const cpus = os.cpus();
  return [
    ['date', new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC'],
    ['machine', `${cpus[0]?.model.trim() ?? 'unknown'}, ${cpus.length} CPUs, ${memory}`],
    ['load before', os.loadavg()[0].toFixed(1)],
    [
      'system',
      `${firstLine('sed', ['-n', 's/^PRETTY_NAME="\\(.*\\)"/\\1/p', '/etc/os-release'])}, Linux ${os.release()}`,
    ],
    [
      'grespec',
      `${JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).version} ${firstLine('git', ['describe', '--always', '--dirty'])}`,
    ],
    ['node', process.version],
    ['C compiler', firstLine('cc', ['--version'])],
    [
      'scapy',
      scapy.python
        ? firstLine(scapy.python, [
            '-c',
            'import scapy, sys; print(scapy.__version__ or "unknown", "on Python", sys.version.split()[0])',
          ])
        : scapy.missing,
    ],
    ['tshark', firstLine('tshark', ['--version'], /TShark.*?\d+\.\d+\.\d+/)],
    ['tcpdump', firstLine('tcpdump', ['--version'], /tcpdump version.*/)],
  ];
}
