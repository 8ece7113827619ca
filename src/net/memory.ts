import { isIPv4 } from 'node:net';
import { Carrier, type Interceptor, type Observer } from './carrier.js';
import { MemoryIp } from './memory-ip.js';
import { NetError } from './net-error.js';
import type { LinkFrame, LinkPort, Net } from './port.js';
import { FaultCount } from './send-faults.js';
import { VirtualClock } from './virtual-clock.js';

export type { Fate, Interceptor, Observer, Transit } from './carrier.js';

/** A network in memory. Every IPv4 address and every link name is there; time is virtual and jumps when all is quiet. */
export interface MemoryNet extends Net {
  /** The same network for a device under test: time does not run ahead for its timers. */
  readonly device: Net;
  /** Shows every packet and frame as it is sent; the returned function ends it. */
  tap(observer: Observer): () => void;
  /** Lets a function lose or delay packets and frames; the returned function ends it. */
  intercept(decide: Interceptor): () => void;
  /** Resolves when nothing is under way and no timer is running. */
  idle(): Promise<void>;
}

export interface MemoryNetOptions {
  /** Epoch milliseconds at which virtual time begins. */
  readonly start?: number;
  /** Virtual milliseconds from sending to arrival. */
  readonly latency?: number;
}

/** Always the same moment, so that runs repeat to the octet. */
const defaultStart = Date.UTC(2025, 0, 1);
const smallestFrame = 14;

/** Makes a network for several hosts in one process; it behaves like Linux's where the tester can tell. */
export function memoryNet({ start = defaultStart, latency = 0.1 }: MemoryNetOptions = {}): MemoryNet {
  const clock = new VirtualClock(start);
  const carrier = new Carrier(clock, latency);
  const ip = new MemoryIp(clock, carrier);
  const links = new Map<string, Set<(frame: LinkFrame) => void>>();

  const openLink = (name: string, receive: (frame: LinkFrame) => void): LinkPort => {
    const members = links.get(name) ?? new Set();
    links.set(name, members);
    const member = (frame: LinkFrame): void => receive(frame);
    members.add(member);
    const faults = new FaultCount();
    return {
      name,
      faults,
      send(frame) {
        if (!members.has(member)) return faults.add('closed', name);
        if (frame.length < smallestFrame) return faults.add('EINVAL', name);
        const bytes = frame.slice();
        carrier.carry(name, bytes, () => {
          for (const other of [...members]) {
            if (other !== member && members.has(other)) other({ at: clock.now(), bytes: bytes.slice() });
          }
        });
      },
      async close() {
        members.delete(member);
      },
    };
  };

  const checked = (address: string): void => {
    if (!isIPv4(address) || address === '0.0.0.0') {
      throw new NetError('unsupported', `memory network: ${address} is not the IPv4 address of one host; name one`);
    }
  };
  const net: Net = {
    clock,
    async openUdp(local, receive) {
      checked(local.address);
      return ip.openUdp(local, receive);
    },
    async openRaw(address, protocol, receive) {
      checked(address);
      return ip.openRaw(address, protocol, receive);
    },
    async openLink(name, receive) {
      return openLink(name, receive);
    },
  };
  return {
    ...net,
    device: { ...net, clock: clock.passive },
    tap: (observer) => carrier.tap(observer),
    intercept: (decide) => carrier.intercept(decide),
    idle: () => clock.idle(),
  };
}
