/**
 * No single device can show every rule: how GRE keys are refused shows only where they are off. Against the reference
 * device, which can be set up in any way, each case runs under the first of these configurations to which it applies.
 */
import { fromHex } from '../wire/text.js';
import type { RunConfig } from '../spec/config.js';
import { whyNot } from './applicable.js';
import type { CaseDefinition } from './case.js';

export interface Configuration {
  /** As the report names it. */
  readonly name: string;
  readonly apply: <C extends RunConfig>(config: C) => C;
}

/** Shared by the tester and the reference device only; not a secret. */
const faHaKey = fromHex('8f0e0d0c0b0a09080706050403020100') ?? new Uint8Array(0);

const withPics =
  (pics: Partial<RunConfig['pics']>) =>
  <C extends RunConfig>(config: C): C => ({ ...config, pics: { ...config.pics, ...pics } });
const withKnobs =
  (knobs: Readonly<Record<string, string>>) =>
  <C extends RunConfig>(config: C): C => ({ ...config, knobs: { ...config.knobs, ...knobs } });

function withFaHa<C extends RunConfig>(config: C): C {
  return { ...config, faHa: { spi: 512, key: faHaKey, algorithm: 'hmac-md5', replay: 'timestamps' } };
}

const asConfigured: Configuration = { name: 'as configured', apply: (config) => config };

const others: readonly Configuration[] = [
  { name: 'GRE keys off', apply: withPics({ greKeys: false, l2: false }) },
  { name: 'L2 tunnels off', apply: withPics({ l2: false }) },
  { name: 'simultaneous bindings off', apply: withPics({ simultaneousBindings: false }) },
  { name: 'with an FA-HA association', apply: withFaHa },
  {
    name: 'nonces instead of timestamps',
    apply: (config) => ({ ...config, mnHa: { ...config.mnHa, replay: 'nonces' } }),
  },
  {
    name: 'prefix+suffix MD5 under a high SPI',
    apply: (config) => ({ ...config, mnHa: { ...config.mnHa, spi: 0x7fffffff, algorithm: 'prefix-suffix-md5' } }),
  },
  {
    name: 'base rules of RFC 5944 with an FA-HA association',
    apply: (config) => withFaHa(withKnobs({ base: 'rfc5944' })(config)),
  },
  { name: 'reverse tunnelling off', apply: withPics({ reverseTunneling: false }) },
  { name: 'base rules of RFC 5944', apply: withKnobs({ base: 'rfc5944' }) },
  { name: 'dynamic home agent of RFC 4433', apply: withKnobs({ dynamic_ha: 'rfc4433' }) },
  { name: 'GRE without keys', apply: withKnobs({ g_without_ext: 'keyless' }) },
  { name: 'with revocation', apply: withPics({ revocation: true }) },
  { name: 'keys assigned by the receiver', apply: withKnobs({ key_direction: 'receiver' }) },
];

export interface Part {
  readonly configuration: Configuration;
  readonly config: RunConfig;
  readonly cases: readonly CaseDefinition[];
}

/**
 * The cases by the configuration under which they run. Those that no configuration makes applicable stay with the first,
 * which names the reason for their skip.
 */
export function partition<C extends RunConfig>(
  cases: readonly CaseDefinition[],
  config: C,
): readonly (Part & { readonly config: C })[] {
  const all = [asConfigured, ...others].map((configuration) => ({
    configuration,
    config: configuration.apply(config),
  }));
  const home = new Map<CaseDefinition, Configuration>();
  for (const definition of cases) {
    const found = all.find((candidate) => whyNot(definition, candidate.config) === undefined);
    home.set(definition, found?.configuration ?? asConfigured);
  }
  return all
    .map((part) => ({ ...part, cases: cases.filter((definition) => home.get(definition) === part.configuration) }))
    .filter((part) => part.cases.length > 0);
}
