import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CliError } from '../../src/cli/cli-error.js';
import { explanation } from '../../src/cli/explain.js';
import { parse } from '../../src/cli/program.js';
import { reportKinds } from '../../src/report/kinds.js';
import { profiles } from '../../src/spec/config.js';
import { sections } from '../../suites/index.js';
import { ended, grespec } from './grespec.js';

/** Next to the folder of compiled files. */
const packageFile = new URL('../../../package.json', import.meta.url);
const key = 'c0ffee00c0ffee00';
const target = ['--target', '127.0.0.99:5434', '--spi', '256'];

/** Lets a program tell, when it ends, how much of the processor's time it took. */
const tellTime = `process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error('took', user + system); })`;
const timed = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellTime)}` };
const timeIn = (stderr: string): number => Number(/took (\d+)/.exec(stderr)?.[1]);

describe('cli command line', () => {
  describe('help', () => {
    for (const args of [
      ['--help'],
      ['run', '--help'],
      ['list', '--help'],
      ['explain', '--help'],
      ['decode', '--help'],
      ['merge', '--help'],
      ['diff', '--help'],
      ['dut', '--help'],
    ]) {
      it(`grespec ${args.join(' ')} has examples and ends with 0`, async () => {
        const { code, stdout, stderr } = await grespec(args);
        expect(code).to.equal(0);
        expect(stderr).to.equal('');
        expect(stdout).to.match(/Examples:\n {2}\$ grespec /);
      });
    }

    it('of run names every kind of report and every profile', async () => {
      const { stdout } = await grespec(['run', '--help']);
      const text = stdout.replace(/\s+/g, ' ');
      for (const word of [...reportKinds, ...profiles]) expect(text).to.include(word);
    });

    it('is what grespec alone prints, as an error', async () => {
      const { code, stderr } = await grespec([]);
      expect(code).to.equal(2);
      expect(stderr).to.match(/^Usage: grespec/);
    });

    it('prints the version of the package', async () => {
      const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
      expect((await grespec(['--version'])).stdout).to.equal(`${version}\n`);
    });
  });

  describe('mistakes end with 2 and one line', () => {
    for (const [args, part] of [
      [['runn'], "unknown command 'runn'"],
      [['run', '--bial'], 'did you mean --bail?'],
      [['run', '--pcaps', 'x'], 'did you mean --pcap?'],
      [['explain'], 'see: grespec explain --help'],
      [['explain', 'TS-122'], 'TS-12'],
      [['list', 'nothing/here'], 'matches no case'],
      [['run', 'nothing/here'], 'matches no case'],
      [['run', ''], 'matches no case'],
      [['run', 'mpa/5'], 'add --as ha'],
      [['run', 'ha/5', '--as', 'ha'], 'add --as mpa'],
      [['run', ...target], 'add --key HEX'],
      [['run', ...target, '--key', `${key}0`], '17 hex digits, an odd number'],
      [['run', ...target, '--key', ''], 'the key is empty'],
      [['run', ...target, '--key', `${key}!`], 'is not hex'],
      [['run', ...target, '--key', key, '--fault', 'x'], '--fault is for the embedded device'],
      [['run', ...target, '--key', key, '--local', '127.0.0.99'], 'is the address of the device'],
      [['run', '--config', 'no/such.yaml'], 'no/such.yaml: there is no such file'],
      [['run', '--config', '/dev/zero'], 'larger than'],
      [['run', '--knob', 'bse=1'], 'did you mean base?'],
      [['run', '--report', 'jnit=x'], 'did you mean junit?'],
      [['run', '--shard', '3/2'], 'shards count from 1 to 2'],
      [['run', '--baseline', 'no/such.yaml'], 'cannot read the baseline no/such.yaml: there is no such file'],
      [['merge'], "missing required argument 'json'"],
      [['diff', 'a.json'], "missing required argument 'after'"],
      [['merge', 'no/such.json'], 'there is no such file'],
      [['run', '--report', 'junit=/dev/null/x'], '/dev/null/x'],
      [['run', '--fault', 'no-such-fault'], '--list-faults'],
      [['decode', 'xyz'], '"x" at offset 0'],
      [['decode', 'no/such.file'], 'neither hex nor a file'],
      [['decode', '00', '--form', 'x'], 'the forms are'],
      [['dut', 'fa'], 'grespec dut ha'],
      [['dut', 'ha', '--listen', '127.0.0.1:1,127.0.0.2:2'], 'the same port'],
      [['dut', 'ha', '--variant', 'x'], 'grespec dut ha --list-variants'],
      [['dut', 'mpa', '--fault', 'x', '--home-agent', '127.0.0.1'], 'grespec dut mpa --list-faults'],
      [['run', '--as', 'ha', '--fault', 'no-such-fault'], 'grespec dut mpa --list-faults'],
      [['dut', 'ha', '--control', '/tmp/mpa'], '--control is not for dut ha'],
      [['dut', 'ha', '--on-demand', 'example.org'], '--on-demand is not for dut ha'],
      [['dut', 'mpa', '--home-link', 'eth1'], '--home-link is not for dut mpa'],
      [['dut', 'mpa', '--listen', '127.0.0.1', '--listen', '127.0.0.2'], 'dut mpa listens on one address'],
      [['run', 'MN-02'], 'the cases of MN-02 are against mobility proxy agents: add --as ha'],
      [['selfcheck', 'ha/5.3', 'ha/typo'], '"ha/typo" matches no case'],
      [['selfcheck', '--as', 'ha', 'ha/5.3'], '"ha/5.3" matches no case'],
      [['audit', 'no/such.pcap', '--report', 'json=/dev/null/x'], '/dev/null/x'],
      [['audit', 'no/such.pcap', '--report', 'json=x', '--report', 'junit=x'], 'x is given twice'],
      [['replay', 'no/such.pcap', ...target, '--report', 'json=/tmp'], 'report to /tmp: it is a directory'],
      [['replay', 'no/such.pcap', ...target, '--port', '0'], '--port "0": it is 1 to 65535'],
      [['probe', ...target, '--key', key, '--write', '/dev/null/x'], 'cannot write /dev/null/x: '],
      [['init', '/dev/null/x'], 'cannot write /dev/null/x: '],
    ] as const) {
      it(`grespec ${args.join(' ')}`, async () => {
        const error = await parse(args).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).to.be.instanceOf(CliError).with.property('exitCode', 2);
        const { message } = error as CliError;
        expect(message).to.match(/^[^\n]+$/);
        expect(message).to.include(part);
        expect(message).not.to.include(key);
      });
    }

    it('on stderr, with the name of the command before it', async () => {
      const { code, stdout, stderr } = await grespec(['run', '--bial']);
      expect(stderr).to.equal("grespec: unknown option '--bial'; did you mean --bail?\n");
      expect(stdout).to.equal('');
      expect(code).to.equal(2);
    });
  });

  describe('a machine that cannot do it ends with 3', () => {
    for (const args of [
      ['run', '--local', '203.0.113.7'],
      ['dut', 'ha', '--listen', '203.0.113.7'],
    ]) {
      it(`grespec ${args.join(' ')}`, async () => {
        const { code, stderr } = await grespec(args);
        expect(stderr).to.match(/^grespec: .*203\.0\.113\.7 is not an address of this machine[^\n]*\n$/);
        expect(code).to.equal(3);
      });
    }
  });

  describe('list', () => {
    it('starts at once', async () => {
      // time of the processor beside that of an empty program: tests share their machine with others
      const [bare, { code, stdout, stderr }] = await Promise.all([
        ended(spawn(process.execPath, ['-e', '0'], { env: { ...process.env, ...timed } })),
        grespec(['list'], { env: timed }),
      ]);
      // 3 times as a rule; 10 times where everything that a run needs is loaded
      expect(timeIn(stderr)).to.be.below(6 * timeIn(bare.stderr));
      expect(code).to.equal(0);
      for (const { cases } of sections) for (const { id } of cases) expect(stdout).to.include(`${id}  `);
    });

    it('prints JSON', async () => {
      const { stdout } = await grespec(['list', 'ha/5.2', '--json']);
      const rows = JSON.parse(stdout) as Record<string, unknown>[];
      expect(rows[0]).to.include({ id: 'ha/5.2/01', dut: 'ha', section: '5.2' });
    });

    it('is what run --list prints', async () => {
      const [listed, planned] = await Promise.all([grespec(['list', 'TS-12']), grespec(['run', '--list', 'TS-12'])]);
      expect(planned).to.deep.equal(listed);
    });
  });

  describe('explain', () => {
    for (const [id, parts] of [
      ['ha/5.2/01', ['requirements', 'TS-06', 'grespec run ha/5.2/01']],
      ['TS-12', ['draft-tsirtsis-l2gre-pmipv4-00, section 5.2', 'MUST', 'home agent', 'ha/5.2/']],
      ['ts-12', ['MUST']],
      ['ha/5.2', ['Receiving the Registration Request', 'ha/5.2/01']],
      ['unknown_ext', ['silent, reply, any', 'A-19']],
      ['mns', ['a whole number from 2 to 70000']],
    ] as const) {
      it(id, () => {
        const text = explanation(id);
        for (const part of parts) expect(text).to.include(part);
      });
    }

    it('prints it', async () => {
      const { code, stdout } = await grespec(['explain', 'TS-12']);
      expect(stdout).to.equal(`${explanation('TS-12')}\n`);
      expect(code).to.equal(0);
    });
  });

  describe('decode', () => {
    it('shows a tree with offsets', async () => {
      const { stdout } = await grespec(['decode', '2000', '6558', '0000cafe']);
      expect(stdout).to.match(/^GRE packet, 8 octets\n/);
      expect(stdout).to.match(/^ +4 \+4 +key: 0x0000cafe$/m);
    });

    it('reads standard input', async () => {
      const { stdout } = await grespec(['decode', '-'], { input: '20 00 65 58\n00 00 ca fe\n' });
      expect(stdout).to.match(/^GRE packet, 8 octets\n/);
    });

    it('refuses empty input', async () => {
      const { code, stderr } = await grespec(['decode', '-'], { input: '' });
      expect(stderr).to.match(/^grespec: standard input is empty/);
      expect(code).to.equal(2);
    });
  });
});
