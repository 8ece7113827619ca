/** Fields that the reference devices leave out of their GRE headers, put in: RFC 2784 §2.1, RFC 2890 §2. */
import { headerLength, ip, putU16, sealHeader, u16At } from '../agents/octets.js';
import { onesComplement } from '../wire/checksum.js';
import { ipProtocols } from '../wire/ipv4.js';
import { concat } from '../wire/text.js';

/** In the first 16 bits of the GRE header. */
export const greFlags = { checksum: 0x8000, key: 0x2000, sequence: 0x1000 } as const;

export const isGre = (packet: Uint8Array): boolean => packet[ip.protocol] === ipProtocols.gre;

/**
 * A GRE packet with four octets more, `offset` octets behind the start of its GRE header, and their flag set. `fill` is
 * told where they stand. Anything else comes back as it is.
 */
export function withGreField(
  packet: Uint8Array,
  offset: number,
  flag: number,
  fill: (longer: Uint8Array, at: number) => void,
): Uint8Array {
  if (!isGre(packet)) return packet;
  const header = headerLength(packet);
  const at = header + offset;
  const longer = concat(packet.subarray(0, at), new Uint8Array(4), packet.subarray(at));
  putU16(longer, header, u16At(longer, header) | flag);
  fill(longer, at);
  putU16(longer, ip.totalLength, longer.length);
  sealHeader(longer);
  return longer;
}

interface GreChecksum {
  /** What stands behind the checksum. */
  readonly reserved1?: number;
  /** Bits turned in the right checksum. */
  readonly wrong?: number;
  /** How many octets are summed of so many. */
  readonly counted?: (length: number) => number;
}

/** A GRE packet with a checksum, right unless said. */
export function withGreChecksum(packet: Uint8Array, as: GreChecksum = {}): Uint8Array {
  const { reserved1 = 0, wrong = 0, counted = (length) => length } = as;
  const offset = 4;
  return withGreField(packet, offset, greFlags.checksum, (longer, at) => {
    const start = at - offset;
    putU16(longer, at + 2, reserved1);
    putU16(longer, at, onesComplement(longer.subarray(start, start + counted(longer.length - start))) ^ wrong);
  });
}
