/** The Registration Request of a proxied mobile node, RFC 3344 §3.6.1 and draft §5.1 and 6.1. */
import type { Endpoint } from '../net/port.js';
import type { Extension, WireContext } from '../wire/extensions.js';
import { encodeRrq } from '../wire/mobileip.js';
import { ipv4Text } from '../wire/text.js';
import { nextIdentification } from './mpa-clocks.js';
import type { MpaConfig } from './mpa-config.js';
import type { Device } from './mpa-devices.js';
import { offerRevocation } from './mpa-revocation.js';
import type { MpaRequest, Purpose } from './mpa-rules.js';
import type { MpaState } from './mpa-state.js';

/** Extension type of FA-HA authentication. */
const faHaType = 34;
/** RFC 3344 §3.6.3: requests are at least this many milliseconds apart. */
const shortestGap = 1000;

/** Draft §5.1: 0 asks for a key. Draft §6.1: later, the key that was agreed for our direction. */
export function requestKey({ keyDirection }: MpaConfig) {
  const ours = keyDirection === 'receiver' ? 'forwardKey' : 'reverseKey'; // yegani-02 §5: the one we receive under
  return ({ mode, ownKey, binding, pending }: Device, purpose: Purpose): number | undefined => {
    if (mode.key === 'none') return undefined;
    const agreed = purpose === 'initial' ? undefined : binding?.terms[ours];
    if (agreed !== undefined) return agreed;
    // a deregistration that goes on after its binding is gone
    const named =
      purpose === 'deregistration' ? pending?.request.extensions.find((e) => e.name === 'greKey') : undefined;
    return named?.name === 'greKey' ? named.key : (ownKey ?? 0);
  };
}

export function newIdentification({ replay, random }: MpaConfig) {
  return ({ clock, pending }: Device, purpose: Purpose, state: MpaState): bigint => {
    if (replay === 'timestamps') return nextIdentification(clock, state.now, random);
    // RFC 3344 §3.6.3: an unanswered request is repeated as it was
    if (pending?.purpose === purpose) return pending.request.identification;
    return (BigInt(clock.nonce) << 32n) | BigInt(random() >>> 0); // RFC 3344 §5.7.2
  };
}

export function buildRequest(config: MpaConfig) {
  return (
    device: Device,
    purpose: Purpose,
    key: number | undefined,
    identification: bigint,
    now: number,
  ): MpaRequest => ({
    simultaneous: false,
    broadcast: false,
    decapsulation: config.decapsulation,
    minimal: false,
    gre: key !== undefined,
    reservedR: false,
    reverseTunneling: true, // RFC 3024 §3.3
    reservedX: false,
    lifetime: purpose === 'deregistration' ? 0 : device.mostLifetime,
    homeAddress: ipv4Text(device.homeAddress), // RFC 3344 §3.6.1.2: zero while none is known
    homeAgent: device.homeAgent,
    careOfAddress: config.address,
    identification,
    extensions: extensionsOf(device, key, offerRevocation(purpose, now, config), config),
  });
}

/** RFC 3344 §3.6.1.3: for the home agent, MN-HA, what the foreign agent adds, FA-HA. */
function extensionsOf(
  { nai, mode }: Device,
  key: number | undefined,
  offer: readonly Extension[],
  { mnHa, faHa }: MpaConfig,
): Extension[] {
  const greKey: readonly Extension[] = key === undefined ? [] : [{ name: 'greKey', a: mode.l2, reserved: 0, key }];
  // RFC 3543 §3.2: what agents tell each other is protected by the association of theirs
  const agents = [...greKey, ...offer];
  return [
    { name: 'nai', nai }, // RFC 2794 §2: before MN-HA
    // rfc-digest A-02: before MN-HA, which protects it, unless there is FA-HA to do that (yegani-02 §4.1)
    ...(faHa ? [] : agents),
    { name: 'mnHa', spi: mnHa.spi },
    ...(faHa ? agents : []),
    ...(faHa ? [{ name: 'faHa' as const, spi: faHa.spi }] : []),
  ];
}

export function encodeRequest(config: MpaConfig) {
  const context: WireContext = {
    dialect: config.dialect,
    keys: (type) => (type === faHaType ? config.faHa : config.mnHa),
  };
  return (request: MpaRequest): Uint8Array => encodeRrq(request, context);
}

/** RFC 3344 §3.6.1.1: from the care-of address to the home agent. */
export function addressRequest(config: MpaConfig) {
  return (device: Device): { readonly local: Endpoint; readonly remote: Endpoint } => ({
    local: { address: config.address, port: config.port },
    remote: { address: device.homeAgent, port: config.homeAgent.port },
  });
}

/** RFC 3344 §3.6.3: each wait is twice the one before, and not longer than the lifetime asked for. */
export function wait({ firstWait, longestWait, lifetime }: MpaConfig) {
  const most = Math.max(shortestGap, Math.min(longestWait, lifetime * 1000));
  return (attempt: number): number => Math.min(most, firstWait * 2 ** Math.min(attempt - 1, 30));
}

export const earliest = ({ clock }: Device): number => clock.lastSent + shortestGap;

/** RFC 3344 §3.6.2.2: before it expires, and early enough for retransmissions. */
export const renewal = (sentAt: number, expires: number): number => sentAt + (expires - sentAt) * 0.75;
