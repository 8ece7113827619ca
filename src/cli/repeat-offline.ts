/** The command line that audits or replays the same captures again. */
import type { ConfigFlags } from './config/flags.js';
import { each, key, one, shellWord } from './repeat.js';

export function repeatOffline(
  command: 'audit' | 'replay',
  files: readonly string[],
  flags: ConfigFlags & { readonly config?: string; readonly timing?: boolean; readonly port?: string },
): string {
  const words = [
    ...['grespec', command, ...files],
    ...one('--config', flags.config),
    ...one('--as', flags.as),
    ...one('--port', flags.port),
    ...one('--target', flags.target),
    ...each('--local', flags.local),
    ...one('--spi', flags.spi),
    ...one('--key', key('mnHa', flags.key)),
    ...one('--fa-ha-spi', flags.faHaSpi),
    ...one('--fa-ha-key', key('faHa', flags.faHaKey)),
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
