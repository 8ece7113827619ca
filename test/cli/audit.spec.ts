import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { readAll } from '../net/capture-support.js';
import { replay } from '../../src/cli/replay.js';
import { NetError } from '../../src/net/net-error.js';
import { rejection } from '../net/support.js';
import { grespec } from './grespec.js';

const pcaps = fileURLToPath(new URL('../../../pcaps/', import.meta.url));
const keys = ['--spi', '256', '--key', '00112233445566778899aabbccddeeff'];

describe('grespec audit', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'grespec-audit-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('ends with 0 where nothing is wrong, 1 where something is, 4 where there is nothing to judge', async () => {
    expect((await grespec(['audit', `${pcaps}l2-key-zero.pcapng`, ...keys])).code).to.equal(0);
    expect((await grespec(['audit', `${pcaps}fault-a-not-echoed.pcapng`, ...keys])).code).to.equal(1);
    const junit = path.join(folder, 'nothing.xml');
    const nothing = await grespec(['audit', `${pcaps}dnsmasq-slaac.pcap`, '--report', `junit=${junit}`]);
    expect(nothing.code).to.equal(4);
    expect(nothing.stdout).to.match(/^\? nothing was judged/m);
    expect(nothing.stdout).to.include('it was looked for on UDP port 434, --port N adds another');
    expect(readFileSync(junit, 'utf8')).to.include('<error message="nothing was judged"');
  });

  it('names requirement, expected, actual and frame', async () => {
    const { stdout } = await grespec(['audit', `${pcaps}fault-a-not-echoed.pcapng`]);
    expect(stdout).to.contain('ha/5.3/TS-20');
    expect(stdout).to.contain('A=1 in the reply');
    expect(stdout).to.match(/frames 2, 4/);
  });

  it('reads compressed captures, and says where a damaged one breaks off', async () => {
    const file = readFileSync(`${pcaps}l2-key-zero.pcapng`);
    const compressed = path.join(folder, 'compressed.pcapng.gz');
    writeFileSync(compressed, gzipSync(file));
    expect((await grespec(['audit', compressed])).code).to.equal(0);
    const cut = path.join(folder, 'cut.pcapng');
    writeFileSync(cut, file.subarray(0, file.length - 10));
    const { code, stderr } = await grespec(['audit', cut]);
    expect(code).to.equal(4);
    expect(stderr).to.match(/cut\.pcapng: offset \d+: the file is cut short behind packet \d+/);
    const bad = path.join(folder, 'bad.pcapng');
    writeFileSync(bad, 'this is no capture');
    const refused = await grespec(['audit', bad]);
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.match(/offset 0: neither pcap nor pcapng/);
    expect((await grespec(['audit', path.join(folder, 'absent.pcap')])).code).to.equal(2);
  });

  it('judges several files on their own, in one report', async () => {
    const report = path.join(folder, 'report.json');
    const files = [`${pcaps}l2-key-zero.pcapng`, `${pcaps}fault-extension-missing.pcapng`];
    expect((await grespec(['audit', ...files, ...keys, '--report', `json=${report}`])).code).to.equal(1);
    const text = readFileSync(report, 'utf8');
    const { cases } = JSON.parse(text) as { cases: { id: string; verdict: string }[] };
    const failed = cases.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
    expect(failed).to.deep.equal([
      'ha/5.3/TS-18@fault-extension-missing.pcapng',
      'ha/yegani-4.2/YG-16@fault-extension-missing.pcapng',
    ]);
    expect(text).not.to.contain('00112233445566778899aabbccddeeff');
  });

  it('writes the judged packets with what is wrong as comments', async () => {
    const target = path.join(folder, 'guilty.pcapng');
    await grespec(['audit', `${pcaps}fault-a-not-echoed.pcapng`, '--annotate', target]);
    const file = readFileSync(target);
    expect((await readAll(file)).packets.length).to.be.greaterThan(5);
    expect(file.toString('latin1')).to.contain('TS-20: expected A=1 in the reply, as in the request; got A=0');
  });

  it('does not overwrite the capture', async () => {
    const file = path.join(folder, 'own.pcapng');
    writeFileSync(file, readFileSync(`${pcaps}l2-key-zero.pcapng`));
    expect((await grespec(['audit', file, '--annotate', file])).code).to.equal(2);
  });

  it('looks at another port where it is told to', async () => {
    const octets = Buffer.from(readFileSync(`${pcaps}normal-key-zero.pcapng`));
    // the home agents of the sample listen on 434, its agents have ports of their own
    for (let at = octets.indexOf('01b2', 'hex'); at >= 0; at = octets.indexOf('01b2', at + 1, 'hex')) {
      octets.writeUInt16BE(4434, at);
    }
    const moved = path.join(folder, 'moved.pcapng');
    writeFileSync(moved, octets);
    expect((await grespec(['audit', moved])).code).to.equal(4);
    const target = { target: '127.0.0.1:5434', local: ['203.0.113.7'], gre: false };
    const without = await rejection(replay(moved, target));
    expect(without).to.have.property('message').that.includes('no Registration Request to UDP port 434 in it');
    // what is to be sent is found now, but not the address to send it from
    expect(await rejection(replay(moved, { ...target, port: '4434' }))).to.be.an.instanceOf(NetError);
    const { stdout, code } = await grespec(['audit', moved, '--port', '4434']);
    expect(stdout).to.contain('judged: 3 requests, 3 replies');
    expect(code).to.equal(0);
    const { stderr } = await grespec(['audit', moved, '--port', '70000']);
    expect(stderr).to.contain('1 to 65535');
  });
});
