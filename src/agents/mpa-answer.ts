/** The Registration Reply to a proxied mobile node, RFC 3344 §3.6.2 and draft §5.4. */
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import type { AuthenticationExtension, Extension, ExtensionName, GreKeyExtension } from '../wire/extensions.js';
import { coveredBy, decodeRrp, endOfLifetime, high32, low32, replyCodes } from '../wire/mobileip.js';
import { ipv4Number } from '../wire/text.js';
import { adjustClock } from './mpa-clocks.js';
import type { MpaConfig } from './mpa-config.js';
import type { Device, MpaTerms } from './mpa-devices.js';
import type { Answer, Datagram, EndCause, Retry } from './mpa-rules.js';
import type { MpaState } from './mpa-state.js';

/** Extensions that this MPA knows in replies; MN-FA is known and ignored, there is no foreign agent. */
const knownNames: ReadonlySet<ExtensionName> = new Set<ExtensionName>(['pad', 'mnHa', 'mnFa', 'faHa', 'nai', 'greKey']);

export function understand(config: MpaConfig) {
  return (datagram: Datagram, state: MpaState): Answer | undefined => {
    const decoded = decodeRrp(datagram.payload, config.dialect);
    if (!decoded.ok) return undefined;
    const { extensions } = decoded.value;
    if (!extensions.every(isUnderstood)) return undefined;
    const named = <E extends Extension>(name: ExtensionName): readonly E[] =>
      extensions.filter((e): e is E => e.name === name);
    const nai = extensions.find((e) => e.name === 'nai');
    return {
      at: state.now,
      ...datagram,
      reply: decoded.value,
      nai: nai?.nai,
      mnHa: named<AuthenticationExtension>('mnHa'),
      faHa: named<AuthenticationExtension>('faHa'),
      greKeys: named<GreKeyExtension>('greKey'),
    };
  };
}

/** RFC 3344 §1.8: types 128 to 255 are skipped when unknown, others are not, and what is cut short cannot be. */
function isUnderstood(extension: Extension): boolean {
  if (knownNames.has(extension.name)) return true;
  return extension.name !== 'tail' && 'type' in extension && (extension.type ?? 0) >= 128;
}

/** By NAI, and where a home agent leaves that out, by home address or Identification. */
export function deviceOf({ nai, reply }: Answer, state: MpaState): Device | undefined {
  if (nai !== undefined) return state.devices.named(nai);
  return (
    state.devices.awaiting(low32(reply.identification)) ?? state.devices.atHome(ipv4Number(reply.homeAddress) ?? 0)
  );
}

/** RFC 3344 §3.6.2.1: exactly one MN-HA, and that right, whatever the code says. */
export function checkAuthentication(config: MpaConfig) {
  return (answer: Answer): boolean => isProtected(answer, answer.mnHa, config.mnHa);
}

/** RFC 3344 §3.7.3.1: where an association is shared, the same of FA-HA. */
export function checkForeignAgent({ faHa }: MpaConfig) {
  return (answer: Answer): boolean => faHa === undefined || isProtected(answer, answer.faHa, faHa);
}

function isProtected(
  { payload }: Answer,
  extensions: readonly AuthenticationExtension[],
  association: SecurityAssociation,
): boolean {
  const [extension] = extensions;
  if (!extension || extensions.length > 1 || extension.spi !== association.spi) return false;
  return verifies(association, coveredBy(payload, extension), extension.authenticator ?? new Uint8Array(0));
}

/** RFC 3344 §3.6.2.1: the low half answers the newest request. */
export function checkIdentification({ reply }: Answer, { pending }: Device): boolean {
  return pending !== undefined && low32(reply.identification) === low32(pending.request.identification);
}

/** RFC 3344 §3.6.2.2: what was asked for is the most that counts. */
export function grantedLifetime({ reply }: Answer, { pending }: Device): number {
  return Math.min(reply.lifetime, pending?.request.lifetime ?? 0);
}

/** RFC 3344 §3.6.2.2: counted from when the request was sent. */
export const expiry = (sentAt: number, lifetime: number): number => endOfLifetime(sentAt, lifetime);

export function terms({ keyDirection }: MpaConfig) {
  return (answer: Answer, device: Device): MpaTerms | undefined => {
    const { reply, greKeys } = answer;
    const homeAddress = ipv4Number(reply.homeAddress) ?? 0;
    const homeAgent = ipv4Number(reply.homeAgent) ?? 0;
    const { l2, key: wish } = device.mode;
    // rfc-digest A-17: only an L2 tunnel does without a home address
    if (homeAgent === 0 || (homeAddress === 0 && !l2)) return undefined;
    if (wish === 'none') {
      if (greKeys.length > 0) return undefined;
      return { tunnel: 'ip-in-ip', homeAgent, homeAddress, reverseKey: undefined, forwardKey: undefined };
    }
    const keys = agreedKeys(answer, device, keyDirection === 'receiver');
    return keys && { tunnel: l2 ? 'l2' : 'gre', homeAgent, homeAddress, ...keys };
  };
}

type Keys = Pick<MpaTerms, 'reverseKey' | 'forwardKey'>;

/** rfc-digest A-12: without one sound extension of the kind asked for, no key is agreed, and there is no tunnel. */
function agreedKeys({ greKeys }: Answer, device: Device, atReceiver: boolean): Keys | undefined {
  const [answered] = greKeys;
  if (!answered || greKeys.length > 1 || answered.key === 0 || (answered.a ?? false) !== device.mode.l2) {
    return undefined;
  }
  const asked = device.pending?.request.extensions.find((e) => e.name === 'greKey')?.key ?? 0;
  // draft §5.4: who asked with 0 has one key for both directions, who named one gets that of the other direction
  if (asked === 0) return { reverseKey: answered.key, forwardKey: answered.key };
  const agreed = device.binding?.terms;
  const [ours, theirs] = atReceiver
    ? [agreed?.forwardKey, agreed?.reverseKey] // yegani-02 §5: each side names the key that it receives under
    : [agreed?.reverseKey, agreed?.forwardKey];
  // draft §6.2: a renewal with the agreed key is answered with a copy of it, and the other direction keeps its own
  const other = ours === asked && answered.key === asked ? theirs : answered.key;
  return atReceiver ? { reverseKey: other, forwardKey: asked } : { reverseKey: asked, forwardKey: other };
}

/** RFC 3344 §5.7: a nonce comes with every reply, the time only where ours was wrong. */
export function learn({ replay }: MpaConfig) {
  return ({ reply }: Answer, { clock }: Device, state: MpaState): void => {
    if (replay === 'nonces') clock.nonce = high32(reply.identification);
    else if (reply.code === replyCodes.identificationMismatch) adjustClock(clock, reply.identification, state.now);
  };
}

export function end(device: Device, cause: EndCause, state: MpaState): void {
  if (cause === 'expired' || cause === 'unusable') return state.devices.bind(device, undefined);
  state.devices.remove(device);
  if (device.ownKey !== undefined) state.keys.release(device.ownKey, state.now);
}

export function denied({ reply }: Answer, device: Device): Retry {
  switch (reply.code) {
    case replyCodes.identificationMismatch:
      return device.attempts <= 1 ? 'soon' : 'later'; // one that keeps saying so is not believed any faster
    case replyCodes.unknownHomeAgent:
      return redirected(reply.homeAgent, device);
    case replyCodes.redirected:
      return redirected(redirectionIn(reply), device);
    case lifetimeTooLong:
      device.mostLifetime = Math.min(device.mostLifetime, Math.max(1, reply.lifetime)); // RFC 3344 §3.6.2.3
      return 'later';
    case replyCodes.pmipUnsupported:
    case replyCodes.pmipDisallowed:
      return 'never'; // draft-leung-mip4-proxy-mode-10 §8.1
    default:
      return 'later';
  }
}

/** A code of foreign agents, but a home agent may say so too. */
const lifetimeTooLong = 69;
const mostRedirections = 8;

/** RFC 4433 §3.4; empty where the reply names no other home agent. */
function redirectionIn({ extensions }: Answer['reply']): string {
  const named = extensions.find((e) => e.name === 'dynamicHa' && e.subType === 2);
  return named?.name === 'dynamicHa' ? named.homeAgent : '';
}

/** RFC 3344 §3.6.2.3 and RFC 4433 §5.1.2: the next request may go to the home agent of the reply; but not in circles. */
function redirected(homeAgent: string, device: Device): Retry {
  const isAddress = (ipv4Number(homeAgent) ?? 0) !== 0 && homeAgent !== '255.255.255.255';
  if (!isAddress || device.asked.has(homeAgent) || device.asked.size >= mostRedirections) return 'never';
  device.homeAgent = homeAgent;
  return 'soon';
}
