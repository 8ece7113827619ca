/** UDP datagrams as a raw socket gives them, for devices that treat checksums in their own way. */
import type { Endpoint } from '../net/port.js';
import { ipv4 } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import { udp } from '../wire/udp.js';

export interface RawDatagram {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly payload: Uint8Array;
  /** As received, and as it should be. */
  readonly checksum: { readonly given: number; readonly right: number };
}

/** Undefined for what is no datagram to that port. */
export function readDatagram(packet: Uint8Array, port: number): RawDatagram | undefined {
  const outer = decode(ipv4, packet);
  const inner = outer.ok ? decode(udp, outer.value.payload, outer.value) : undefined;
  if (!outer.ok || !inner?.ok || inner.value.destinationPort !== port) return undefined;
  const { source, destination } = outer.value;
  const { sourcePort, destinationPort, payload, checksum } = inner.value;
  const anew = decode(udp, encode(udp, { sourcePort, destinationPort, payload }, { source, destination }));
  return {
    local: { address: destination, port: destinationPort },
    remote: { address: source, port: sourcePort },
    payload,
    checksum: { given: checksum, right: anew.ok ? anew.value.checksum : 0 },
  };
}

/** RFC 768: 0 says that there is none. */
export const isWrong = ({ given, right }: RawDatagram['checksum']): boolean => given !== 0 && given !== right;
export const isRight = ({ given, right }: RawDatagram['checksum']): boolean => given === right;
