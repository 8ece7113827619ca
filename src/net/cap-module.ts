import { createRequire } from 'node:module';
import { NetError } from './net-error.js';

/** The part of the package `cap` (libpcap) that a link uses; the package has no types. */
export interface CapDevice {
  /** Gives the name of the link type; `buffer` receives each packet in turn. */
  open(device: string, filter: string, kernelBuffer: number, buffer: Buffer): string;
  on(event: 'packet', listener: (length: number, truncated: boolean) => void): void;
  send(frame: Buffer): void;
  close(): void;
  /** On Windows only. */
  setMinBytes?(bytes: number): void;
}

const require = createRequire(import.meta.url);

/** A new device of the optional package `cap`, loaded on first use. */
export function newCapDevice(): CapDevice {
  let loaded: { readonly Cap: new () => CapDevice };
  try {
    loaded = require('cap') as typeof loaded;
  } catch (cause) {
    throw new NetError(
      'no-libpcap',
      'Ethernet links need the package cap, which cannot be loaded; ' +
        'run: apt-get install libpcap-dev g++ make && npm rebuild cap',
      { cause },
    );
  }
  const device = new loaded.Cap();
  devices.push(device);
  return device;
}

/**
 * Kept for the life of the process: cap stops its libuv handle on close but never closes it, so the event loop keeps a
 * pointer into the object; one that failed to open crashes when it is collected.
 */
const devices: CapDevice[] = [];
