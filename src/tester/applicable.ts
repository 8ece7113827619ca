/** Whether a case applies to this device and this machine, and if not, which line of the configuration says so. */
import type { Pics, PicsItem, RunConfig } from '../spec/config.js';
import { type KnobName, knobValue } from '../spec/knobs.js';
import { profileTraits, ruleIn, zeroKeyRules } from '../spec/profiles.js';
import { documents, requirement } from '../spec/catalogue.js';
import type { CaseDefinition } from './case.js';

function picsValue(pics: Pics, item: PicsItem): boolean {
  const [head, tail] = item.split('.') as [keyof Pics, string | undefined];
  const value = pics[head];
  return typeof value === 'boolean' ? value : value[tail as keyof Pics['homeLink']];
}

/** Where a setting was made: behind it in every reason, so that a skip can be traced to its line. */
function at({ origins }: RunConfig, ...names: readonly string[]): string {
  const origin = names.map((name) => origins?.[name]).find((place) => place !== undefined);
  return ` (${origin ?? 'the default'})`;
}

/** Undefined when the case applies; else the reason for which it is skipped, with the line that decides it. */
export function whyNot(definition: CaseDefinition, config: RunConfig): string | undefined {
  const foreign = notInProfile(definition, config);
  if (foreign !== undefined) return foreign;
  for (const item of definition.needs ?? []) {
    if (!picsValue(config.pics, item)) return `PICS ${item} is false${at(config, `pics.${item}`)}`;
  }
  for (const item of definition.refuses ?? []) {
    if (picsValue(config.pics, item)) {
      return `PICS ${item} is true${at(config, `pics.${item}`)}: this case tests its refusal`;
    }
  }
  for (const [name, wanted] of Object.entries(definition.knobs ?? {})) {
    const value = knobValue(config.knobs, name as KnobName);
    const origin = at(config, `knobs.${name}`, ...(name in profileTraits[config.profile].knobs ? ['profile'] : []));
    if (value !== wanted) return `knob ${name}=${value}${origin}: this case is for ${wanted}`;
  }
  if (definition.faHa && !config.faHa) return 'no FA-HA security association is configured (securityAssociations.faHa)';
  if (definition.faHa === false && config.faHa) {
    return `an FA-HA security association is configured${at(config, 'securityAssociations.faHa')}`;
  }
  for (const [name, wanted] of Object.entries(definition.association ?? {})) {
    const value = config.mnHa[name as 'replay' | 'algorithm'];
    const setting = `securityAssociations.mnHa.${name}`;
    if (value !== wanted) return `${setting} is ${value}${at(config, setting)}: this case is for ${wanted}`;
  }
  if (definition.tunnel && !config.gre) return config.noGreReason ?? 'raw sockets are switched off';
  const addresses = definition.careOfAddresses ?? 1;
  if (config.local.length < addresses) {
    return `needs ${addresses} local addresses (local), ${config.local.length} given${at(config, 'local')}`;
  }
  return undefined;
}

/** What the profile does without, no device that follows it can be asked for. */
function notInProfile({ needs = [], refuses = [], covers }: CaseDefinition, config: RunConfig): string | undefined {
  const { profile, knobs } = config;
  const { aFlag, citation } = profileTraits[profile];
  if (!aFlag && [...needs, ...refuses].includes('l2')) {
    return `profile ${profile}${at(config, 'profile')}: its extension has no A flag to ask for L2 tunnels with`;
  }
  const rules = covers.filter((id) => ruleIn(profile, id));
  if (rules.length === 0) {
    const foreign = [...new Set(covers.map((id) => documents[requirement(id).document].citation))];
    return `profile ${profile}${at(config, 'profile')}: ${citation} does without this rule of ${foreign.join(' and ')}`;
  }
  if (knobValue(knobs, 'zero_key') === 'none' && rules.every((id) => zeroKeyRules.has(id))) {
    return `knob zero_key=none${at(config, 'knobs.zero_key', 'profile')}: this case is about key 0 as the wish for a key`;
  }
  return undefined;
}
