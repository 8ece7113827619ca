/** Contenders in turn, round by round, so that whatever else the machine does hits all of them alike. */

/**
 * Rounds of every contender in turn. A contender that fails is left out from then on, with the reason.
 * @returns for each name its rates by round (things a second), what it told last, and why it failed
 */
export async function interleaved(
  contenders,
  { rounds, milliseconds, warmUp = Math.min(400, milliseconds), window = 1 },
) {
  const measured = new Map(contenders.map(({ name }) => [name, { rates: [], more: {}, failed: undefined }]));
  for (let round = -1; round < rounds; round++) {
    for (const contender of contenders) {
      const own = measured.get(contender.name);
      if (own.failed !== undefined) continue;
      try {
        // one round more, in front, lets compilers warm up and is not counted
        const { rate, more } = await contender.round(window, round < 0 ? warmUp : milliseconds);
        if (round >= 0) own.rates.push(rate);
        own.more = more;
      } catch (error) {
        own.failed = error.message;
      }
    }
  }
  return measured;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Ratio of two contenders, round by round: median, least and most. Undefined when one of them failed. */
export function ratio(one, other) {
  if (!one?.rates.length || !other?.rates.length) return undefined;
  const pairs = one.rates.slice(0, other.rates.length).map((rate, i) => rate / other.rates[i]);
  return { median: median(pairs), least: Math.min(...pairs), most: Math.max(...pairs) };
}
