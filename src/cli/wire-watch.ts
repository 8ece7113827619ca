/** Watches the wire during a run, where libpcap and the privileges for it are there; else says why not. */
import { NetError } from '../net/net-error.js';
import { interfacesTowards, openWireTap } from '../net/wire-tap.js';
import { mobileIpPort } from '../wire/mobileip.js';
import type { ResolvedConfig } from './config/resolve.js';
import { WireRecord } from './wire-record.js';

export interface WireWatch {
  readonly record: WireRecord;
  /** Why the wire could not be watched; undefined when it is. */
  readonly absence: string | undefined;
  /** Lets what is still under way to this process come in, then ends watching. */
  stop(): Promise<void>;
}

/** How long the kernel may keep packets before it hands them over, in milliseconds. */
const underWay = 200;

/** All parts of a run may be on links of their own. */
export function watchWire(configs: readonly ResolvedConfig[]): WireWatch {
  const record = new WireRecord();
  const closes: (() => void)[] = [];
  const local = [...new Set(configs.flatMap((config) => config.local))];
  const targets = configs.map(({ target }) => target.address).filter((address) => address !== '0.0.0.0');
  const hosts = [...new Set([...local, ...targets])].map((address) => `host ${address}`);
  const ports = [...new Set(configs.flatMap(portsOf))].map((port) => `udp port ${port}`);
  // fragments but the first have no ports; ICMP tells of what a device refuses
  const kinds = [...ports, 'ip proto 47', 'ip proto 4', 'icmp', 'ip[6:2] & 0x1fff != 0'].join(' or ');
  try {
    const names = new Set(configs.flatMap((config) => interfacesTowards(config.local, config.target.address)));
    if (names.size === 0) throw new NetError('no-such-link', `no interface has the address ${local.join(' or ')}`);
    for (const name of names) {
      closes.push(openWireTap(name, `(${hosts.join(' or ')}) and (${kinds})`, (packet) => record.add(packet)));
    }
  } catch (error) {
    for (const close of closes) close();
    if (!(error instanceof NetError)) throw error;
    return { record: new WireRecord(), absence: error.message, stop: () => Promise.resolve() };
  }
  return {
    record,
    absence: undefined,
    async stop() {
      if (closes.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, underWay));
      for (const close of closes.splice(0)) close();
    },
  };
}

const portsOf = ({ listenPort = mobileIpPort, target }: ResolvedConfig): number[] => [
  mobileIpPort,
  listenPort,
  target.port,
];
