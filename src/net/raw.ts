import { isIPv4 } from 'node:net';
import { fragmentPacket } from '../wire/fragment.js';
import { loadSockets, openDescriptor, receiveFrom } from './descriptor.js';
import { dotted, ipv4MinimumHeader } from './ipv4-fields.js';
import { linux, type Libc } from './libc.js';
import { NetError } from './net-error.js';
import type { Outbox, OutSocket } from './outbox.js';
import { pathMtu } from './path-mtu.js';
import type { Packet, RawPort } from './port.js';
import { FaultCount, settled } from './send-faults.js';

/** Opens a raw IPv4 socket that sends whole packets and receives those of `protocol` to `address`. */
export async function openRaw(address: string, protocol: number, receive: (packet: Packet) => void): Promise<RawPort> {
  const what = `raw IPv4 ${address} protocol ${protocol}`;
  if (!isIPv4(address)) throw new NetError('unsupported', `${what}: not a dotted IPv4 address`);
  const sockets = await loadSockets();
  const { libc, outbox } = sockets;
  // Unbound, it would get every packet of the protocol in this network namespace.
  const fd = openDescriptor(libc, what, { type: linux.SOCK_RAW, protocol, headerIncluded: true }, address, 0);
  const stop = receiveFrom(sockets, fd, (at, bytes) => receive({ at, bytes }));
  const faults = new FaultCount();
  const socket = rawSocket(libc, outbox, fd, (code, packet) => faults.add(code, dotted(packet, 16)));
  let closed = false;
  return {
    address,
    protocol,
    faults: settled(faults, outbox),
    send(packet) {
      if (packet.length < ipv4MinimumHeader) faults.add(closed ? 'closed' : 'EINVAL', 'nowhere');
      else if (closed) faults.add('closed', dotted(packet, 16));
      else outbox.add(socket, packet, destinationOf(packet), 0);
    },
    async close() {
      if (closed) return;
      outbox.flush();
      closed = true;
      stop();
      libc.close(fd);
    },
  };
}

function destinationOf(packet: Uint8Array): number {
  return new DataView(packet.buffer, packet.byteOffset, packet.length).getUint32(16);
}

/** A socket whose packets go in fragments where they are too long: with IP_HDRINCL the kernel refuses them. */
function rawSocket(
  libc: Libc,
  outbox: Outbox,
  fd: number,
  fault: (code: string, packet: Uint8Array) => void,
): OutSocket {
  let identification = 0;
  return {
    fd,
    refused(code, packet, address) {
      if (code !== 'EMSGSIZE') return fault(code, packet);
      identification = (identification % 0xffff) + 1;
      const parts = fragmentPacket(packet, pathMtu(libc, packet.subarray(16, 20)), identification);
      if (parts === undefined) return fault(code, packet);
      const failure = parts.map((part) => outbox.sendNow(fd, part, address, 0)).find((error) => error !== undefined);
      if (failure !== undefined) fault(failure, packet);
    },
  };
}
