/**
 * What the gateway of the home network does besides routing. Each service looks at what arrives and answers or not; more
 * of them (DHCP, router advertisements) are further entries of the config's list.
 */
import { etherTypes } from '../wire/gre.js';
import { ipProtocols } from '../wire/ipv4.js';
import { onesComplement } from '../wire/checksum.js';
import {
  headerLength,
  ip,
  isFragment,
  macAt,
  packetIn,
  putHeader,
  putMac,
  putU16,
  putU32,
  u16At,
  u32At,
} from './octets.js';

/** Who the gateway is, and whom it answers for. */
export interface HomeContext {
  readonly mac: number;
  readonly ipv4: number;
  /** Whether ARP requests for this address are answered with the gateway's MAC address. */
  proxies(address: number): boolean;
  /** Whether packets to this address end here. */
  isLocal(address: number): boolean;
  readonly now: number;
}

export interface HomeService {
  /** Ethernet frames in answer to a frame for the gateway or for all. */
  onFrame?(frame: Uint8Array, context: HomeContext): readonly Uint8Array[];
  /** IPv4 packets in answer to a packet from a tunnel to a local address. */
  onPacket?(packet: Uint8Array, context: HomeContext): readonly Uint8Array[];
}

const none: readonly Uint8Array[] = [];
const frameHeader = 14;

/** RFC 826; for home addresses of mobile nodes that are away, RFC 3344 §4.6. */
export const arpService: HomeService = {
  onFrame(frame, context) {
    const isRequest =
      frame.length >= 42 &&
      u16At(frame, 12) === etherTypes.arp &&
      u32At(frame, 14) === 0x00010800 &&
      u32At(frame, 18) === 0x06040001;
    const target = u32At(frame, 38);
    if (!isRequest || (target !== context.ipv4 && !context.proxies(target))) return none;
    const reply = frame.slice(0, 42);
    reply.set(frame.subarray(6, 12), 0);
    putMac(reply, 6, context.mac);
    putU16(reply, 20, 2);
    putMac(reply, 22, context.mac);
    putU32(reply, 28, target);
    reply.set(frame.subarray(22, 32), 32);
    return [reply];
  },
};

/** RFC 792 echo, in frames and in packets. */
export const echoService: HomeService = {
  onFrame(frame, context) {
    if (u16At(frame, 12) !== etherTypes.ipv4 || macAt(frame, 0) !== context.mac) return none;
    const packet = packetIn(frame.subarray(frameHeader));
    const answer = packet && echoReply(packet, context);
    if (!answer) return none;
    const whole = new Uint8Array(frameHeader + answer.length);
    whole.set(frame.subarray(6, 12), 0);
    putMac(whole, 6, context.mac);
    putU16(whole, 12, etherTypes.ipv4);
    whole.set(answer, frameHeader);
    return [whole];
  },
  onPacket(packet, context) {
    const answer = echoReply(packet, context);
    return answer ? [answer] : none;
  },
};

function echoReply(packet: Uint8Array, context: HomeContext): Uint8Array | undefined {
  const destination = u32At(packet, ip.destination);
  if (!context.isLocal(destination) || packet[ip.protocol] !== ipProtocols.icmp || isFragment(packet)) return undefined;
  const icmp = packet.subarray(headerLength(packet));
  if (icmp.length < 8 || icmp[0] !== 8 || icmp[1] !== 0 || onesComplement(icmp) !== 0) return undefined;
  const answer = new Uint8Array(20 + icmp.length);
  answer.set(icmp, 20);
  answer[20] = 0;
  putU16(answer, 22, 0);
  putU16(answer, 22, onesComplement(answer.subarray(20)));
  const source = u32At(packet, ip.source);
  putHeader(answer, {
    protocol: ipProtocols.icmp,
    source: destination,
    destination: source,
    tos: packet[1] ?? 0,
    id: u16At(packet, 4),
  });
  return answer;
}
