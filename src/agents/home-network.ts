/**
 * The built-in home network: a gateway, which is a router behind the home agent, and the stations that it has heard on
 * the home segment.
 */
import { etherTypes } from '../wire/gre.js';
import { ipv4Number, macNumber } from '../wire/text.js';
import { type HomeAgentConfig, parseNetwork } from './ha-config.js';
import { ownAddresses } from './ha-routing.js';
import { arpService, echoService, type HomeContext, type HomeService } from './home-services.js';
import { Neighbours } from './neighbours.js';
import { ip, macAt, putMac, putU16, putU32, u32At } from './octets.js';

const broadcastMac = 0xffffffffffff;

export class HomeNetwork {
  private readonly services: readonly HomeService[];
  private readonly neighbours: Neighbours;
  private readonly gateway: { readonly mac: number; readonly ipv4: number };
  private readonly context: HomeContext & { now: number };

  /** `isAway` tells the home addresses whose packets the home agent takes. */
  constructor(config: HomeAgentConfig, isAway: (address: number) => boolean) {
    this.services = [arpService, echoService, ...config.services];
    this.neighbours = new Neighbours(parseNetwork(config.homeNetwork));
    this.gateway = { mac: macNumber(config.gateway.mac) ?? 0, ipv4: ipv4Number(config.gateway.ipv4) ?? 0 };
    const own = ownAddresses(config);
    const { ipv4 } = this.gateway;
    const isLocal = (address: number): boolean => address === ipv4 || own.has(address);
    this.context = { ...this.gateway, proxies: isAway, isLocal, now: 0 };
  }

  isGateway(frame: Uint8Array): boolean {
    return macAt(frame, 0) === this.gateway.mac;
  }

  /** Frames that the gateway sends in answer to a frame for it or for all. */
  answerFrame(frame: Uint8Array, now: number): Uint8Array[] {
    this.neighbours.hear(frame);
    this.context.now = now;
    return this.services.flatMap((service) => service.onFrame?.(frame, this.context) ?? []);
  }

  /** Packets in answer to one out of an L3 tunnel. */
  answerPacket(packet: Uint8Array, now: number): Uint8Array[] {
    this.context.now = now;
    return this.services.flatMap((service) => service.onPacket?.(packet, this.context) ?? []);
  }

  /** The frame that brings a packet from the gateway to its station; undefined for a station never heard. */
  frameFor(packet: Uint8Array): Uint8Array | undefined {
    const mac = this.neighbours.macOf(u32At(packet, ip.destination));
    if (mac === undefined) return undefined;
    const frame = this.frame(mac, etherTypes.ipv4, packet.length);
    frame.set(packet, 14);
    return frame;
  }

  /** Tells all stations that packets for this home address go to the gateway now, RFC 3344 §4.6. */
  gratuitousArp(address: number): Uint8Array {
    const frame = this.frame(broadcastMac, etherTypes.arp, 28);
    putU32(frame, 14, 0x00010800);
    putU32(frame, 18, 0x06040001);
    putMac(frame, 22, this.gateway.mac);
    putU32(frame, 28, address);
    putU32(frame, 38, address);
    return frame;
  }

  private frame(destination: number, type: number, size: number): Uint8Array {
    const frame = new Uint8Array(14 + size);
    putMac(frame, 0, destination);
    putMac(frame, 6, this.gateway.mac);
    putU16(frame, 12, type);
    return frame;
  }
}
