/** One layer of the configuration, a file or the flags, with its values read. What is absent is left to the layer below. */
import type { AssociationConfig, PicsItem, Pixit, Profile, TesterRole } from '../../spec/config.js';
import { knobs, type KnobValues, parseKnob } from '../../spec/knobs.js';
import type { Endpoint } from '../../net/port.js';
import { usageError } from '../cli-error.js';
import { checkShape } from './check.js';
import type { AssociationInput, ConfigInput, Path, Source } from './input.js';
import type { KeyReference } from './key.js';
import * as values from './values.js';

export interface AssociationSettings {
  readonly spi?: number;
  readonly key?: KeyReference;
  readonly algorithm?: AssociationConfig['algorithm'];
  readonly replay?: AssociationConfig['replay'];
}

export interface Settings {
  readonly as?: TesterRole;
  readonly target?: Endpoint;
  readonly local?: readonly string[];
  readonly profile?: Profile;
  readonly mnHa?: AssociationSettings;
  readonly faHa?: AssociationSettings;
  readonly pics: Readonly<Partial<Record<PicsItem, boolean>>>;
  readonly pixit: Partial<Pixit>;
  readonly knobs: KnobValues;
  /** Where each setting that decides about a skip was made, by its dotted name. */
  readonly origins?: Readonly<Record<string, string>>;
  readonly gre?: boolean;
  readonly timeout?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly strict?: boolean;
  readonly bail?: boolean;
  readonly restartCmd?: string;
}

export function readSettings(source: Source): Settings {
  const input = checkShape(source);
  const { as, profile, gre, timeout, rate, seed, strict, bail, restartCmd } = input;
  const read = <T>(path: Path, value: values.Read<T>): T => {
    if (value.ok) return value.value;
    throw usageError(`${source.locate(path)}: ${value.message}`);
  };
  const optional = <V, T>(path: Path, value: V | undefined, reader: (value: V) => values.Read<T>): T | undefined =>
    value === undefined ? undefined : read(path, reader(value));

  const local = input.local === undefined ? undefined : [input.local].flat();
  const { gateway, realm, homeNetwork, ...pixit } = input.pixit ?? {};
  const association = (name: 'mnHa' | 'faHa'): AssociationSettings | undefined =>
    associationOf(input.securityAssociations?.[name], source.locate(['securityAssociations', name, 'key']));

  return definedOf({
    ...{ as, profile, gre, timeout, rate, seed, strict, bail, restartCmd },
    target: optional(['target'], input.target, values.readTarget),
    local: optional(['local'], local, values.readAddresses),
    mnHa: association('mnHa'),
    faHa: association('faHa'),
    pics: flatPics(input.pics ?? {}),
    pixit: definedOf({
      ...pixit,
      realm: optional(['pixit', 'realm'], realm, values.readRealm),
      homeNetwork: optional(['pixit', 'homeNetwork'], homeNetwork, values.readNetwork),
      gateway:
        gateway &&
        definedOf({
          ipv4: optional(['pixit', 'gateway', 'ipv4'], gateway.ipv4, values.readAddress),
          ipv6: optional(['pixit', 'gateway', 'ipv6'], gateway.ipv6, values.readIpv6),
        }),
    }),
    knobs: knobsOf(input.knobs ?? {}, source),
    origins: originsOf(input, source),
  });
}

/** The settings for whose sake cases are skipped: profile, what the device claims, choices, keys and addresses. */
function originsOf(input: ConfigInput, { locate }: Source): Record<string, string> | undefined {
  const { profile, pics, knobs, securityAssociations, local, gre } = input;
  const leaves = (value: unknown, path: readonly string[]): readonly string[][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([name, part]) => leaves(part, [...path, name]))
      : value === undefined
        ? []
        : [[...path]];
  const { mnHa, faHa } = securityAssociations ?? {};
  const found = [
    ...leaves({ profile, pics, knobs, local, gre }, []),
    ...leaves({ mnHa }, ['securityAssociations']),
    ...(faHa ? [['securityAssociations', 'faHa']] : []),
  ];
  if (found.length === 0) return undefined;
  return Object.fromEntries(found.map((path) => [path.join('.'), locate(path)]));
}

function associationOf(input: AssociationInput | undefined, where: string): AssociationSettings | undefined {
  if (!input) return undefined;
  const { key, ...rest } = input;
  return key === undefined ? rest : { ...rest, key: { text: key, where } };
}

const isKnob = (name: string): boolean => knobs.some((knob) => knob.name === name);

function knobsOf(input: Readonly<Record<string, string | number | boolean>>, source: Source): KnobValues {
  const known: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    const knob = parseKnob(`${name}=${value}`);
    const more = isKnob(name) ? `; see: grespec explain ${name}` : '';
    if (!knob.ok) throw usageError(`${source.locate(['knobs', name])}: ${knob.message}${more}`);
    known[knob.name] = knob.value;
  }
  return known;
}

/** `homeLink: { arp: false }` becomes `homeLink.arp: false`. The schema has checked the names. */
function flatPics(input: object): Partial<Record<PicsItem, boolean>> {
  const items = Object.entries(input).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([part, claimed]) => [`${name}.${part}`, claimed] as const)
      : [[name, value] as const],
  );
  return Object.fromEntries(items);
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the properties that are undefined, so that merging layers is spreading them. */
function definedOf<T extends object>(value: T): Partial<Defined<T>> & Pick<Defined<T>, RequiredKeys<T>> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never;
}

type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];

/** The upper layer wins, item by item. */
export function mergeSettings(lower: Settings, upper: Settings): Settings {
  const merged = <T extends object>(below: T | undefined, above: T | undefined): T | undefined =>
    below && above ? { ...below, ...above } : (above ?? below);
  return definedOf({
    ...lower,
    ...upper,
    mnHa: merged(lower.mnHa, upper.mnHa),
    faHa: merged(lower.faHa, upper.faHa),
    pics: { ...lower.pics, ...upper.pics },
    pixit: definedOf({
      ...lower.pixit,
      ...upper.pixit,
      gateway: merged(lower.pixit.gateway, upper.pixit.gateway),
    }),
    knobs: { ...lower.knobs, ...upper.knobs },
    origins: merged(lower.origins, upper.origins),
  });
}
