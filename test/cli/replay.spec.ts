import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { freshLoopback } from '../../src/net/local-address.js';
import { beside, grespec, inTemporaryFolder, type Outcome } from './grespec.js';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const pcaps = fileURLToPath(new URL('../../../pcaps/', import.meta.url));
const keys = ['--spi', '256', '--key', '00112233445566778899aabbccddeeff'];

/** Replays a sample to the reference device in a process of its own. */
function toDevice(
  device: readonly string[],
  replay: (control: string) => readonly string[],
  folder: string,
): Promise<Outcome> {
  const control = path.join(folder, 'control');
  const own = device[0] === 'mpa' ? ['--control', control] : [];
  return beside([...device, ...keys, ...own], () => grespec(['replay', ...replay(control), ...keys]));
}

function triggerIn(folder: string, control: string): string {
  const trigger = path.join(folder, 'trigger.sh');
  writeFileSync(trigger, `#!/bin/sh\nexec '${process.execPath}' '${main}' dut mpa ctl --control '${control}' "$@"\n`);
  chmodSync(trigger, 0o755);
  return trigger;
}

describe('grespec replay', () => {
  it('replays requests to a home agent, and shows an answer of another kind beside the captured one', async () => {
    const [address = ''] = freshLoopback(1);
    const sample = `${pcaps}l2-own-key.pcapng`;
    await inTemporaryFolder(async (folder) => {
      const good = await toDevice(['ha', '--listen', address], () => [sample, '--target', address], folder);
      expect(good.stdout).to.contain('3 requests replayed: 3 answered as in the capture, 0 otherwise');
      expect(good.code).to.equal(0);
      const bad = await toDevice(
        ['ha', '--listen', address, '--fault', 'a-not-echoed'],
        () => [sample, '--target', address],
        folder,
      );
      expect(bad.stdout).to.contain('A flag: A=1 in the capture, now A=0');
      expect(bad.stdout).to.match(/answer in the capture \(frame 2\):[^]*answer now:/);
      expect(bad.code).to.equal(1);
    });
  });

  it('plays the home agent to a proxy agent that a trigger commands', async () => {
    const [address = '', homeAgent = ''] = freshLoopback(2);
    const mpa = ['mpa', '--listen', address, '--home-agent', homeAgent];
    const replay =
      (folder: string) =>
      (control: string): string[] => {
        const own = ['--as', 'ha', '--local', homeAgent, '--trigger', triggerIn(folder, control)];
        return [`${pcaps}fault-l2-keys-shared.pcapng`, ...own];
      };
    await inTemporaryFolder(async (folder) => {
      const good = await toDevice(mpa, replay(folder), folder);
      expect(good.stdout).to.contain('4 requests expected or received: 4 as in the capture, 0 otherwise');
      expect(good.code).to.equal(0);
      const bad = await toDevice([...mpa, '--fault', 'nai-last'], replay(folder), folder);
      expect(bad.stdout).to.contain('extensions: nai, greKey, mnHa in the capture, now greKey, mnHa, nai');
      expect(bad.stdout).to.contain('mpa/rfc2794-2/MN-28');
      expect(bad.code).to.equal(1);
    });
  });

  it('asks for what it needs in either role', async () => {
    const sample = `${pcaps}l2-own-key.pcapng`;
    const cases: readonly (readonly [readonly string[], string])[] = [
      [[], '--target'],
      [['--as', 'ha'], '--local'],
      [['--target', '127.0.0.9', '--trigger', 'true'], '--as ha'],
      [['--as', 'cn'], 'mpa'],
    ];
    for (const [args, words] of cases) {
      const { code, stderr } = await grespec(['replay', sample, ...args]);
      expect(code).to.equal(2);
      expect(stderr).to.contain(words);
    }
  });
});
