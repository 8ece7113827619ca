import { expect } from 'chai';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { skip } from '../net/support.js';
import { Lab, type LabProcess, namespacesOf, whyNoLab } from './lab.js';

const peerScript = fileURLToPath(new URL('./gre-peer.js', import.meta.url));
const schema = '/usr/share/openvswitch/vswitch.ovsschema';
const [here, switched] = ['198.51.100.7', '198.51.100.1'];
const far = { ipv4: '10.99.0.1', ipv6: '2001:db8:99::1' };
const own = { mac: '02:67:00:00:00:07', ipv4: '10.99.0.7' };
const key = 100;

/** Open vSwitch in user space: GRE on one bridge, a host behind it on the other. */
async function openVswitch(lab: Lab): Promise<void> {
  const inFolder = (name: string): string => path.join(lab.folder, name);
  const env = Object.fromEntries(
    ['OVS_RUNDIR', 'OVS_LOGDIR', 'OVS_DBDIR', 'OVS_SYSCONFDIR'].map((name) => [name, lab.folder]),
  );
  const [database, socket] = [inFolder('conf.db'), inFolder('db.sock')];
  lab.run('ovs', 'ovsdb-tool', 'create', database, schema);
  const control = (name: string): string => `--unixctl=${inFolder(name)}`;
  lab.start('ovs', ['ovsdb-server', database, `--remote=punix:${socket}`, '--no-chdir', control('db.ctl')], env);
  lab.start('ovs', ['ovs-vswitchd', `unix:${socket}`, '--no-chdir', control('switch.ctl')], env);
  const tunnel = ['type=gre', `options:local_ip=${switched}`, `options:remote_ip=${here}`, `options:key=${key}`];
  const words = [
    ...['--retry', '--timeout=10', `--db=unix:${socket}`],
    ...['add-br', 'physical', '--', 'set', 'bridge', 'physical', 'datapath_type=netdev'],
    ...['--', 'add-port', 'physical', 'core0'],
    ...['--', 'add-br', 'inner', '--', 'set', 'bridge', 'inner', 'datapath_type=netdev'],
    ...['--', 'add-port', 'inner', 'inner0'],
    ...['--', 'add-port', 'inner', 'gre0', '--', 'set', 'interface', 'gre0', ...tunnel],
  ];
  const set = lab.start('ovs', ['ovs-vsctl', ...words], env);
  const { code } = await set.exited;
  if (code !== 0) throw new Error(`ovs-vsctl: ${set.output()}`);
  lab.up({ at: 'ovs', name: 'physical' }, `${switched}/24`);
  lab.up({ at: 'ovs', name: 'inner' });
}

describe('lab: Open vSwitch as the other end of a GRE tunnel', () => {
  let lab: Lab | undefined;
  let peer: LabProcess | undefined;

  before(async function () {
    const reason = whyNoLab('ovs-vswitchd', 'ovsdb-server', 'ovsdb-tool', 'ovs-vsctl');
    if (reason !== undefined) skip(this, reason);
    lab = new Lab();
    for (const at of ['peer', 'ovs', 'far']) lab.namespace(at);
    lab.cable({ at: 'peer', name: 'peer0' }, { at: 'ovs', name: 'core0' });
    lab.cable({ at: 'far', name: 'far0' }, { at: 'ovs', name: 'inner0' });
    lab.up({ at: 'peer', name: 'peer0' }, `${here}/24`);
    lab.up({ at: 'far', name: 'far0' }, `${far.ipv4}/24`, `${far.ipv6}/64`);
    for (const name of ['core0', 'inner0']) lab.up({ at: 'ovs', name });
    await openVswitch(lab);
    const options = { local: here, remote: switched, key, mac: own.mac, address: own.ipv4 };
    peer = lab.start('peer', [process.execPath, peerScript, JSON.stringify(options)]);
    await peer.line((line) => line.includes('ready'));
  });
  after(async () => {
    await lab?.close();
    expect(namespacesOf(process.pid)).to.deep.equal([]);
  });

  /** What the peer says, until a line has all these words in it. */
  const hears = (...words: readonly string[]): Promise<string> =>
    (peer ?? expect.fail('there is no peer')).line((line) => words.every((word) => line.includes(word)));

  it('a host behind it answers frames that we encapsulate, over both families', async () => {
    peer?.send(JSON.stringify({ kind: 'up6' }));
    await hears('address6', 'fe80::67:ff:fe00:7');
    for (const address of [far.ipv4, far.ipv6]) {
      peer?.send(JSON.stringify({ kind: 'ping', address }));
      await hears('"echo"', `"from":"${address}"`);
    }
  });

  it('frames that it encapsulates are decoded, header, key and all', async () => {
    const datagram = `require('node:dgram').createSocket('udp4').send('grespec', 9999, '${own.ipv4}', () => process.exit())`;
    lab?.run('far', 'ip', 'neighbour', 'flush', 'dev', 'far0');
    lab?.run('far', process.execPath, '-e', datagram);
    const asked = await hears(`ARP who-has ${own.ipv4} tell ${far.ipv4}`);
    expect(JSON.parse(asked)).to.deep.include({ key });
    expect(asked).to.include(`${switched} > ${here} GRE key 0x00000064 Ethernet`);
    // after our answer to that
    await hears(`${far.ipv4} > ${own.ipv4} UDP`, '>9999, 7 octets');
  });
});
