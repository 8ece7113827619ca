/** Where IPv4 packets go: into tunnels, or home. RFC 3344 §4.2.3 and 4.3. */
import { ipProtocols } from '../wire/ipv4.js';
import { ipv4Number } from '../wire/text.js';
import type { Binding } from './ha-bindings.js';
import { type HomeAgentConfig, parseNetwork } from './ha-config.js';
import type { Delivery } from './ha-rules.js';
import type { HaState } from './ha-state.js';
import { headerLength, ip, putHeader, sealHeader, u32At } from './octets.js';

const nowhere: Delivery = { home: false, tunnels: [] };
const home: Delivery = { home: true, tunnels: [] };
const limitedBroadcast = 0xffffffff;

export function deliver(config: HomeAgentConfig) {
  const isBroadcast = broadcastOf(config);
  return (packet: Uint8Array, from: Binding | undefined, state: HaState): Delivery => {
    const destination = u32At(packet, ip.destination);
    if (isBroadcast(destination)) {
      return { home: true, tunnels: [...state.bindings.broadcastBindings()].filter((binding) => binding !== from) };
    }
    if (destination === from?.terms.careOf) return nowhere; // RFC 2784 §3.1: back to the encapsulator
    const bindings = state.bindings.atHome(destination)?.bindings.filter(({ terms }) => terms.tunnel !== 'l2');
    if (bindings === undefined || bindings.length === 0) return home;
    return { home: false, tunnels: bindings.filter((binding) => !isLoop(packet, binding)) };
  };
}

/** RFC 3344 §4.2.3: tunnelled by the care-of address itself to the home address, with the home address inside. */
function isLoop(packet: Uint8Array, { terms }: Binding): boolean {
  if (packet[ip.protocol] !== ipProtocols.ipInIp || u32At(packet, ip.source) !== terms.careOf) return false;
  return u32At(packet, headerLength(packet) + ip.destination) === u32At(packet, ip.destination);
}

/** RFC 2784 §3.1: forwarding takes one from the time to live. */
export function age(packet: Uint8Array): Uint8Array | undefined {
  const ttl = packet[ip.ttl] ?? 0;
  if (ttl <= 1) return undefined;
  const aged = packet.slice();
  aged[ip.ttl] = ttl - 1;
  sealHeader(aged);
  return aged;
}

/** RFC 3344 §4.3: without D, the foreign agent could not tell whose broadcast it is, so it goes inside a unicast packet. */
export function prepare(config: HomeAgentConfig) {
  const isBroadcast = broadcastOf(config);
  return (packet: Uint8Array, binding: Binding): Uint8Array => {
    if (!isBroadcast(u32At(packet, ip.destination)) || binding.terms.decapsulation) return packet;
    const whole = new Uint8Array(20 + packet.length);
    putHeader(whole, {
      protocol: ipProtocols.ipInIp,
      source: binding.terms.homeAgent,
      destination: binding.node.homeAddress,
    });
    whole.set(packet, 20);
    return whole;
  };
}

/** Whether an address is a broadcast address of the home network. */
export function broadcastOf(config: HomeAgentConfig): (address: number) => boolean {
  const { last } = parseNetwork(config.homeNetwork);
  return (address) => address === last || address === limitedBroadcast;
}

/** Numbers of the home agent's own addresses. */
export const ownAddresses = (config: HomeAgentConfig): ReadonlySet<number> =>
  new Set(config.addresses.map((address) => ipv4Number(address) ?? 0));
