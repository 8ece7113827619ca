/** Frames of two L2 mobile nodes that touch every rule of bridging. */
import { MnHost } from '../../src/agents/mn-host.js';
import type { MnCommand } from '../../src/agents/mn-types.js';
import { broadcastMac } from '../../src/wire/ethernet.js';
import { encode } from '../../src/wire/layout.js';
import { vlan } from '../../src/wire/vlan.js';
import { arpRequest, frame, gateway } from '../agents/ha-bench.js';

const macs = ['02:00:00:00:00:21', '02:00:00:00:00:22'] as const;
const [one, two] = macs;

/** What a host sends when it is told to. */
function said(mac: string, now: number, ...commands: readonly MnCommand[]): Uint8Array[] {
  const host = new MnHost({ mac, random: () => 0x12345678 });
  host.link.ipv4.add('10.99.0.240');
  return commands.flatMap((command) =>
    host.step({ kind: 'command', command }, now).flatMap((output) => (output.kind === 'frame' ? [output.bytes] : [])),
  );
}

/** `send` puts a frame into the tunnel of the first or the second mobile node. */
export function l2Conversation(send: (from: 0 | 1, frame: Uint8Array) => void, now: number): void {
  send(0, arpRequest(one, '10.99.0.240', gateway));
  send(1, arpRequest(two, '10.99.0.241', gateway));
  for (const bytes of said(one, now, { kind: 'dhcpv4', broadcast: true }, { kind: 'slaac' })) send(0, bytes);
  const [discover] = said(two, now, { kind: 'dhcpv4' });
  if (discover) send(1, frame(two, one, discover.subarray(14)));
  send(1, frame(two, one, new Uint8Array(50), 0x86dd));
  send(1, frame(two, one, new Uint8Array(32), 0x88b5));
  send(1, frame(two, one, new Uint8Array(1600), 0x88b5));
  send(1, frame(two, one, encode(vlan, { priority: 5, id: 7, payload: new Uint8Array(60) }), 0x8100));
  send(1, frame(two, '33:33:ff:00:00:09', new Uint8Array(50), 0x86dd));
  send(1, frame(two, broadcastMac, new Uint8Array(50), 0x88b5));
}
