/** Flags that take NAME=VALUE and may stand before several: `--knob base=rfc5944 mns=500`. */
const repeatable = new Set(['--knob', '--pics', '--pixit', '--report']);

/** Puts the flag before each of its values, so that selectors after them are not taken for more. */
export function spreadRepeatable(argv: readonly string[]): string[] {
  const spread: string[] = [];
  let flag: string | undefined;
  for (const [i, word] of argv.entries()) {
    if (word === '--') return [...spread, ...argv.slice(i)];
    if (word.startsWith('-')) flag = repeatable.has(word) ? word : undefined;
    else if (flag !== undefined && argv[i - 1] !== flag) {
      if (word.includes('=')) spread.push(flag);
      else flag = undefined;
    }
    spread.push(word);
  }
  return spread;
}
