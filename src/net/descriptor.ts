import { systemClock } from './clock.js';
import { linux, loadLibc, type Libc } from './libc.js';
import { MessageVector } from './message-vector.js';
import { int32, socketAddress } from './native-values.js';
import { netErrorFromCode } from './net-error.js';
import { octets } from './ipv4-fields.js';
import { Outbox } from './outbox.js';

const bufferSize = 4 * 1024 * 1024;
/** Messages taken per readable event, so that a flood on one socket does not starve the rest of the process. */
const batch = 64;

/** What all sockets of this process share: memory for many messages, used by one of them at a time. */
export interface Sockets {
  readonly libc: Libc;
  readonly outbox: Outbox;
  readonly inbox: MessageVector;
}

let sockets: Promise<Sockets> | undefined;

export function loadSockets(): Promise<Sockets> {
  sockets ??= loadLibc().then((libc) => ({
    libc,
    outbox: new Outbox(libc),
    inbox: new MessageVector(libc, batch),
  }));
  return sockets;
}

/** A socket of AF_INET with large buffers, bound to an address and port (0: any). Throws a NetError about `what`. */
export function openDescriptor(
  libc: Libc,
  what: string,
  kind: { readonly type: number; readonly protocol: number; readonly headerIncluded: boolean },
  address: string,
  port: number,
): number {
  const fd = libc.socket(linux.AF_INET, kind.type | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC, kind.protocol);
  if (fd < 0) throw netErrorFromCode(libc.errorName(), what, address);
  const set = (level: number, option: number, value: number): boolean =>
    libc.setsockopt(fd, level, option, int32(value), 4) === 0;
  // The default buffer holds 256 small datagrams; a burst of a fuzz run is larger. The forced sizes need CAP_NET_ADMIN;
  // without it the system's limit (net.core.rmem_max) holds.
  if (!set(linux.SOL_SOCKET, linux.SO_RCVBUFFORCE, bufferSize)) set(linux.SOL_SOCKET, linux.SO_RCVBUF, bufferSize);
  if (!set(linux.SOL_SOCKET, linux.SO_SNDBUFFORCE, bufferSize)) set(linux.SOL_SOCKET, linux.SO_SNDBUF, bufferSize);
  const local = socketAddress(octets(address), port);
  const ready = !kind.headerIncluded || set(linux.IPPROTO_IP, linux.IP_HDRINCL, 1);
  if (!ready || libc.bind(fd, local, local.length) !== 0) {
    const error = netErrorFromCode(libc.errorName(), what, address);
    libc.close(fd);
    throw error;
  }
  return fd;
}

/** Told of a message: when it was seen, its octets (the receiver owns them), and the number of its source address. */
export type Deliver = (at: number, bytes: Uint8Array, address: number, port: number) => void;

/** Hands arriving messages to `deliver` until the returned function is called. */
export function receiveFrom({ libc, outbox, inbox }: Sockets, fd: number, deliver: Deliver): () => void {
  let stopped = false;
  const unlessStopped: Deliver = (at, bytes, address, port) => {
    if (!stopped) deliver(at, bytes, address, port);
  };
  const release = (): void => outbox.release();
  // The watch calls back outside node's callback scope, where exceptions are lost and promises do not settle. So messages
  // are only taken here, and delivered in a turn of their own each in the check phase, which follows at once.
  const watch = libc.watch(fd, () => {
    const count = libc.recvmmsg(fd, inbox.from(0), batch, linux.MSG_DONTWAIT);
    if (count <= 0) return;
    const at = systemClock.now();
    let size = 0;
    for (let i = 0; i < count; i++) size += inbox.length(i);
    const all = new Uint8Array(size);
    outbox.hold();
    let start = 0;
    for (let i = 0; i < count; i++) {
      const length = inbox.length(i);
      all.set(inbox.octets(i, length), start);
      const own = all.subarray(start, start + length);
      setImmediate(unlessStopped, at, own, inbox.address(i), inbox.port(i));
      start += length;
    }
    setImmediate(release);
  });
  return () => {
    stopped = true;
    watch.close();
  };
}
