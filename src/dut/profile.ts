/** How the reference devices are set up to follow a profile. */
import type { Profile } from '../spec/config.js';
import { profileTraits } from '../spec/profiles.js';
import type { HomeAgentOptions } from './ha.js';
import type { MpaOptions } from './mpa.js';

/** `features` are those that the caller wants otherwise than the profile has them; an L2 tunnel needs the A flag. */
export function haProfile(
  profile: Profile,
  features: HomeAgentOptions['features'] = {},
): Pick<HomeAgentOptions, 'greKeyForm' | 'keyDirection' | 'features'> {
  const { greKeyForm, keyDirection, aFlag, knobs } = profileTraits[profile];
  return {
    greKeyForm,
    keyDirection,
    features: { keylessGre: knobs.g_without_ext === 'keyless', ...features, l2: aFlag && features.l2 !== false },
  };
}

export function mpaProfile(profile: Profile): Pick<MpaOptions, 'greKeyForm' | 'keyDirection'> {
  const { greKeyForm, keyDirection } = profileTraits[profile];
  return { greKeyForm, keyDirection };
}
