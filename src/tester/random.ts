/** A small seeded generator, so that a run can be repeated: sfc32. Not for secrets. */
export interface Random {
  /** A whole number from 0 to 2^32-1. */
  uint32(): number;
}

export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed >>> 0;
  let d = 0xb7e15162;
  const uint32 = (): number => {
    const t = (a + b + d) >>> 0;
    d = (d + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((c << 21) | (c >>> 11)) >>> 0;
    c = (c + t) >>> 0;
    return t;
  };
  for (let i = 0; i < 12; i++) uint32();
  return { uint32 };
}
