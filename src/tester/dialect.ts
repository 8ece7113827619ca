/** The GRE Key extension's number and layout under a profile and its knobs. */
import type { RunConfig } from '../spec/config.js';
import { knobValue } from '../spec/knobs.js';
import type { Dialect } from '../wire/extensions.js';

export function dialectOf(config: Pick<RunConfig, 'profile' | 'knobs'>): Dialect {
  return { greKeyType: Number(knobValue(config.knobs, 'ext_type')), greKeyForm: config.profile };
}
