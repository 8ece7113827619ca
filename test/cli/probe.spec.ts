import { expect } from 'chai';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { ConfigInput } from '../../src/cli/config/input.js';
import { ended, grespec, inTemporaryFolder, start } from './grespec.js';

const key = '00112233445566778899aabbccddeeff';
const main = path.resolve(import.meta.dirname, '../../src/cli/main.js');

function ready(child: ChildProcess): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the device ended: ${output}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('READY')) resolve();
      });
    }
  });
}

async function beside<T>(args: readonly string[], use: () => Promise<T>): Promise<T> {
  const device = start(['dut', ...args]);
  const over = ended(device);
  try {
    await ready(device);
    return await use();
  } finally {
    device.kill();
    await over;
  }
}

describe('cli probe', () => {
  it('proposes a configuration by which the device can be tested', () =>
    beside(['ha', '--listen', '127.0.0.68:5434', '--pics', 'l2=false', '--key', key], () =>
      inTemporaryFolder(async (folder) => {
        const file = path.join(folder, 'lab.yaml');
        const environment = { env: { HA_KEY: key } };
        const args = ['probe', '--target', '127.0.0.68:5434', '--spi', '256', '--key', 'env:HA_KEY', '--write', file];
        const probed = await grespec(args, environment);
        expect(probed.code, probed.stderr).to.equal(0);
        expect(probed.stdout).to.equal('');
        expect(probed.stderr).to.match(
          /registration requests, all that was registered is deregistered; .*lab\.yaml is written/,
        );
        const text = readFileSync(file, 'utf8');
        expect(text).to.match(/^# yaml-language-server: \$schema=/);
        const value = parseYaml(text) as ConfigInput;
        expect(value.target).to.equal('127.0.0.68:5434');
        expect(value.pics).to.include({ greKeys: true, l2: false, ipInIp: true });
        expect(value.securityAssociations?.mnHa).to.deep.equal({ spi: 256, key: 'env:HA_KEY' });

        const tested = await grespec(['run', 'ha/5.3', '--config', file, '--no-gre', '--quiet'], environment);
        expect(tested.code, tested.stdout).to.equal(0);
        expect((await grespec(args, environment)).stderr).to.match(/lab\.yaml exists.*--force/);

        const written = path.join(folder, 'init.yaml');
        const initial = await grespec(['init', written, '--probe', ...args.slice(1, 7)], environment);
        expect(initial.code, initial.stderr).to.equal(0);
        expect((parseYaml(readFileSync(written, 'utf8')) as ConfigInput).pics).to.include({ l2: false });
      }),
    ));

  it('never prints a key', () =>
    beside(['ha', '--listen', '127.0.0.69:5434', '--key', key], async () => {
      const { stdout, stderr } = await grespec([
        'probe',
        '--target',
        '127.0.0.69:5434',
        '--spi',
        '256',
        '--key',
        key,
        '--no-gre',
      ]);
      expect(stdout).to.include('key: env:HA_KEY');
      expect(stdout + stderr).not.to.include(key);
    }));

  it('says what is wrong where nothing answers, and writes nothing', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'lab.yaml');
      const args = ['--target', '127.0.0.70:5434', '--spi', '256', '--key', key, '--timeout', '50', '--write', file];
      const { code, stderr } = await grespec(['probe', ...args]);
      expect(code).to.equal(4);
      expect(stderr).to.match(/^grespec: 127\.0\.0\.70:5434 answered none of 2 valid registrations/m);
      expect(existsSync(file)).to.equal(false);
    }));

  it('wants to know which device', async () => {
    const { code, stderr } = await grespec(['probe', '--spi', '256', '--key', key]);
    expect(code).to.equal(2);
    expect(stderr).to.include('--target ADDR');
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it : it.skip)(`reads what a proxy agent does${isRoot ? '' : ' (port 434 needs root)'}`, () =>
    inTemporaryFolder((folder) => {
      const control = path.join(folder, 'control');
      const trigger = path.join(folder, 'trigger.sh');
      writeFileSync(
        trigger,
        `#!/bin/sh\nexec '${process.execPath}' '${main}' dut mpa ctl --control '${control}' "$@"\n`,
        { mode: 0o755 },
      );
      return beside(['mpa', '--listen', '127.0.0.72', '--home-agent', '127.0.0.71', '--control', control], async () => {
        const args = ['--as', 'ha', '--local', '127.0.0.71', '--spi', '256', '--key', key, '--trigger', trigger];
        const { code, stdout, stderr } = await grespec(['probe', ...args]);
        expect(code, stderr).to.equal(0);
        const value = parseYaml(stdout) as ConfigInput;
        expect(value.pics).to.include({ greKeys: true, l2: true, reverseTunneling: true });
        expect(value).to.include({ as: 'ha', target: '127.0.0.72', profile: 'tsirtsis-00' });
      });
    }),
  );
});
