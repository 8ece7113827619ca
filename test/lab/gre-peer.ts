/**
 * A host at the other end of a GRE tunnel, made of our own codecs and the MN emulator, as a process of its own so that it
 * can live in a namespace. Takes commands as lines of JSON, and prints what it hears and what comes of it the same way.
 */
import { createInterface } from 'node:readline';
import { MnHost } from '../../src/agents/mn-host.js';
import type { MnCommand, MnOutput } from '../../src/agents/mn-types.js';
import { systemNet } from '../../src/net/system.js';
import { readTunnelFrame } from '../../src/oracle/frame.js';
import { summarizePacket } from '../../src/wire/describe.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { etherTypes, gre } from '../../src/wire/gre.js';
import { ipProtocols, ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';

interface Options {
  readonly local: string;
  readonly remote: string;
  readonly key: number;
  readonly mac: string;
  readonly address: string;
}

const { local, remote, key, mac, address } = JSON.parse(process.argv[2] ?? '{}') as Options;
const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const { clock, openRaw } = systemNet();
const host = new MnHost({ mac, random: () => Math.floor(Math.random() * 2 ** 32) });
host.link.ipv4.add(address);

const port = await openRaw(local, ipProtocols.gre, ({ bytes, at }) => {
  const frame = readTunnelFrame(bytes, at);
  if (frame?.outer.source !== remote || !frame.gre) return;
  say({ heard: summarizePacket(bytes, defaultDialect), key: frame.gre.key });
  act(host.step({ kind: 'frame', bytes: frame.gre.payload }, clock.now()));
});

function act(outputs: readonly MnOutput[]): void {
  for (const output of outputs) {
    if (output.kind === 'event') {
      say({ event: output.event });
      continue;
    }
    const header = { protocol: etherTypes.transparentEthernetBridging, key, payload: output.bytes };
    const packet = { source: local, destination: remote, protocol: ipProtocols.gre, payload: encode(gre, header) };
    port.send(encode(ipv4, packet));
  }
}

const ticks = setInterval(() => {
  if ((host.deadline() ?? Infinity) <= clock.now()) act(host.step({ kind: 'timer' }, clock.now()));
}, 20);

const commands = createInterface(process.stdin);
commands.on('line', (line) => {
  const command = JSON.parse(line) as Exclude<MnCommand, { kind: 'ping' }> | { kind: 'ping'; address: string };
  const payload = Uint8Array.of(1, 2, 3, 4);
  act(
    host.step({ kind: 'command', command: command.kind === 'ping' ? { ...command, payload } : command }, clock.now()),
  );
});
process.once('SIGTERM', () => {
  clearInterval(ticks);
  commands.close();
  void port.close().then(() => process.exit(0));
});
say({ ready: true });
