/** A configuration file to begin with: every setting with what it means, those that nobody has set as comments. */
import { defaultPics } from '../../spec/config.js';
import schema from '../config.schema.json' with { type: 'json' };
import type { ConfigInput } from './input.js';
import { type ConfigLine, configText, type ConfigValue, linesOf } from './write.js';

/** What a setting has when nothing is said, or an example of it. PICS are written out, so that they are looked at. */
const initials: Readonly<Record<string, ConfigValue>> = {
  as: 'mpa',
  target: '192.0.2.10:434',
  local: ['192.0.2.1', '192.0.2.2'],
  profile: 'tsirtsis-00',
  'securityAssociations.mnHa.spi': 256,
  'securityAssociations.mnHa.key': 'env:HA_KEY',
  'securityAssociations.mnHa.algorithm': 'hmac-md5',
  'securityAssociations.mnHa.replay': 'timestamps',
  'securityAssociations.faHa.spi': 512,
  'securityAssociations.faHa.key': 'env:FA_HA_KEY',
  'pixit.realm': 'example.org',
  'pixit.homeNetwork': '10.99.0.0/24',
  'pixit.gateway.ipv4': '10.99.0.1',
  'pixit.gateway.ipv6': '2001:db8:99::1',
  'pixit.maxLifetime': 1800,
  'pixit.trigger': './attach.sh',
  'pixit.accessLink': 'veth-mn',
  'knobs.base': 'rfc3344',
  timeout: 3000,
  rate: 500,
  strict: false,
  restartCmd: './restart-ha.sh',
  ...Object.fromEntries(linesOf({ pics: { ...defaultPics } }).map(({ setting, value = '' }) => [setting, value])),
};

/** Settings whose meaning the schema tells; they stand in its order. */
interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly $ref?: string;
}

/** The schema file, as far as it is read here. */
const root = schema as unknown as Described & { readonly $defs: Readonly<Record<string, Described>> };

function settings(node: Described, name = ''): { readonly setting: string; readonly description: string }[] {
  const referred = node.$ref === undefined ? undefined : root.$defs[node.$ref.replace('#/$defs/', '')];
  const { description = '', properties } = { ...referred, ...node };
  if (!properties) return [{ setting: name, description }];
  return Object.entries(properties).flatMap(([part, below]) => settings(below, name === '' ? part : `${name}.${part}`));
}

/** `seen` are lines that say more than the template does, for example what a device showed. */
export function templateText(heading: string, given: ConfigInput, seen: readonly ConfigLine[], file: string): string {
  const said = new Map([...linesOf(given), ...seen].map((line) => [line.setting, line]));
  const lines = settings(root).flatMap(({ setting, description }): ConfigLine[] => {
    const own = [...said.values()].filter((line) => line.setting === setting || line.setting.startsWith(`${setting}.`));
    for (const line of own) said.delete(line.setting);
    // knobs: any name may stand there
    if (own.length > 0) return own.map((line) => ({ ...line, comment: line.comment ?? description }));
    return unsaid(setting, description);
  });
  return configText(heading, [...lines, ...said.values()], file);
}

function unsaid(setting: string, description: string): ConfigLine[] {
  if (setting === 'knobs') return [{ setting: 'knobs.base', value: 'rfc3344', isOff: true, comment: description }];
  const value = initials[setting];
  if (value === undefined) return [];
  return [{ setting, value, isOff: !setting.startsWith('pics.'), comment: description }];
}
