/** UDP header, RFC 768. */
import { onesComplement } from './checksum.js';
import { ipProtocols } from './ipv4.js';
import { bytes, bytesUpTo, type ComputeInput, computed, layout, u16, type ValueOf } from './layout.js';
import { type PseudoHeader, pseudoHeaderSum } from './pseudo-header.js';

export type { PseudoHeader };

/** The checksum over `datagram` (its own checksum field as it stands); 0 is sent as 0xffff, for 0 means "none". */
export function udpChecksum(datagram: Uint8Array, addresses: PseudoHeader): number {
  return onesComplement(datagram, pseudoHeaderSum(addresses, ipProtocols.udp, datagram.length)) || 0xffff;
}

const withoutPadding = ({ bytes: whole, value }: ComputeInput): Uint8Array => {
  const padding = value['padding'];
  return padding instanceof Uint8Array ? whole.subarray(0, whole.length - padding.length) : whole;
};

export const udp = layout('UDP', [
  u16('sourcePort'),
  u16('destinationPort'),
  computed(u16('length'), (input) => withoutPadding(input).length),
  computed(
    u16('checksum', { hex: true }),
    (input) => (input.context ? udpChecksum(withoutPadding(input), input.context as PseudoHeader) : undefined),
    0, // "no checksum"
  ),
  bytesUpTo('payload', (value) => Number(value['length']) - 8),
  bytes('padding'), // behind the datagram, where the IP packet is longer than the datagram
]);

export type Udp = ValueOf<typeof udp>;
/** A checksum that is left out needs a `PseudoHeader` as context. */
