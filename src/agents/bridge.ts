/** The forwarding database of a learning bridge between the home segment and the L2 tunnels, IEEE 802.1D §7.8 and 7.9. */
import type { Binding, MobileNode } from './ha-bindings.js';
import { isGroupAt, macAt } from './octets.js';

/** Where frames come from and go to: an L2 tunnel, the built-in gateway, or the physical home link. */
export type BridgePort = Binding | 'gateway' | 'link';

/** What is behind a port: a mobile node is the same one whatever tunnel its frames come through. */
export type BridgeSide = MobileNode | 'gateway' | 'link';

export const sideOf = (port: BridgePort): BridgeSide => (typeof port === 'string' ? port : port.node);

/** Most addresses behind one mobile node, so that none can fill the table. */
const mostPerNode = 64;
const mostOnLink = 16384;
const mostInAll = 1 << 20;

/** 802.1D §7.12.6: addresses 01:80:c2:00:00:00 to 0f never pass a bridge. */
const firstReserved = 0x0180c2000000;
const lastReserved = 0x0180c200000f;

export class Bridge {
  private readonly stations = new Map<number, BridgeSide>();
  private linkStations = 0;

  constructor(gatewayMac: number) {
    this.stations.set(gatewayMac, 'gateway');
  }

  get size(): number {
    return this.stations.size;
  }

  /** Remembers where the source of the frame is; a station that moved is found at its new place. */
  learn(frame: Uint8Array, ingress: BridgeSide): void {
    if (isGroupAt(frame, 6) || this.stations.size >= mostInAll) return;
    const mac = macAt(frame, 6);
    const known = this.stations.get(mac);
    // nobody may take over the address of the gateway
    if (known === ingress || known === 'gateway' || ingress === 'gateway') return;
    if (ingress === 'link') {
      if (this.linkStations >= mostOnLink) return;
      this.linkStations++;
    } else {
      ingress.macs ??= new Set();
      if (ingress.macs.size >= mostPerNode) return;
      ingress.macs.add(mac);
    }
    if (known === 'link') this.linkStations--;
    else known?.macs?.delete(mac);
    this.stations.set(mac, ingress);
  }

  /** `flood`, one side, or undefined for a frame that goes nowhere. */
  egress(frame: Uint8Array, ingress: BridgeSide): BridgeSide | 'flood' | undefined {
    if (frame.length < 14 || isGroupAt(frame, 6)) return undefined;
    const destination = macAt(frame, 0);
    if (isGroupAt(frame, 0)) {
      return destination >= firstReserved && destination <= lastReserved ? undefined : 'flood';
    }
    const side = this.stations.get(destination);
    return side === ingress ? undefined : (side ?? 'flood');
  }

  /** Forgets the addresses behind a mobile node whose tunnels are gone. */
  forget(node: MobileNode): void {
    for (const mac of node.macs ?? []) if (this.stations.get(mac) === node) this.stations.delete(mac);
    node.macs = undefined;
  }
}
