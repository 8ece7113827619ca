/**
 * The Internet checksum (RFC 1071): the complement of the one's complement sum of 16-bit words, 0 to 0xffff.
 * An odd last octet is padded with a zero octet. `initial` is a partial sum, such as that of a pseudo header.
 */
export function onesComplement(bytes: Uint8Array, initial = 0): number {
  return ~foldedSum(bytes, initial) & 0xffff;
}

/** The folded one's complement sum itself, to be handed to `onesComplement` as `initial`. */
export function foldedSum(bytes: Uint8Array, initial = 0): number {
  let sum = initial;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  if (even !== bytes.length) sum += (bytes[even] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum;
}
