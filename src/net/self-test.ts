import { octets, sealIpv4 } from './ipv4-fields.js';
import { freshLoopback } from './local-address.js';
import { NetError } from './net-error.js';
import type { Net, NetIssue, Packet } from './port.js';

export type SelfTestResult =
  { readonly ok: true } | { readonly ok: false; readonly issue: NetIssue; readonly message: string };

/** For experiments and tests (RFC 3692): no one else listens. */
const experimentalProtocol = 253;
const timeLimit = 2000;

/** Sends one raw packet to itself on loopback and expects it within two seconds. Never throws. */
export async function selfTestRaw(net: Net): Promise<SelfTestResult> {
  const [address] = freshLoopback(1);
  const sent = probe(address);
  try {
    const came = await new Promise<boolean>((resolve, reject) => {
      roundTrip(net, address, sent, resolve).catch(reject);
    });
    if (came) return { ok: true };
    const message =
      `a raw packet from ${address} to itself did not come back within ${timeLimit} ms; ` +
      'a firewall may drop it (see: nft list ruleset), or this system restricts raw sockets';
    return { ok: false, issue: 'unsupported', message };
  } catch (error) {
    const issue = error instanceof NetError ? error.issue : 'unsupported';
    return { ok: false, issue, message: error instanceof Error ? error.message : String(error) };
  }
}

async function roundTrip(net: Net, address: string, sent: Uint8Array, done: (came: boolean) => void): Promise<void> {
  const receive = ({ bytes }: Packet): void => {
    if (bytes.length === sent.length && bytes.subarray(20).every((octet, i) => octet === sent[20 + i])) finish(true);
  };
  const port = await net.openRaw(address, experimentalProtocol, receive);
  const timer = net.clock.setTimer(timeLimit, () => finish(false));
  const finish = (came: boolean): void => {
    timer.cancel();
    void port.close().then(() => done(came));
  };
  port.send(sent);
}

function probe(address: string): Uint8Array {
  const packet = new Uint8Array(36);
  packet.set([0x45, 0, 0, packet.length, 0, 0, 0, 0, 64, experimentalProtocol]);
  packet.set([...octets(address), ...octets(address)], 12);
  packet.set(new TextEncoder().encode('grespec selftest'), 20);
  sealIpv4(packet, 20);
  return packet;
}
