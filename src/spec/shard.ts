/** A part of a run whose other parts run elsewhere, perhaps at the same time and against the same device. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly total: number;
}

export const whole: Shard = { index: 1, total: 1 };

/** More would leave a shard fewer than three addresses of the home network. */
export const mostShards = 40;

/** Of a number that every shard counts from 0, the one that no other shard has. */
export function numberOf(count: number, { index, total }: Shard = whole): number {
  return count * total + index - 1;
}

/** Such a number within a room that is used again and again; those of different shards stay different in it. */
export function within(number: number, room: number, { total }: Shard = whole): number {
  return number % (room - (room % total));
}

/** Shards draw different random numbers from one seed. Far apart, since the fuzzer counts seeds up from here. */
export function seedOf(seed: number, { index }: Shard = whole): number {
  return (seed + (index - 1) * 0x9e3779b9) >>> 0;
}
