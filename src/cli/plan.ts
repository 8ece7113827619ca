/** From flags to what is to be run: the settings, and the selected cases. */
import type { TesterRole } from '../spec/config.js';
import type { CaseDefinition } from '../tester/case.js';
import { usageError } from './cli-error.js';
import { readConfigFile } from './config/document.js';
import { type ConfigFlags, flagSource } from './config/flags.js';
import { roleOf } from './config/resolve.js';
import { mergeSettings, readSettings, type Settings } from './config/settings.js';
import { isSelected, select } from './select.js';

/** Defaults < file < flags. */
export function settingsOf(flags: ConfigFlags & { readonly config?: string }): Settings {
  const given = readSettings(flagSource(flags));
  return flags.config === undefined ? given : mergeSettings(readSettings(readConfigFile(flags.config)), given);
}

const devices: Readonly<Record<TesterRole, { readonly dut: 'ha' | 'mpa'; readonly name: string }>> = {
  mpa: { dut: 'ha', name: 'home agents' },
  ha: { dut: 'mpa', name: 'mobility proxy agents' },
};

/** The selected ones of the cases that the tester can run in its role. */
export function selectCases(
  cases: readonly CaseDefinition[],
  selectors: readonly string[],
  settings: Settings,
): readonly CaseDefinition[] {
  const role = roleOf(settings);
  const { dut, name } = devices[role];
  const ofRole = cases.filter((definition) => definition.dut === dut);
  if (ofRole.length === 0) throw usageError(`there are no cases against ${name} (--as ${role}) yet; see: grespec list`);
  const wrong = selectors.find((selector) => isOfOther(selector, cases, dut));
  if (wrong !== undefined) {
    const other = role === 'mpa' ? 'ha' : 'mpa';
    throw usageError(`the cases of ${wrong} are against ${devices[other].name}: add --as ${other}`);
  }
  return select(ofRole, selectors);
}

function isOfOther(selector: string, cases: readonly CaseDefinition[], dut: 'ha' | 'mpa'): boolean {
  const matching = cases.filter((definition) => isSelected(definition, selector));
  return matching.length > 0 && matching.every((definition) => definition.dut !== dut);
}
