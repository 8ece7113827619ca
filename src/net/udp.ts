import { isIPv4 } from 'node:net';
import { ipv4Number, ipv4Text } from '../wire/text.js';
import { loadSockets, openDescriptor, receiveFrom, type Sockets } from './descriptor.js';
import { linux } from './libc.js';
import { readPort, socketAddress, int32 } from './native-values.js';
import { NetError } from './net-error.js';
import type { OutSocket } from './outbox.js';
import type { Datagram, Endpoint, UdpPort } from './port.js';
import { FaultCount, settled } from './send-faults.js';
import { openDgram } from './udp-dgram.js';

/** Opens a bound, unconnected UDP socket. */
export async function openUdp(local: Endpoint, receive: (datagram: Datagram) => void): Promise<UdpPort> {
  const what = `UDP ${local.address}:${local.port}`;
  if (!isIPv4(local.address)) throw new NetError('unsupported', `${what}: not a dotted IPv4 address`);
  const sockets = await loadSockets().catch((error: unknown) => {
    if (error instanceof NetError && error.issue === 'unsupported') return undefined;
    throw error;
  });
  return sockets ? openBatched(sockets, what, local, receive) : openDgram(local, what, receive);
}

/** Many datagrams a system call. */
function openBatched(sockets: Sockets, what: string, wanted: Endpoint, receive: (datagram: Datagram) => void): UdpPort {
  const { libc, outbox } = sockets;
  const kind = { type: linux.SOCK_DGRAM, protocol: 0, headerIncluded: false };
  const fd = openDescriptor(libc, what, kind, wanted.address, wanted.port);
  const bound = socketAddress([0, 0, 0, 0]);
  libc.getsockname(fd, bound, int32(bound.length));
  const local: Endpoint = { address: wanted.address, port: readPort(bound) };
  const endpoint = endpoints();
  const stop = receiveFrom(sockets, fd, (at, payload, address, port) =>
    receive({ at, local, remote: endpoint(address, port), payload }),
  );
  const faults = new FaultCount();
  const socket: OutSocket = {
    fd,
    refused: (code, _octets, address, port) => faults.add(code, `${ipv4Text(address)}:${port}`),
  };
  let closed = false;
  return {
    local,
    faults: settled(faults, outbox),
    send(to, payload) {
      const address = ipv4Number(to.address);
      if (closed || address === undefined) faults.add(closed ? 'closed' : 'EINVAL', `${to.address}:${to.port}`);
      else outbox.add(socket, payload, address, to.port);
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

/** Endpoints from numbers: most datagrams come from where the one before came from. */
function endpoints(): (address: number, port: number) => Endpoint {
  let [lastAddress, last]: [number, Endpoint] = [0, { address: '0.0.0.0', port: 0 }];
  return (address, port) => {
    if (address !== lastAddress || port !== last.port) {
      lastAddress = address;
      last = { address: ipv4Text(address), port };
    }
    return last;
  };
}
