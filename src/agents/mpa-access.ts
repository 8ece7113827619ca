/** The MPA on its access link in normal mode: the default router that devices ask for by ARP, and their DHCP server. */
import { dhcpv4Types } from '../wire/dhcpv4-options.js';
import { type Dhcpv4, dhcpv4Ports } from '../wire/dhcpv4.js';
import { etherTypes } from '../wire/gre.js';
import { ipProtocols } from '../wire/ipv4.js';
import { arpService } from './home-services.js';
import type { MpaConfig } from './mpa-config.js';
import type { Device } from './mpa-devices.js';
import { answerDhcp, dhcpIn, dhcpTypeOf } from './mpa-dhcp.js';
import { packetOf } from './mpa-frame.js';
import type { MpaState } from './mpa-state.js';
import { headerLength, ip, isFragment, u16At, u32At } from './octets.js';

const limitedBroadcast = 0xffffffff;

/** Whether a device's packet ends at the MPA: DHCP to its router or to all. */
export function isForUs(packet: Uint8Array, { gateway }: MpaState): boolean {
  const destination = u32At(packet, ip.destination);
  return (
    packet[ip.protocol] === ipProtocols.udp &&
    !isFragment(packet) &&
    u16At(packet, headerLength(packet) + 2) === dhcpv4Ports.server &&
    (destination === limitedBroadcast || destination === gateway.ipv4)
  );
}

/** In L2 mode there is nothing to answer: the device talks to the home network itself (draft §7). */
export function answerAccess(config: MpaConfig) {
  return (frame: Uint8Array, device: Device, state: MpaState): readonly Uint8Array[] => {
    if (device.mode.l2) return [];
    if (u16At(frame, 12) === etherTypes.arp) return answerArp(frame, device, state);
    const message = device.binding && dhcpOf(frame, state);
    return message ? answerDhcp(message, device, state, config) : [];
  };
}

export function mustWait(frame: Uint8Array, { mode, binding }: Device, state: MpaState): boolean {
  return !mode.l2 && !binding && dhcpOf(frame, state) !== undefined;
}

/** draft-leung-mip4-proxy-mode-10 §6.3. */
export function isFarewell(frame: Uint8Array, { mode }: Device, state: MpaState): boolean {
  const message = mode.l2 ? undefined : dhcpOf(frame, state);
  return message !== undefined && dhcpTypeOf(message) === dhcpv4Types.release;
}

function dhcpOf(frame: Uint8Array, state: MpaState): Dhcpv4 | undefined {
  const packet = packetOf(frame);
  return packet && isForUs(packet, state) ? dhcpIn(packet) : undefined;
}

/** Every address is reached through the MPA, but for the device's own: nothing may pass it by on the segment. */
function answerArp(frame: Uint8Array, { homeAddress }: Device, { gateway, now }: MpaState): readonly Uint8Array[] {
  const sender = u32At(frame, 28);
  // RFC 5227 §2.1: with sender 0 it only asks whether anybody else has the address
  const proxies = (target: number): boolean => sender !== 0 && target !== sender && target !== homeAddress;
  return arpService.onFrame?.(frame, { ...gateway, proxies, isLocal: () => false, now }) ?? [];
}
