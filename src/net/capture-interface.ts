/** Interface description blocks of pcapng: link type, snapshot length, and how times are to be read. */
import type { Block } from './capture-pcapng.js';

export interface Interface {
  readonly linkType: number;
  /** 0: unlimited. */
  readonly snapLength: number;
  /** Units of a time in a second. */
  readonly unitsPerSecond: bigint;
  /** Seconds to add to each time. */
  readonly offset: bigint;
}

const options = { end: 0, timeResolution: 9, timeOffset: 14 } as const;
const bodyAt = 16;

export function interfaceOf(block: Block): Interface {
  block.demand(20);
  let unitsPerSecond = 1_000_000n; // the default of the format
  let offset = 0n;
  const end = block.length - 4;
  for (let at = bodyAt; at + 4 <= end;) {
    const [code, length] = [block.u16(at), block.u16(at + 2)];
    if (code === options.end) break;
    const value = at + 4;
    if (value + length > end) block.fail(at, `option ${code} of an interface reaches past its block`);
    if (code === options.timeResolution && length === 1) {
      unitsPerSecond = resolution(block.bytes[block.at + value] ?? 6, block, value);
    } else if (code === options.timeOffset && length === 8) {
      offset = block.i64(value);
    }
    at = value + ((length + 3) & ~3);
  }
  return { linkType: block.u16(8), snapLength: block.u32(12), unitsPerSecond, offset };
}

/** The top bit chooses between powers of 2 and of 10. */
function resolution(octet: number, block: Block, place: number): bigint {
  const exponent = octet & 0x7f;
  const isBinary = octet >= 0x80;
  // finer steps than these leave no second in 64 bits
  if (exponent > (isBinary ? 63 : 19)) block.fail(place, `a time resolution of ${isBinary ? 2 : 10}^-${exponent} s`);
  return (isBinary ? 2n : 10n) ** BigInt(exponent);
}

export function splitTime(
  units: bigint,
  { unitsPerSecond, offset }: Interface,
): { readonly seconds: number; readonly nanoseconds: number } {
  return {
    seconds: Number(units / unitsPerSecond + offset),
    nanoseconds: Number(((units % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond),
  };
}
