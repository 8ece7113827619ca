import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { NetError, netErrorFromCode } from './net-error.js';
import { errorCode } from './send-faults.js';

/** The source address the kernel would choose towards `target`. Sends nothing. */
export async function localAddressFor(target: string): Promise<string> {
  const what = `local address towards ${target}`;
  if (!isIPv4(target)) throw new NetError('unsupported', `${what}: not a dotted IPv4 address`);
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(9, target, (error?: Error) => (error ? reject(error) : resolve()));
    });
    return socket.address().address;
  } catch (error) {
    throw netErrorFromCode(errorCode(error), what, target, error);
  } finally {
    socket.close();
  }
}

/**
 * `count` (from 1) distinct random loopback addresses out of 127.16.0.0 to 127.254.255.254, so that runs side by side
 * do not meet; every one is local on Linux without being set up.
 */
export function freshLoopback(count: number): [string, ...string[]] {
  const first = randomLoopback();
  const all = new Set([first]);
  while (all.size < count) all.add(randomLoopback());
  all.delete(first);
  return [first, ...all];
}

const randomLoopback = (): string => `127.${randomInt(16, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
