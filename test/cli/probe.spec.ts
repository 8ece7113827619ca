import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { ConfigInput } from '../../src/cli/config/input.js';
import { freshLoopback } from '../../src/net/local-address.js';
import { beside, grespec, inTemporaryFolder } from './grespec.js';

const key = '00112233445566778899aabbccddeeff';
const main = path.resolve(import.meta.dirname, '../../src/cli/main.js');

/** Where nobody else listens. */
const freshTarget = (): string => `${freshLoopback(1).join('')}:5434`;

describe('cli probe', () => {
  it('proposes a configuration by which the device can be tested', () => {
    const target = freshTarget();
    return beside(['ha', '--listen', target, '--pics', 'l2=false', '--key', key], () =>
      inTemporaryFolder(async (folder) => {
        const file = path.join(folder, 'lab.yaml');
        const environment = { env: { HA_KEY: key } };
        const args = ['probe', '--target', target, '--spi', '256', '--key', 'env:HA_KEY', '--write', file];
        const probed = await grespec(args, environment);
        expect(probed.code, probed.stderr).to.equal(0);
        expect(probed.stdout).to.equal('');
        expect(probed.stderr).to.match(
          /registration requests, all that was registered is deregistered; .*lab\.yaml is written/,
        );
        const text = readFileSync(file, 'utf8');
        expect(text).to.match(/^# yaml-language-server: \$schema=/);
        const value = parseYaml(text) as ConfigInput;
        expect(value.target).to.equal(target);
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
    );
  });

  it('never prints a key', () => {
    const target = freshTarget();
    return beside(['ha', '--listen', target, '--key', key], async () => {
      const { stdout, stderr } = await grespec(['probe', '--target', target, '--spi', '256', '--key', key, '--no-gre']);
      expect(stdout).to.include('key: env:HA_KEY');
      expect(stdout + stderr).not.to.include(key);
    });
  });

  it('says what is wrong where nothing answers, and writes nothing', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'lab.yaml');
      const target = freshTarget();
      const args = ['--target', target, '--spi', '256', '--key', key, '--timeout', '50', '--write', file];
      const { code, stderr } = await grespec(['probe', ...args]);
      expect(code).to.equal(4);
      expect(stderr).to.include(`grespec: ${target} answered none of 2 valid registrations`);
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
      const [agent = '', homeAgent = ''] = freshLoopback(2);
      writeFileSync(
        trigger,
        `#!/bin/sh\nexec '${process.execPath}' '${main}' dut mpa ctl --control '${control}' "$@"\n`,
        { mode: 0o755 },
      );
      return beside(['mpa', '--listen', agent, '--home-agent', homeAgent, '--control', control], async () => {
        const args = ['--as', 'ha', '--local', homeAgent, '--spi', '256', '--key', key, '--trigger', trigger];
        const { code, stdout, stderr } = await grespec(['probe', ...args]);
        expect(code, stderr).to.equal(0);
        const value = parseYaml(stdout) as ConfigInput;
        expect(value.pics).to.include({ greKeys: true, l2: true, reverseTunneling: true });
        expect(value).to.include({ as: 'ha', target: agent, profile: 'tsirtsis-00' });
      });
    }),
  );
});
