/** The command line in the shape of a configuration file. */
import { quoted, usageError } from '../cli-error.js';
import type { Path, Source } from './input.js';

/** The flags that say what to test and how; texts as the user gave them. */
export interface ConfigFlags {
  readonly as?: string;
  readonly target?: string;
  readonly local?: readonly string[];
  readonly spi?: string;
  readonly key?: string;
  readonly faHaSpi?: string;
  readonly faHaKey?: string;
  readonly profile?: string;
  readonly knob?: readonly string[];
  readonly pics?: readonly string[];
  readonly pixit?: readonly string[];
  /** False with --no-gre, else true. */
  readonly gre?: boolean;
  readonly strict?: boolean;
  readonly bail?: boolean;
  readonly seed?: string;
  readonly timeout?: string;
  readonly rate?: string;
  readonly restartCmd?: string;
  readonly trigger?: string;
  readonly accessLink?: string;
}

/** Which flag sets an item. */
const flagOf: Readonly<Record<string, string>> = {
  'securityAssociations.mnHa.spi': '--spi',
  'securityAssociations.mnHa.key': '--key',
  'securityAssociations.faHa.spi': '--fa-ha-spi',
  'securityAssociations.faHa.key': '--fa-ha-key',
  knobs: '--knob',
  gre: '--no-gre',
  restartCmd: '--restart-cmd',
};

export function flagSource(flags: ConfigFlags): Source {
  const { as, target, profile, strict, bail, restartCmd } = flags;
  const mnHa = group({ spi: number(flags.spi), key: flags.key });
  const faHa = group({ spi: number(flags.faHaSpi), key: flags.faHaKey });
  const value = group({
    ...{ as, target, profile, strict, bail, restartCmd },
    local: flags.local?.flatMap((text) => text.split(',')).map((text) => text.trim()),
    securityAssociations: group({ mnHa, faHa }),
    pics: assignments('--pics', flags.pics, truth),
    pixit: group({
      ...assignments('--pixit', flags.pixit, (text, name) => (name === 'maxLifetime' ? number(text) : text)),
      ...group({ trigger: flags.trigger, accessLink: flags.accessLink }),
    }),
    knobs: assignments('--knob', flags.knob, (text) => text),
    gre: flags.gre === false ? false : undefined,
    seed: number(flags.seed),
    timeout: number(flags.timeout),
    rate: number(flags.rate),
  });
  return { value: value ?? {}, locate, placeIsName: true };
}

function locate(path: Path): string {
  const [head = ''] = path;
  if ((head === 'pics' || head === 'pixit') && path.length > 1) return `--${head} ${path.slice(1).join('.')}`;
  return flagOf[path.join('.')] ?? flagOf[head] ?? `--${head}`;
}

/** An object of the properties that are there; undefined when none is. */
function group(properties: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What is no number stays text, which the schema then refuses by name. */
function number(text: string | undefined): number | string | undefined {
  return text !== undefined && /^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : text;
}

function truth(text: string): boolean | string {
  return text === 'true' ? true : text === 'false' ? false : text;
}

/** `gateway.ipv4=10.99.0.1` as `{ gateway: { ipv4: '10.99.0.1' } }`. */
function assignments(
  flag: string,
  texts: readonly string[] | undefined,
  convert: (text: string, name: string) => unknown,
): Record<string, unknown> | undefined {
  if (!texts) return undefined;
  const whole: Record<string, unknown> = {};
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals <= 0) throw usageError(`${flag} takes NAME=VALUE, not ${quoted(text)}`);
    const name = text.slice(0, equals).trim();
    const value = convert(text.slice(equals + 1).trim(), name);
    const parts = flag === '--knob' ? [name] : name.split('.');
    let holder = whole;
    for (const part of parts.slice(0, -1)) holder = holderIn(holder, part);
    define(holder, parts.at(-1) ?? '', value);
  }
  return whole;
}

function holderIn(holder: Record<string, unknown>, part: string): Record<string, unknown> {
  const there = Object.hasOwn(holder, part) ? holder[part] : undefined;
  if (typeof there === 'object' && there !== null) return there as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  define(holder, part, made);
  return made;
}

/** Also for a name such as `__proto__`, which a plain assignment would not make a property. */
function define(holder: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}
