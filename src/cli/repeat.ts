/** The command line that does something again: runs one case alone, or fuzzes. */
import path from 'node:path';
import type { ConfigFlags } from './config/flags.js';
import { shownKey } from './config/key.js';

export interface RepeatedFlags extends ConfigFlags {
  readonly config?: string;
  readonly fault?: string;
  readonly suite?: readonly string[];
}

/** The command as the user called it, with the seed said and no key shown; reports and --bail are left out. */
export function repeatCommand(
  command: readonly string[],
  flags: RepeatedFlags,
  seed: number,
  program = programName(),
): string {
  const { as, config, target, spi, faHaSpi, profile, timeout, rate, restartCmd } = flags;
  const words = [
    ...[...program, ...command],
    ...one('--as', as),
    ...one('--config', config),
    ...each('--suite', flags.suite),
    ...one('--target', target),
    ...each('--local', flags.local),
    ...one('--spi', spi),
    ...one('--key', key('mnHa', flags.key)),
    ...one('--fa-ha-spi', faHaSpi),
    ...one('--fa-ha-key', key('faHa', flags.faHaKey)),
    ...one('--profile', profile),
    ...each('--knob', flags.knob),
    ...each('--pics', flags.pics),
    ...each('--pixit', flags.pixit),
    ...(flags.gre === false ? ['--no-gre'] : []),
    ...(flags.strict ? ['--strict'] : []),
    ...one('--timeout', timeout),
    ...one('--rate', rate),
    ...one('--restart-cmd', restartCmd),
    ...one('--trigger', flags.trigger),
    ...one('--access-link', flags.accessLink),
    ...one('--fault', flags.fault),
    ...['--seed', String(seed)],
  ];
  return words.map(shellWord).join(' ');
}

/** A flag as it was given, if it was. */
export const one = (flag: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [flag, value];

export const each = (flag: string, values: readonly string[] = []): readonly string[] =>
  values.flatMap((value) => [flag, value]);

/** One given as hex is left to the environment. */
export const key = (association: 'mnHa' | 'faHa', text: string | undefined): string | undefined =>
  text === undefined ? undefined : shownKey(association, text);

/** How grespec was called, in words that can be typed again from the same folder. */
function programName(script = process.argv[1] ?? ''): string[] {
  const { dir, base } = path.parse(script);
  if (base === 'grespec' && dir.endsWith('node_modules/.bin')) return ['npx', 'grespec'];
  if (base === 'grespec' && (process.env['PATH'] ?? '').split(':').includes(dir)) return ['grespec'];
  const relative = path.relative(process.cwd(), script);
  return ['node', relative.startsWith('..') ? script : relative];
}

/** A word that a POSIX shell reads as it stands. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
