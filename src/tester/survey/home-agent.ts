/** Finds out what a home agent supports, with a registration for each question, and takes back what it registered. */
import type { Net } from '../../net/port.js';
import type { Profile, RunConfig } from '../../spec/config.js';
import { profileTraits } from '../../spec/profiles.js';
import { type Mode, modes } from '../request.js';
import type { Asking } from './asking.js';
import { surveyDirection } from './direction.js';
import { surveyFeatures } from './features.js';
import { firstContact, openAsking, type Target } from './first-contact.js';
import { surveyHomeLink, unknownHomeLink } from './home-link.js';
import { surveyLayouts } from './layouts.js';
import type { Observation, Survey } from './observation.js';

/** What is tried to begin with: everything that a device may have. */
function openMinded(config: RunConfig): RunConfig {
  const all = { greKeys: true, l2: true, ipInIp: true, reverseTunneling: true } as const;
  const knobs = { ...config.knobs, zero_key: 'asks', key_direction: 'sender' };
  return { ...config, profile: 'tsirtsis-00', pics: { ...config.pics, ...all }, knobs };
}

/**
 * Surveys a home agent. `config.gre` says whether tunnel packets can be sent.
 * @throws SurveyEnd when the device does not answer, or refuses everything; what was registered is taken back first
 */
export async function surveyHomeAgent(
  config: RunConfig & { readonly target: Target },
  net: Net,
  signal: AbortSignal,
  tell: (what: string) => void = () => {},
): Promise<Survey> {
  const { target, gre, noGreReason } = config;
  tell('asking for a first registration');
  // tunnels need sockets only once there are some
  const contact = await firstContact({ ...openMinded(config), gre: false }, net, target, signal);
  const observations = [...contact.observations];
  let l2Mode: Mode | undefined;
  const signalling = await finishing(contact.asking, async (asking) => {
    tell('trying the layouts of the GRE Key extension');
    const layouts = await surveyLayouts(asking);
    observations.push(...layouts.observations);
    ({ l2Mode } = layouts);
    const mode = valueOf(observations, 'pics.ipInIp') === true ? modes.ipInIp : layouts.mode;
    if (!mode) return;
    tell('asking for simultaneous bindings, revocation, lifetimes and base rules');
    observations.push(...(await surveyFeatures(asking, mode)));
  });
  const usable = { ...contact.config, target, gre, ...(noGreReason !== undefined && { noGreReason }) };
  const { assigned } = contact;
  const tunnels = await surveyTunnels(usable, { net, signal, tell, observations, assigned, l2Mode });
  return {
    observations: withProfile(observations),
    requests: signalling.requests + tunnels.requests,
    left: [...signalling.left, ...tunnels.left],
  };
}

/** Works with an open session; whatever comes of it, registrations are taken back and the session is closed. */
async function finishing(
  asking: Asking,
  work: (asking: Asking) => Promise<void>,
): Promise<Pick<Survey, 'requests' | 'left'>> {
  try {
    await work(asking);
  } catch (error) {
    await asking.cleanUp();
    await asking.session.close();
    throw error;
  }
  const left = await asking.cleanUp();
  await asking.session.close();
  return { requests: asking.requests, left };
}

interface Surveying {
  readonly net: Net;
  readonly signal: AbortSignal;
  readonly tell: (what: string) => void;
  /** Those so far; what is found is added. */
  readonly observations: Observation[];
  readonly assigned: string | undefined;
  /** In which L2 tunnels can be had. */
  readonly l2Mode: Mode | undefined;
}

async function surveyTunnels(
  config: RunConfig & { readonly target: Target },
  { net, signal, tell, observations, assigned, l2Mode }: Surveying,
): Promise<Pick<Survey, 'requests' | 'left'>> {
  const setting = 'knobs.key_direction';
  if (valueOf(observations, 'pics.greKeys') !== true) return { requests: 0, left: [] };
  if (!config.gre) {
    const evidence = `no tunnel packet was sent: ${config.noGreReason ?? 'no raw sockets'}`;
    observations.push({ setting, evidence }, ...(l2Mode ? unknownHomeLink(evidence) : []));
    return { requests: 0, left: [] };
  }
  const form = valueOf(observations, 'profile') === 'rfc6245' ? 'rfc6245' : 'tsirtsis-00';
  const asking = await openAsking({ ...config, profile: form }, net, config.target, signal);
  return finishing(asking, async () => {
    tell('sending packets under the keys of both sides');
    observations.push(await surveyDirection(asking));
    if (l2Mode) tell('looking for what answers on the home link');
    const homeLink = l2Mode
      ? await surveyHomeLink(asking, l2Mode, assigned)
      : unknownHomeLink('only L2 tunnels lead there');
    observations.push(...homeLink);
  });
}

function valueOf(observations: readonly Observation[], setting: string): Observation['value'] {
  return observations.find((o) => o.setting === setting)?.value;
}

/**
 * The layout with Length 6 is that of two drafts. An A flag that means nothing and keys that their receiver assigns both
 * speak for yegani-02; one of them alone leaves it open.
 */
function withProfile(observations: readonly Observation[]): readonly Observation[] {
  const isYegani =
    valueOf(observations, 'pics.greKeys') === true &&
    valueOf(observations, 'pics.l2') !== true &&
    valueOf(observations, 'profile') === undefined &&
    valueOf(observations, 'knobs.key_direction') === 'receiver';
  if (valueOf(observations, 'profile') === 'rfc6245') return observations.filter((o) => !isUsual(o, 'rfc6245'));
  if (!isYegani) return observations;
  return observations.map((o) => {
    if (o.setting === 'pics.l2') return { ...o, value: false };
    if (o.setting !== 'profile') return o;
    const evidence = 'Length 6, the A flag means nothing to it, and keys are assigned by their receiver (yegani-02 §5)';
    return { ...o, value: 'yegani-02', evidence };
  });
}

/** What the profile has by itself needs nobody's decision. */
function isUsual({ setting, value, excuses }: Observation, profile: Profile): boolean {
  const usual: Readonly<Record<string, string>> = profileTraits[profile].knobs;
  return excuses === true && setting.startsWith('knobs.') && usual[setting.slice('knobs.'.length)] === value;
}
