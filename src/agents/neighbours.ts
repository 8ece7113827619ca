/** MAC addresses of the stations that the gateway has heard, by IPv4 address. */
import { etherTypes } from '../wire/gre.js';
import type { Network } from './ha-config.js';
import { ip, macAt, u16At, u32At } from './octets.js';

const mostNeighbours = 1 << 16;

export class Neighbours {
  private readonly network: Network;
  private readonly macs = new Map<number, number>();

  constructor(network: Network) {
    this.network = network;
  }

  macOf(address: number): number | undefined {
    return this.macs.get(address);
  }

  /** Takes the sender of an ARP packet (RFC 826) or of an IPv4 packet, where the frame tells. */
  hear(frame: Uint8Array): void {
    const type = u16At(frame, 12);
    if (type === etherTypes.arp && frame.length >= 42) this.set(u32At(frame, 28), macAt(frame, 22));
    else if (type === etherTypes.ipv4 && frame.length >= 34) this.set(u32At(frame, 14 + ip.source), macAt(frame, 6));
  }

  private set(address: number, mac: number): void {
    if (address <= this.network.first || address >= this.network.last) return;
    if (this.macs.size < mostNeighbours || this.macs.has(address)) this.macs.set(address, mac);
  }
}
