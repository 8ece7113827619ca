/** The command line that runs one case alone again. */
import path from 'node:path';
import type { ConfigFlags } from './config/flags.js';
import { isShowable } from './config/key.js';

export interface RepeatedFlags extends ConfigFlags {
  readonly config?: string;
  readonly fault?: string;
  readonly suite?: readonly string[];
}

/** Keys given as hex are left to the environment. */
const keyVariables = { key: 'GRESPEC_KEY', faHaKey: 'GRESPEC_FA_HA_KEY' } as const;

/** As the user called it, with the seed said and no key shown; reports and --bail are left out. */
export function repeatCommand(id: string, flags: RepeatedFlags, seed: number, program = programName()): string {
  const { as, config, target, spi, faHaSpi, profile, timeout, rate, restartCmd } = flags;
  const one = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value]);
  const each = (flag: string, values: readonly string[] = []): string[] => values.flatMap((value) => [flag, value]);
  const words = [
    ...[...program, 'run', id],
    ...one('--as', as),
    ...one('--config', config),
    ...each('--suite', flags.suite),
    ...one('--target', target),
    ...each('--local', flags.local),
    ...one('--spi', spi),
    ...one('--key', shown(flags.key, keyVariables.key)),
    ...one('--fa-ha-spi', faHaSpi),
    ...one('--fa-ha-key', shown(flags.faHaKey, keyVariables.faHaKey)),
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

function shown(key: string | undefined, variable: string): string | undefined {
  return key === undefined || isShowable(key) ? key : `env:${variable}`;
}

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
