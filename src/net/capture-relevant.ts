/** What an audit may need of a capture, told from raw octets: registration over UDP, GRE and IP-in-IP. */
import { mobileIpPort } from '../wire/mobileip.js';
import { u16At } from '../wire/octets.js';
import type { Wants } from './capture-packet.js';
import { ipv4Start, unknownLink } from './capture-link.js';

const replyType = 3;
/** With its UDP header. */
const shortestReply = 28;
const protocols = { ipInIp: 4, udp: 17, gre: 47 } as const;

/** Packets that could not be looked into, so that silence about them is no lie. */
export interface Overlooked {
  /** Packets by link types that are not known. */
  readonly links: Map<number, number>;
  /** Packets cut so short by the capture that their kind cannot be told. */
  cut: number;
}

/** `port`: where home agents are asked besides 434. */
export function relevantPackets(overlooked: Overlooked, port = mobileIpPort): Wants {
  return (bytes, from, to, linkType) => {
    const ip = ipv4Start(bytes, from, to, linkType);
    if (ip < 0) {
      if (ip === unknownLink) overlooked.links.set(linkType, (overlooked.links.get(linkType) ?? 0) + 1);
      return false;
    }
    if (to - ip < 20) {
      overlooked.cut++;
      return false;
    }
    const first = bytes[ip] ?? 0;
    if (first >> 4 !== 4) return false;
    const protocol = bytes[ip + 9];
    if (protocol === protocols.gre || protocol === protocols.ipInIp) return true;
    if (protocol !== protocols.udp) return false;
    // of a fragmented datagram only the first part tells its ports
    if ((((bytes[ip + 6] ?? 0) & 0x1f) | (bytes[ip + 7] ?? 0)) !== 0) return true;
    const udp = ip + (first & 15) * 4;
    if (to - udp < 4) {
      overlooked.cut++;
      return false;
    }
    const [source, destination] = [u16At(bytes, udp), u16At(bytes, udp + 2)];
    if (source === mobileIpPort || destination === mobileIpPort) return true;
    if (source === port || destination === port) return true;
    // a Registration Reply, perhaps, from a port that it must not come from: RFC 3344 §3.4 and §3.8.3.1
    return to - udp >= shortestReply && bytes[udp + 8] === replyType;
  };
}
