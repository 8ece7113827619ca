/** A small seeded generator, so that a run can be repeated: sfc32. Not for secrets. */
export interface Random {
  /** A whole number from 0 to 2^32-1. */
  uint32(): number;
}

export function seededRandom(seed: number): Random {
  // signed 32-bit numbers, for the engine keeps those without allocating anything
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = seed | 0;
  let d = 0xb7e15162 | 0;
  const uint32 = (): number => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();
  return { uint32 };
}
