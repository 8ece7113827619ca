/** Decoded values as JSON has them, so that vectors and expectations can be written down. */

/** Octets as hex, 64-bit numbers as `0x` and 16 digits; where an extension was found is left out. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'bigint') return `0x${value.toString(16).padStart(16, '0')}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, own]) => key !== 'at' && key !== 'size' && own !== undefined);
  return Object.fromEntries(kept.map(([key, own]) => [key, plain(own)]));
}
