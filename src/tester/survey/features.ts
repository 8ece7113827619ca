/** What else a home agent shows in its replies: simultaneous bindings, longest lifetime, revocation, base rules. */
import { replyCodes } from '../../wire/mobileip.js';
import { type Bend, insert, without } from '../bend.js';
import type { RequestOptions } from '../request.js';
import { type Asking, type Heard, heardText } from './asking.js';
import type { Observation } from './observation.js';

/** Longest lifetime that has an end, in seconds. */
const longest = 0xfffe;

/** `mode` is one that the device accepts. */
export async function surveyFeatures(asking: Asking, mode: RequestOptions): Promise<readonly Observation[]> {
  return [
    ...(await surveyExtras(asking, mode)),
    ...(await surveyBase(asking, mode)),
    ...(await surveyLeeway(asking, mode)),
  ];
}

/** All three in one request; a device that denies it is asked for one thing after the other. */
async function surveyExtras(asking: Asking, mode: RequestOptions): Promise<readonly Observation[]> {
  const { config, clock } = asking.session;
  const timestamp = Math.floor(clock.now() / 1000) % 2 ** 32;
  // RFC 3543 §3.2: before the authenticator of the one who will heed revocations
  const offer = insert('before', config.faHa && mode.lifetime !== 0 ? 'faHa' : 'mnHa', {
    name: 'revocationSupport',
    timestamp,
  });
  const together = await asking.ask({ ...mode, simultaneous: true, lifetime: longest }, offer);
  const heard =
    together.kind === 'accepted'
      ? { s: together, long: together, revocation: together }
      : {
          s: await asking.ask({ ...mode, simultaneous: true }),
          long: await asking.ask({ ...mode, lifetime: longest }),
          revocation: await asking.ask(mode, offer),
        };
  return [
    simultaneous(heard.s),
    revocation(heard.revocation, config.faHa !== undefined),
    ...maxLifetime(heard.long),
    ...faHa(heard.s),
  ];
}

/** RFC 3344 §3.8.2.2: code 0 where simultaneous bindings are supported, else 1. */
function simultaneous(heard: Heard): Observation {
  const setting = 'pics.simultaneousBindings';
  const evidence = `a request with the S bit: ${heardText(heard)}`;
  if (heard.kind !== 'accepted') return { setting, evidence };
  return { setting, value: heard.code === replyCodes.accepted, evidence };
}

function revocation(heard: Heard, isFaShared: boolean): Observation {
  const setting = 'pics.revocation';
  if (heard.kind !== 'accepted')
    return { setting, evidence: `an offer of revocation (extension 137): ${heardText(heard)}` };
  if (heard.exchange.rrp.extensions.some((e) => e.name === 'revocationSupport')) {
    return { setting, value: true, evidence: 'an offer of revocation (extension 137) came back with one' };
  }
  const evidence = 'an offer of revocation (extension 137) came back without one';
  // RFC 3543 §3.2: it rests on a security association between the agents
  if (!isFaShared) return { setting, evidence: `${evidence}; the device may ask for an FA-HA association first` };
  return { setting, value: false, evidence };
}

function maxLifetime(heard: Heard): Observation[] {
  const setting = 'pixit.maxLifetime';
  if (heard.kind !== 'accepted') return [{ setting, evidence: `a lifetime of ${longest} s: ${heardText(heard)}` }];
  const { lifetime } = heard.exchange.rrp;
  if (lifetime >= longest || lifetime === 0)
    return [{ setting, evidence: `${longest} s were asked for, ${lifetime} granted` }];
  return [{ setting, value: lifetime, evidence: `${longest} s were asked for, ${lifetime} granted` }];
}

function faHa(heard: Heard): Observation[] {
  if (heard.kind !== 'accepted') return [];
  const isThere = heard.exchange.rrp.extensions.some((e) => e.name === 'faHa');
  const evidence = isThere ? 'the replies have FA-HA authentication' : 'the replies have no FA-HA authentication';
  return [{ setting: 'securityAssociations.faHa', evidence }];
}

/** An SPI that nobody has been told. */
const strangeSpi = 0x5eed;

/**
 * RFC 5944 §3.8.2.1 wants a request without authorization silently discarded, and one with FA-HA authentication that no
 * association stands behind too; RFC 3344 wants the first denied with 131. Only what both answers say is taken.
 */
async function surveyBase(asking: Asking, mode: RequestOptions): Promise<readonly Observation[]> {
  const setting = 'knobs.base';
  const unsigned = await asking.ask(mode, without('mnHa'));
  const first = `without MN-HA authentication: ${heardText(unsigned)}`;
  if (unsigned.kind === 'accepted') return [{ setting, evidence: `a request ${first}; no document allows that` }];
  if (unsigned.kind === 'denied')
    return [{ setting, value: 'rfc3344', evidence: `a request ${first}; RFC 5944 has silence` }];
  if (asking.session.config.faHa)
    return [{ setting, evidence: `a request ${first}; RFC 3344 has a denial that it SHOULD send` }];
  const authenticator = new Uint8Array(16);
  const unknownFaHa: Bend = insert('behind', 'mnHa', { name: 'faHa', spi: strangeSpi, authenticator });
  const stranger = await asking.ask(mode, unknownFaHa);
  const both = `a request ${first}; with FA-HA of an unknown association: ${heardText(stranger)}`;
  if (stranger.kind === 'silence') return [{ setting, value: 'rfc5944', evidence: both }];
  return [{ setting, evidence: `${both}; RFC 5944 has silence for both, RFC 3344 a denial for the first` }];
}

/** What a document allows although the default choice does not: shown, and left to a person. */
async function surveyLeeway(asking: Asking, mode: RequestOptions): Promise<readonly Observation[]> {
  const found: Observation[] = [];
  const keyless = await asking.ask({ gre: true });
  if (keyless.kind === 'accepted') {
    const evidence = 'the G bit without the extension was accepted: RFC 3344 allows it, yegani-02 §4.2 has code 134';
    found.push({ setting: 'knobs.g_without_ext', value: 'keyless', evidence, excuses: true });
  }
  const anyAgent = await asking.ask({ ...mode, homeAgent: '0.0.0.0' });
  if (anyAgent.kind === 'accepted') {
    const evidence = 'the home agent field 0.0.0.0 was accepted: RFC 4433 allows it, RFC 3344 §3.8.3.2 has code 136';
    found.push({ setting: 'knobs.dynamic_ha', value: 'rfc4433', evidence, excuses: true });
  }
  return found;
}
