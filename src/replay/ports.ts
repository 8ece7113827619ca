/**
 * Which datagrams are of registration: those from or to its ports, and answers to requests that come from another port
 * than RFC 3344 §3.8.3.1 has it.
 */
import { Recent } from '../oracle/recent.js';
import { ipProtocols } from '../wire/ipv4.js';
import { lowIdentification, messageTypes, mobileIpPort } from '../wire/mobileip.js';
import { u16At } from '../wire/octets.js';
import { destinationOf, type Packet, protocolOf, sourceOf } from './packet.js';

/** Requests remembered. */
const mostAsked = 10_000;

export class Ports {
  readonly #port: number;
  /** The address that was asked, by where the answer goes and the low half of its Identification. */
  readonly #asked = new Recent<string, string>(mostAsked);

  /** `port`: one at which home agents are asked besides 434. */
  constructor(port = mobileIpPort) {
    this.#port = port;
  }

  /** To be asked of every packet, in order; true for those of tunnels. */
  isWanted(packet: Packet): boolean {
    if (protocolOf(packet) !== ipProtocols.udp) return true;
    const { bytes } = packet;
    const udp = ((bytes[0] ?? 0) & 15) * 4;
    const [from, to] = [u16At(bytes, udp), u16At(bytes, udp + 2)];
    const payload = bytes.subarray(udp + 8);
    const isOurs = (p: number): boolean => p === mobileIpPort || p === this.#port;
    if (!isOurs(from) && !isOurs(to)) return this.#isAnswer(packet, to, payload);
    // RFC 3344 §3.3: requests go to that port; what only comes from it is of another protocol
    if (!isOurs(to) && payload[0] === messageTypes.rrq) return false;
    const low = payload[0] === messageTypes.rrq ? lowIdentification(payload, 'request') : undefined;
    if (low !== undefined) this.#asked.set(`${sourceOf(packet)} ${from} ${low}`, destinationOf(packet));
    return true;
  }

  #isAnswer(packet: Packet, to: number, payload: Uint8Array): boolean {
    if (payload[0] !== messageTypes.rrp || packet.missing > 0) return false;
    const low = lowIdentification(payload, 'reply');
    return this.#asked.get(`${destinationOf(packet)} ${to} ${low}`) === sourceOf(packet);
  }
}
