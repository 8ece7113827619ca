/** A survey as a configuration file: what was told, what was found, and what the device left open. */
import type { ConfigInput } from './config/input.js';
import { type ConfigLine, configText, linesOf } from './config/write.js';
import type { Observation, Survey } from '../tester/survey/observation.js';

/** What was given wins: a person said so. What the device showed instead stands beside it. */
export function mergeLines(given: readonly ConfigLine[], observations: readonly Observation[]): ConfigLine[] {
  const said = new Map(given.map((line) => [line.setting, line]));
  const found = observations.map((o): ConfigLine => {
    const { setting, value, evidence } = o;
    const told = said.get(setting);
    said.delete(setting);
    if (told) return { ...told, comment: `given; seen: ${evidence}` };
    if (value === undefined) return { setting, comment: `unknown: ${evidence}` };
    if (o.excuses)
      return {
        setting,
        value,
        isOff: true,
        comment: `${evidence}. A fault would look the same: take this over only if you know it to be so`,
      };
    return { setting, value, comment: evidence };
  });
  return [...said.values(), ...found];
}

const probeHeading = (what: string, when: Date): string =>
  `Proposed by grespec probe on ${when.toISOString().slice(0, 10)} from what ${what} did.\n` +
  'It shows what the device does, not what it claims: false skips the cases of a feature, so make it true where the ' +
  'maker claims the feature. What is unknown stays out, and then has its default.';

export function probeText(given: ConfigInput, survey: Survey, what: string, when: Date, file: string): string {
  return configText(probeHeading(what, when), mergeLines(linesOf(given), survey.observations), file);
}
