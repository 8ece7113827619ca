import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { grespec, inTemporaryFolder } from './grespec.js';
import { readAll } from '../net/capture-support.js';
import { skip } from '../net/support.js';

const seed = ['--seed', '20250304'];

describe('grespec fuzz', function () {
  this.timeout(120_000);

  it('finds nothing wrong with the reference home agent, and tells what became of the messages', async () => {
    await inTemporaryFolder(async (folder) => {
      const { code, stdout } = await grespec([
        'fuzz',
        '--runs',
        '640',
        '--stats',
        '--strict',
        '--out',
        folder,
        ...seed,
      ]);
      expect(stdout).to.match(/^ +\d+ {2}request accepted 0$/m);
      expect(stdout).to.match(/\d+ % of the requests passed the authentication check/);
      expect(code, stdout).to.equal(0);
    });
  });

  it('finds a crash, writes it down with its packets, and shows it again', async () => {
    await inTemporaryFolder(async (folder) => {
      const fault = ['--fault', 'crash-key-ones', ...seed];
      const junit = path.join(folder, 'junit.xml');
      const wishes = ['--out', folder, '--report', `junit=${junit}`];
      const found = await grespec(['fuzz', '--runs', '20000', '--bail', ...wishes, ...fault]);
      expect(found.stdout).to.include('MUST HA-32');
      expect(found.code, found.stdout).to.equal(1);
      const file = path.join(folder, '001', 'finding.json');
      const finding = JSON.parse(readFileSync(file, 'utf8')) as { readonly plans: unknown[]; readonly repeat: string };
      expect(finding.plans).to.have.length.within(1, 2);
      expect(finding.repeat).to.include(`fuzz --case ${file}`);
      const capture = await readAll(readFileSync(path.join(folder, '001', 'finding.pcapng')));
      expect(capture.packets).to.not.deep.equal([]);
      const report = readFileSync(junit, 'utf8');
      expect(report.match(/<testcase /g)).to.have.length(9);
      expect(report.match(/<failure /g)).to.have.length(1);
      const again = await grespec(['fuzz', '--case', file, ...fault]);
      expect(again.stdout).to.include('HA-32');
      expect(again.code).to.equal(1);
    });
  });

  it('takes what no document forbids for a warning, which fails with --strict', async () => {
    await inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'case.json');
      const extensions = [
        { name: 'nai', nai: 'own' },
        { name: 'mnHa', spi: 'agreed', authenticator: 'wrong' },
      ];
      writeFileSync(file, JSON.stringify([{ kind: 'request', fixed: {}, identification: 'fresh', extensions }]));
      const call = ['fuzz', '--case', file, '--fault', 'denial-amplified', ...seed];
      const { code, stdout } = await grespec(call);
      expect(stdout).to.match(/^HA-07: .* octets$/m);
      expect(code).to.equal(0);
      expect((await grespec([...call, '--strict'])).code).to.equal(1);
    });
  });

  it('goes through a sequence again', async () => {
    await inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'case.json');
      const register = { step: 'register', mn: 0, key: 'own', a: false, lifetime: 60 };
      writeFileSync(file, JSON.stringify({ steps: [register, { step: 'frame', mn: 0, key: 'wrong' }] }));
      const { code, stdout } = await grespec(['fuzz', '--case', file, '--fault', 'wrong-key-accepted', ...seed]);
      expect(stdout).to.include('TN-06');
      expect(code).to.equal(1);
    });
  });

  it('says why it leaves tunnel packets out', async function () {
    if (process.getuid?.() !== 0) skip(this, 'root is needed to drop capabilities');
    const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
    await inTemporaryFolder((folder) => {
      const fuzz = [process.execPath, main, 'fuzz', '--runs', '16', '--out', folder, ...seed];
      const dropped = ['--inh-caps=-net_raw', '--bounding-set=-net_raw'];
      const { status, stderr } = spawnSync('setpriv', [...dropped, ...fuzz], { encoding: 'utf8' });
      expect(stderr).to.match(/^grespec: no tunnel packets are sent: no privilege for raw sockets .*setcap/m);
      expect(status).to.equal(0);
      return Promise.resolve();
    });
  });

  for (const [args, message] of [
    [['--case', 'no-such-file.json'], 'no such file'],
    [['--case', 'no-such-file.json', '--report', 'json=x'], 'leave --report out'],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await grespec(['fuzz', ...args]);
      expect(stderr).to.include(message);
      expect(code).to.equal(2);
    });
  }
});
