/** Numbers among octets, read without a layout. */

/** Two octets in network byte order; those behind the end count as 0. */
export const u16At = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
