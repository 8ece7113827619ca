import { isIPv4 } from 'node:net';
import { systemClock } from './clock.js';
import { fragmentPacket } from '../wire/fragment.js';
import { dotted, ipv4MinimumHeader, octets } from './ipv4-fields.js';
import { linux, loadLibc, type Libc } from './libc.js';
import { int32, socketAddress } from './native-values.js';
import { NetError, netErrorFromCode } from './net-error.js';
import { pathMtu } from './path-mtu.js';
import type { Packet, RawPort } from './port.js';
import { FaultCount } from './send-faults.js';

const bufferSize = 4 * 1024 * 1024;
/** Packets taken per readable event, so that a flood on one socket does not starve the rest of the process. */
const batch = 64;

/** Opens a raw IPv4 socket that sends whole packets and receives those of `protocol` to `address`. */
export async function openRaw(address: string, protocol: number, receive: (packet: Packet) => void): Promise<RawPort> {
  const what = `raw IPv4 ${address} protocol ${protocol}`;
  if (!isIPv4(address)) throw new NetError('unsupported', `${what}: not a dotted IPv4 address`);
  const libc = await loadLibc();
  const fd = openDescriptor(libc, what, address, protocol);
  const send = sender(libc, fd);
  const stop = receiver(libc, fd, receive);
  const faults = new FaultCount();
  let closed = false;
  return {
    address,
    protocol,
    faults,
    send(packet) {
      const error = closed ? 'closed' : send(packet);
      if (error !== undefined) faults.add(error, packet.length < ipv4MinimumHeader ? 'nowhere' : dotted(packet, 16));
    },
    async close() {
      if (closed) return;
      closed = true;
      stop();
      libc.close(fd);
    },
  };
}

function openDescriptor(libc: Libc, what: string, address: string, protocol: number): number {
  const fd = libc.socket(linux.AF_INET, linux.SOCK_RAW | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC, protocol);
  if (fd < 0) throw netErrorFromCode(libc.errorName(), what, address);
  const set = (level: number, option: number, value: number): boolean =>
    libc.setsockopt(fd, level, option, int32(value), 4) === 0;
  // The forced sizes need CAP_NET_ADMIN; without it the system's limit (net.core.rmem_max) holds.
  if (!set(linux.SOL_SOCKET, linux.SO_RCVBUFFORCE, bufferSize)) set(linux.SOL_SOCKET, linux.SO_RCVBUF, bufferSize);
  if (!set(linux.SOL_SOCKET, linux.SO_SNDBUFFORCE, bufferSize)) set(linux.SOL_SOCKET, linux.SO_SNDBUF, bufferSize);
  const local = socketAddress(octets(address));
  // Unbound, it would get every packet of the protocol in this network namespace.
  if (!set(linux.IPPROTO_IP, linux.IP_HDRINCL, 1) || libc.bind(fd, local, local.length) !== 0) {
    const error = netErrorFromCode(libc.errorName(), what, address);
    libc.close(fd);
    throw error;
  }
  return fd;
}

/** A function that sends one packet, in fragments where needed, and gives the name of the error, if any. */
function sender(libc: Libc, fd: number): (packet: Uint8Array) => string | undefined {
  let identification = 0;
  const to = socketAddress([0, 0, 0, 0]);
  const transmit = (packet: Uint8Array): string | undefined => {
    to.set(packet.subarray(16, 20), 4);
    const sent = libc.sendto(fd, packet, packet.length, linux.MSG_DONTWAIT, to, to.length);
    return sent < 0 ? libc.errorName() : undefined;
  };
  return (packet) => {
    if (packet.length < ipv4MinimumHeader) return 'EINVAL';
    const error = transmit(packet);
    if (error !== 'EMSGSIZE') return error;
    // With IP_HDRINCL the kernel does not fragment, it refuses.
    identification = (identification % 0xffff) + 1;
    const parts = fragmentPacket(packet, pathMtu(libc, packet.subarray(16, 20)), identification);
    if (parts === undefined) return error;
    return parts.map(transmit).find((failure) => failure !== undefined);
  };
}

/** Hands arriving packets to `receive` until the returned function is called. */
function receiver(libc: Libc, fd: number, receive: (packet: Packet) => void): () => void {
  const buffer = new Uint8Array(65536);
  let stopped = false;
  const deliver = (packet: Packet): void => {
    if (!stopped) receive(packet);
  };
  // The watch calls back outside node's callback scope, where exceptions are lost and promises do not settle. So each
  // packet is only taken here, and delivered in a turn of its own in the check phase, which follows at once.
  const watch = libc.watch(fd, () => {
    for (let i = 0; i < batch; i++) {
      const length = libc.recv(fd, buffer, buffer.length, linux.MSG_DONTWAIT);
      if (length < 0) break;
      setImmediate(deliver, { at: systemClock.now(), bytes: buffer.slice(0, length) });
    }
  });
  return () => {
    stopped = true;
    watch.close();
  };
}
