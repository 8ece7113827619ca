/** Which ports an Ethernet frame leaves by: the home segment and the L2 tunnels are one bridged LAN (draft §5.2). */
import { type BridgePort, sideOf } from './bridge.js';
import type { HomeAgentConfig } from './ha-config.js';
import type { HaState } from './ha-state.js';

export function bridge(config: HomeAgentConfig) {
  return (frame: Uint8Array, ingress: BridgePort, state: HaState): Iterable<BridgePort> => {
    const egress = state.bridge.egress(frame, sideOf(ingress));
    if (egress === undefined) return [];
    if (egress === 'flood') return allPorts(config, state, ingress);
    if (typeof egress === 'string') return [egress];
    if (!reachesNodes(config, ingress)) return [];
    // RFC 3344 §3.8.2.2: one copy for each simultaneous binding
    return egress.bindings.filter(({ terms }) => terms.tunnel === 'l2');
  };
}

/** Every port but those of the side that the frame came from. */
export function* allPorts(config: HomeAgentConfig, state: HaState, ingress: BridgePort): Generator<BridgePort> {
  const side = sideOf(ingress);
  if (side !== 'gateway') yield 'gateway';
  if (side !== 'link' && config.homeLink !== undefined) yield 'link';
  if (!reachesNodes(config, ingress)) return;
  for (const binding of state.bindings.l2Bindings()) if (binding.node !== side) yield binding;
}

const reachesNodes = ({ features }: HomeAgentConfig, ingress: BridgePort): boolean =>
  features.l2NodeToNode || typeof ingress === 'string';
