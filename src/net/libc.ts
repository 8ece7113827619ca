import { getSystemErrorName } from 'node:util';
import { NetError } from './net-error.js';

/** A descriptor watched by the event loop. */
export interface Watch {
  close(): void;
}

/** The system calls that sockets need. Failing calls return a negative number; `errorName` says why. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, option: number, value: Uint8Array, length: Uint8Array): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  /** `vector` is the address of an array of struct mmsghdr; gives how many messages were sent. */
  sendmmsg(fd: number, vector: bigint, count: number, flags: number): number;
  recvmmsg(fd: number, vector: bigint, count: number, flags: number): number;
  close(fd: number): number;
  /** Octets of a pointer: 8, or 4 on 32-bit systems. */
  readonly pointerSize: number;
  /** Memory that stays where it is, zeroed and never freed. */
  memory(size: number): { readonly address: bigint; readonly bytes: Uint8Array };
  /** Name of the error of the call just made, for example `EPERM`. */
  errorName(): string;
  /** Calls `ready` whenever the descriptor has something to read (level-triggered epoll, through libuv). */
  watch(fd: number, ready: () => void): Watch;
}

/** Numbers of Linux's asm-generic headers: x86, Arm and RISC-V. */
export const linux = {
  AF_INET: 2,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  MSG_DONTWAIT: 0x40,
  SOL_SOCKET: 1,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  IPPROTO_IP: 0,
  IP_HDRINCL: 3,
  IP_MTU: 14,
} as const;

let loading: Promise<Libc> | undefined;

/** Loads koffi on first use only: a command that needs no raw socket starts faster without. */
export function loadLibc(): Promise<Libc> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Libc> {
  if (process.platform !== 'linux') {
    throw new NetError(
      'unsupported',
      `raw sockets work on Linux only, this is ${process.platform}; use a Linux machine`,
    );
  }
  let koffi: typeof import('koffi');
  try {
    koffi = await import('koffi');
  } catch (cause) {
    throw new NetError('unsupported', 'the package koffi cannot be loaded; run: npm rebuild koffi', { cause });
  }
  const library = koffi.load(null);
  const recvmmsg = library.func('int recvmmsg(int, void *, unsigned int, int, void *)');
  return {
    socket: library.func('int socket(int, int, int)'),
    setsockopt: library.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
    bind: library.func('int bind(int, const void *, uint32_t)'),
    connect: library.func('int connect(int, const void *, uint32_t)'),
    getsockname: library.func('int getsockname(int, void *, void *)'),
    sendmmsg: library.func('int sendmmsg(int, void *, unsigned int, int)'),
    recvmmsg: (fd, vector, count, flags) => recvmmsg(fd, vector, count, flags, null),
    close: library.func('int close(int)'),
    pointerSize: koffi.sizeof('void *'),
    memory(size) {
      const address = koffi.address(koffi.alloc('uint8_t', size));
      return { address, bytes: new Uint8Array(koffi.view(address, size)) };
    },
    errorName: () => getSystemErrorName(-koffi.errno()),
    watch(fd, ready) {
      const handle = koffi.node.poll(fd, ready);
      watched.add(handle);
      return {
        close() {
          if (watched.delete(handle)) handle.close();
        },
      };
    },
  };
}

/** koffi stops a watch whose handle is garbage-collected, so someone must hold it. */
const watched = new Set<object>();
