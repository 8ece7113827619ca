/** Watches interfaces through libpcap: packets with all their headers, as they were on the wire. */
import { networkInterfaces } from 'node:os';
import { newCapDevice } from './cap-module.js';
import { linkTypes } from './capture-link.js';
import { systemClock } from './clock.js';
import { kernelBuffer, largestFrame, openDevice } from './link.js';
import { NetError } from './net-error.js';

export interface WirePacket {
  /** When it was read, milliseconds since the Unix epoch: libpcap knows the moment better, but the package hides it. */
  readonly at: number;
  readonly interfaceName: string;
  /** A LINKTYPE_ number of tcpdump.org. */
  readonly linkType: number;
  /** From the link-layer header on. */
  readonly bytes: Uint8Array;
}

/** Link types by the names that the package has for them. */
const linkTypesByName: Readonly<Record<string, number>> = {
  NULL: linkTypes.null,
  ETHERNET: linkTypes.ethernet,
  RAW: linkTypes.raw,
  LINKTYPE_RAW: linkTypes.raw,
  LINUX_SLL: linkTypes.cooked,
  LINKTYPE_LINUX_SLL: linkTypes.cooked,
};

/** Opens the interface; `filter` is in the language of pcap-filter(7). Throws a NetError; gives what closes it. */
export function openWireTap(name: string, filter: string, receive: (packet: WirePacket) => void): () => void {
  const device = newCapDevice();
  const buffer = Buffer.alloc(largestFrame); // the listener holds it for as long as the device lives: see link.ts
  const type = openDevice(() => device.open(name, filter, kernelBuffer, buffer), name);
  const linkType = linkTypesByName[type];
  if (linkType === undefined) {
    device.close();
    throw new NetError('unsupported', `link ${name}: its link type ${type} is not known`);
  }
  let closed = false;
  device.on('packet', (length) => {
    if (closed) return;
    receive({
      at: systemClock.now(),
      interfaceName: name,
      linkType,
      bytes: new Uint8Array(buffer.subarray(0, length)),
    });
  });
  return () => {
    if (closed) return;
    closed = true;
    device.close();
  };
}

/** The interfaces on which packets between these addresses of this machine and `peer` travel. */
export function interfacesTowards(addresses: readonly string[], peer: string): readonly string[] {
  const all = Object.entries(networkInterfaces()).map(([name, list = []]) => ({ name, list }));
  const nameOf = (address: string): string | undefined =>
    address.startsWith('127.')
      ? all.find(({ list }) => list.some(({ internal }) => internal))?.name
      : all.find(({ list }) => list.some((own) => own.address === address))?.name;
  // what stays on this machine goes over loopback, whatever interface has the address
  const isHere = nameOf(peer) !== undefined;
  return [...new Set(addresses.flatMap((address) => nameOf(isHere ? '127.0.0.1' : address) ?? []))];
}
