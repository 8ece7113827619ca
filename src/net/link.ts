import { existsSync, readFileSync } from 'node:fs';
import { newCapDevice } from './cap-module.js';
import { systemClock } from './clock.js';
import { NetError, rawPrivilegeAdvice } from './net-error.js';
import { OwnFrames } from './own-frames.js';
import type { LinkFrame, LinkPort } from './port.js';
import { errorCode, FaultCount } from './send-faults.js';

/** With a kernel buffer near one packet's size libpcap captures nothing on a link with offloads. */
export const kernelBuffer = 10 * 1024 * 1024;
/** cap's fixed snapshot length. */
export const largestFrame = 65535;

/**
 * Opens an Ethernet link through libpcap, always promiscuous. What the machine's own stack sends there is seen as well.
 * Two warnings come from the package: without an IPv4 address on the interface it writes a harmless line to standard
 * error, and it aborts the process when the interface goes down while it is open.
 */
export async function openLink(name: string, receive: (frame: LinkFrame) => void): Promise<LinkPort> {
  const system = `/sys/class/net/${name}`;
  if (name === '' || name.includes('/') || !existsSync(system)) {
    throw new NetError('no-such-link', `link ${name}: there is no such interface; see: ip link`);
  }
  const device = newCapDevice();
  // cap keeps a bare pointer to it: the listener below holds the reference for as long as the device lives.
  const buffer = Buffer.alloc(largestFrame);
  const type = openDevice(() => device.open(name, '', kernelBuffer, buffer), name);
  device.setMinBytes?.(0);
  if (type !== 'ETHERNET') {
    device.close();
    throw new NetError('unsupported', `link ${name}: its link type is ${type}; choose an Ethernet interface`);
  }
  const faults = new FaultCount();
  // A packet socket never gets its own frames back, but on loopback, where what leaves also arrives. Elsewhere an equal
  // frame is the peer's doing, and must be seen.
  const own = isLoopback(system) ? new OwnFrames() : undefined;
  let closed = false;
  device.on('packet', (length) => {
    if (closed) return;
    const bytes = new Uint8Array(buffer.subarray(0, length));
    if (own?.cameBack(bytes)) return;
    receive({ at: systemClock.now(), bytes });
  });
  return {
    name,
    faults,
    send(frame) {
      if (closed) return faults.add('closed', name);
      try {
        device.send(Buffer.from(frame.buffer, frame.byteOffset, frame.length));
        own?.injected(frame);
      } catch (error) {
        faults.add(errorCode(error), name);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      device.close();
    },
  };
}

/** libpcap says what is wrong in words only. */
export function openDevice(open: () => string, name: string): string {
  try {
    return open();
  } catch (cause) {
    const words = errorCode(cause);
    if (/permi/i.test(words)) {
      throw new NetError('no-privilege', `link ${name}: no privilege to capture; ${rawPrivilegeAdvice}`, { cause });
    }
    if (/not up/i.test(words)) {
      throw new NetError('no-such-link', `link ${name} is down; run: sudo ip link set ${name} up`, { cause });
    }
    throw new NetError('unsupported', `link ${name}: libpcap answered: ${words}`, { cause });
  }
}

function isLoopback(system: string): boolean {
  const arphrdLoopback = '772';
  return readFileSync(`${system}/type`, 'latin1').trim() === arphrdLoopback;
}
