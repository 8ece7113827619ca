/** Whether an authenticated request can be granted at all, RFC 3344 §3.8.2.3. */
import { extensionType } from '../wire/extensions.js';
import { replyCodes } from '../wire/mobileip.js';
import { ipv4Number } from '../wire/text.js';
import type { HomeAgentConfig } from './ha-config.js';
import type { Exchange, Refusal } from './ha-rules.js';
import type { HaState } from './ha-state.js';

/** What makes a request poorly formed. */
export function checkForm(config: HomeAgentConfig) {
  const own = config.addresses.map((address) => ipv4Number(address));
  return (x: Exchange): Refusal | undefined => {
    const { request, careOf, homeAddress } = x;
    const types = request.extensions.map((extension) => extensionType(extension, config.dialect));
    const misplaced = x.faHa.length > 0 && types.indexOf(34) < types.indexOf(32); // RFC 3344 §3.2
    const nobody = x.nai === undefined && homeAddress === 0; // RFC 2794 §2
    // the end of a tunnel is a unicast address, and neither the home agent itself nor the home address
    const noTunnelEnd = request.lifetime > 0 && (!isUnicast(careOf) || own.includes(careOf) || careOf === homeAddress);
    const poor =
      request.reservedR || request.reservedX || x.malformed !== undefined || misplaced || nobody || noTunnelEnd;
    return poor ? replyCodes.poorlyFormedRequest : undefined;
  };
}

/** Neither 0/8 nor multicast, reserved or broadcast. */
const isUnicast = (address: number): boolean => address >= 0x01000000 && address < 0xe0000000;

export function checkHomeAgent(config: HomeAgentConfig) {
  return (x: Exchange): Refusal | undefined => {
    // RFC 3344 §3.8.2.1: a request to a broadcast address is only answered so that we are found
    if (!config.addresses.includes(x.local.address)) return replyCodes.unknownHomeAgent;
    return replyHomeAgent(x, config) === x.request.homeAgent || isDiscovery(x, config)
      ? undefined
      : replyCodes.unknownHomeAgent;
  };
}

/** RFC 4433 §3.1: zeros or ones where the home agent is not known yet. */
const isDiscovery = (x: Exchange, config: HomeAgentConfig): boolean =>
  config.features.dynamicHomeAgent && ['0.0.0.0', '255.255.255.255'].includes(x.request.homeAgent);

/** RFC 3344 §3.8.3.2: the home agent field of the request if that is us, else an own unicast address. */
export function replyHomeAgent(x: Exchange, config: HomeAgentConfig): string {
  const { addresses } = config;
  if (addresses.includes(x.request.homeAgent)) return x.request.homeAgent;
  return addresses.includes(x.local.address) ? x.local.address : (addresses[0] ?? x.local.address);
}

/** Encapsulation and direction, RFC 3024 §4.3.1, yegani-02 §4.2, draft §5.3. */
export function checkTunnel(config: HomeAgentConfig) {
  const { features } = config;
  return ({ request, greKey, tunnel }: Exchange): Refusal | undefined => {
    const keyed = greKey !== undefined;
    if (request.minimal) return replyCodes.encapsulationUnavailable;
    if (tunnel === 'ip-in-ip' ? !features.ipInIp : !features.greKeys) return replyCodes.encapsulationUnavailable;
    if (tunnel === 'l2' && !features.l2) return replyCodes.administrativelyProhibited; // draft §5.3
    if (tunnel === 'gre' && !keyed && !features.keylessGre) return replyCodes.poorlyFormedRequest; // yegani-02 §4.2
    if (request.reverseTunneling && !features.reverseTunneling) return replyCodes.reverseTunnelUnavailable;
    return undefined;
  };
}

export function checkRoom(config: HomeAgentConfig) {
  return (x: Exchange, state: HaState): Refusal | undefined => {
    const bindings = state.bindings.find(x.mobileNode)?.bindings ?? [];
    if (x.request.lifetime === 0 || bindings.some((binding) => binding.terms.careOf === x.careOf)) return undefined;
    const kept = x.request.simultaneous && config.features.simultaneousBindings ? bindings.length : 0;
    if (kept >= config.maxSimultaneous) return replyCodes.tooManyBindings;
    // one that replaces another needs no room
    const full = state.bindings.size - (bindings.length - kept) >= config.maxBindings;
    return full ? replyCodes.insufficientResources : undefined;
  };
}
