import { linux } from './libc.js';

/** A struct sockaddr_in; family in host order, port in network order. */
export function socketAddress(address: ArrayLike<number>, port = 0): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(new Uint8Array(Uint16Array.of(linux.AF_INET).buffer));
  bytes.set([port >> 8, port & 255], 2);
  bytes.set(address, 4);
  return bytes;
}

/** An int in host order. */
export function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

export function readInt32(bytes: Uint8Array): number {
  return new Int32Array(bytes.buffer, bytes.byteOffset, 1)[0] ?? 0;
}

/** The port of a struct sockaddr_in. */
export function readPort(socketAddress: Uint8Array): number {
  return (socketAddress[2] ?? 0) * 256 + (socketAddress[3] ?? 0);
}
