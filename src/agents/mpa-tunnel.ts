/** User traffic of mobile nodes: what goes into which tunnel, and where it comes out. RFC 3024, draft §5.4 and 7. */
import { etherTypes } from '../wire/gre.js';
import { ipv4Number } from '../wire/text.js';
import { age } from './ha-routing.js';
import type { TunnelEnds, TunnelFrame } from './ha-rules.js';
import { isForUs } from './mpa-access.js';
import type { MpaConfig } from './mpa-config.js';
import type { Device, MpaBinding } from './mpa-devices.js';
import { frameFor, packetOf } from './mpa-frame.js';
import type { Payload } from './mpa-rules.js';
import type { MpaState } from './mpa-state.js';
import { ip, isGroupAt, macAt, packetIn, u32At } from './octets.js';

const frameHeader = 14;

/** draft-leung-mip4-proxy-mode-10 §4.2: not before success, not once it leaves, not after expiry. */
export function tunnelOf({ phase, binding }: Device, state: MpaState): MpaBinding | undefined {
  return phase !== 'leaving' && binding && binding.expires > state.now ? binding : undefined;
}

/** draft-leung-mip4-proxy-mode-02 §4.2: every packet from the device, whoever it is for. */
export function intercept(
  frame: Uint8Array,
  _device: Device,
  { terms }: MpaBinding,
  state: MpaState,
): Payload | undefined {
  if (terms.tunnel === 'l2') return { protocol: etherTypes.transparentEthernetBridging, bytes: frame };
  const packet = packetOf(frame);
  // what does not come from the home address the home agent would discard (RFC 3024 §4.3.2)
  if (!packet || u32At(packet, ip.source) !== terms.homeAddress || isForUs(packet, state)) return undefined;
  const aged = age(packet); // RFC 2003 §3.1: tunnelling is a part of forwarding it
  return aged && { protocol: etherTypes.ipv4, bytes: aged };
}

export const reverseKey = (binding: MpaBinding): number | undefined => binding.terms.reverseKey;

/** RFC 3024 §4.3.1: from the care-of address to the home agent of the last successful reply. */
export function tunnelEnds(config: MpaConfig) {
  const source = ipv4Number(config.address) ?? 0;
  return ({ terms }: MpaBinding): TunnelEnds => ({ source, destination: terms.homeAgent });
}

/** The tunnel is the one that was agreed, or nothing: RFC 3344 §4.2.2, no word about what is discarded. */
export function acceptForward(frame: TunnelFrame, state: MpaState): Device | undefined {
  const { source, kind, key, protocol, payload } = frame;
  if (protocol === etherTypes.transparentEthernetBridging) {
    return key === undefined ? undefined : state.devices.behind('l2', source, key, 0);
  }
  const inner = protocol === etherTypes.ipv4 ? packetIn(payload) : undefined;
  return inner && state.devices.behind(kind, source, key, u32At(inner, ip.destination));
}

/** The frame out of an L2 tunnel, or one that holds the packet. */
export function deliver(frame: TunnelFrame, device: Device, state: MpaState): Uint8Array | undefined {
  if (frame.protocol === etherTypes.transparentEthernetBridging) {
    // the segment is shared with other devices, and only what is for this one or for all belongs there
    const isWhole = frame.payload.length >= frameHeader;
    return isWhole && (isGroupAt(frame.payload, 0) || macAt(frame.payload, 0) === device.mac)
      ? frame.payload
      : undefined;
  }
  const packet = packetIn(frame.payload);
  const aged = packet && age(packet); // RFC 2784 §3.1
  return aged && frameFor(device.mac, state.gateway.mac, aged);
}
