/** The command line that audits or replays the same captures again. */
import type { ConfigFlags } from './config/flags.js';
import { isShowable } from './config/key.js';
import { shellWord } from './repeat.js';

/** No key is shown: one given as hex is left to the environment. */
export function repeatOffline(
  command: 'audit' | 'replay',
  files: readonly string[],
  flags: ConfigFlags & { readonly config?: string; readonly timing?: boolean; readonly port?: string },
): string {
  const one = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value]);
  const each = (flag: string, values: readonly string[] = []): string[] => values.flatMap((value) => [flag, value]);
  const key = (value: string | undefined, variable: string): string | undefined =>
    value === undefined || isShowable(value) ? value : `env:${variable}`;
  const words = [
    ...['grespec', command, ...files],
    ...one('--config', flags.config),
    ...one('--as', flags.as),
    ...one('--port', flags.port),
    ...one('--target', flags.target),
    ...each('--local', flags.local),
    ...one('--spi', flags.spi),
    ...one('--key', key(flags.key, 'GRESPEC_KEY')),
    ...one('--fa-ha-spi', flags.faHaSpi),
    ...one('--fa-ha-key', key(flags.faHaKey, 'GRESPEC_FA_HA_KEY')),
    ...one('--profile', flags.profile),
    ...each('--knob', flags.knob),
    ...(flags.timing ? ['--timing'] : []),
    ...(flags.gre === false ? ['--no-gre'] : []),
    ...(flags.strict ? ['--strict'] : []),
    ...one('--trigger', flags.trigger),
    ...one('--timeout', flags.timeout),
  ];
  return words.map(shellWord).join(' ');
}
