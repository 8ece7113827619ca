/** Bridging that differs from the reference's and is right all the same: no document says how an L2 tunnel is bridged. */
import type { Binding } from '../agents/ha-bindings.js';
import type { BridgePort } from '../agents/bridge.js';
import { allPorts, bridge } from '../agents/ha-bridging.js';
import { isGroupAt, macAt, u16At } from '../agents/octets.js';
import { etherTypes } from '../wire/gre.js';
import { concat } from '../wire/text.js';
import { applying } from './faults/make.js';
import type { Variant } from './faults/types.js';

const isTunnel = (port: BridgePort): port is Binding => typeof port !== 'string';
const typeOf = (frame: Uint8Array): number => u16At(frame, 12);

/** Destination addresses of IPv6 groups that every host is in, or that routers and servers listen to. */
const wellKnownGroups: ReadonlySet<number> = new Set([0x333300000001, 0x333300000002, 0x333300000016, 0x333300010002]);
const listenerReports = 0x333300000016;
const lastOf = (group: number): number => group % 0x1000000;

export const l2Variants: readonly Variant[] = [
  {
    id: 'l2-broadcasts-filtered',
    allowedBy: 'LG-37',
    sentence: 'Passes no group frames from one mobile node to another, but for ARP and IPv6.',
    apply: applying((rules) => ({
      bridge: (frame, ingress, state) => {
        const ports = [...rules.bridge(frame, ingress, state)];
        const passes = typeOf(frame) === etherTypes.arp || typeOf(frame) === etherTypes.ipv6;
        return isGroupAt(frame, 0) && !passes && isTunnel(ingress) ? ports.filter((port) => !isTunnel(port)) : ports;
      },
    })),
  },
  {
    id: 'l2-nodes-apart',
    allowedBy: 'TS-13',
    sentence:
      'Passes nothing from one mobile node in L2 mode to another, as access networks that keep subscribers apart.',
    apply: (rules, config) => ({
      ...rules,
      bridge: bridge({ ...config, features: { ...config.features, l2NodeToNode: false } }),
    }),
  },
  {
    id: 'l2-joined-groups-only',
    allowedBy: 'TS-13',
    sentence: 'Sends IPv6 multicast only into the tunnels of those who have reported that they listen (RFC 4541).',
    apply: applying((rules) => {
      const listeners = new Map<number, Set<BridgePort>>();
      return {
        bridge: (frame, ingress, state) => {
          const group = macAt(frame, 0);
          if (group === listenerReports) {
            // the group of the first record: behind Ethernet, IPv6, router alert, and 12 octets of the report
            const reported = lastOf(macAt(frame, 14 + 40 + 8 + 12 + 10));
            listeners.set(reported, (listeners.get(reported) ?? new Set()).add(ingress));
          }
          const ports = [...rules.bridge(frame, ingress, state)];
          if (group < 0x333300000000 || group > 0x3333ffffffff || wellKnownGroups.has(group)) return ports;
          const wanted = listeners.get(lastOf(group));
          return ports.filter((port) => !isTunnel(port) || wanted?.has(port) === true);
        },
      };
    }),
  },
  {
    id: 'l2-learns-late',
    allowedBy: 'TS-13',
    sentence: 'Floods the first two frames to each station.',
    apply: applying((rules, config) => {
      const seen = new Map<number, number>();
      return {
        bridge: (frame, ingress, state) => {
          const destination = macAt(frame, 0);
          const count = (seen.get(destination) ?? 0) + 1;
          if (seen.size < 1000) seen.set(destination, count);
          return !isGroupAt(frame, 0) && count <= 2
            ? allPorts(config, state, ingress)
            : rules.bridge(frame, ingress, state);
        },
      };
    }),
  },
  {
    id: 'l2-padded-to-60',
    allowedBy: 'TS-13',
    sentence: 'Fills frames up to the 60 octets of IEEE 802.3.',
    apply: applying((rules) => ({
      encapsulate: (binding, ends, key, protocol, payload) => {
        const isShort = protocol === etherTypes.transparentEthernetBridging && payload.length < 60;
        const whole = isShort ? concat(payload, new Uint8Array(60 - payload.length)) : payload;
        return rules.encapsulate(binding, ends, key, protocol, whole);
      },
    })),
  },
  {
    id: 'l2-ordinary-sizes-only',
    allowedBy: 'TS-13',
    sentence: 'Drops frames above 1514 octets.',
    apply: applying((rules) => ({
      bridge: (frame, ingress, state) => (frame.length > 1514 ? [] : rules.bridge(frame, ingress, state)),
    })),
  },
];
