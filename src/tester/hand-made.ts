/** UDP datagrams made by hand, so that their checksums can be bent: RFC 768. */
import type { Endpoint } from '../net/port.js';
import { ipProtocols } from '../wire/ipv4.js';
import { encode } from '../wire/layout.js';
import { udp, udpChecksum } from '../wire/udp.js';

export interface HandMade {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** Fields of the IPv4 packet; `bend` makes the checksum to send from the right one, and 0 says "none". */
export function handMade(from: Endpoint, to: Endpoint, payload: Uint8Array, bend: (right: number) => number): HandMade {
  const ends = { source: from.address, destination: to.address };
  const header = { sourcePort: from.port, destinationPort: to.port, payload };
  const right = udpChecksum(encode(udp, { ...header, checksum: 0 }), ends);
  return { ...ends, protocol: ipProtocols.udp, payload: encode(udp, { ...header, checksum: bend(right) }) };
}
