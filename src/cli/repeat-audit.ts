/** The command line that audits the same captures again. */
import type { ConfigFlags } from './config/flags.js';
import { isShowable } from './config/key.js';
import { shellWord } from './repeat.js';

export function repeatAuditCommand(
  files: readonly string[],
  flags: ConfigFlags & { readonly config?: string },
): string {
  const one = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value]);
  const key = (value: string | undefined, variable: string): string | undefined =>
    value === undefined || isShowable(value) ? value : `env:${variable}`;
  const words = [
    ...['grespec', 'audit', ...files],
    ...one('--config', flags.config),
    ...one('--spi', flags.spi),
    ...one('--key', key(flags.key, 'GRESPEC_KEY')),
    ...one('--fa-ha-spi', flags.faHaSpi),
    ...one('--fa-ha-key', key(flags.faHaKey, 'GRESPEC_FA_HA_KEY')),
    ...one('--profile', flags.profile),
    ...(flags.knob ?? []).flatMap((knob) => ['--knob', knob]),
    ...(flags.strict ? ['--strict'] : []),
  ];
  return words.map(shellWord).join(' ');
}
