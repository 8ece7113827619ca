/** Who assigns the keys of packets, and what L2 payload is marked as, told by the packets in the tunnels. */
import { readTunnelFrame } from '../oracle/frame.js';
import type { KeyDirection } from '../spec/profiles.js';
import type { Dialect, Extension, GreKeyExtension } from '../wire/extensions.js';
import { ipProtocols } from '../wire/ipv4.js';
import type { Rrp, Rrq } from '../wire/mobileip.js';
import { destinationOf, type Packet, protocolOf, sourceOf } from './packet.js';

/** An accepted registration. */
export interface Agreed {
  readonly ha: string;
  readonly careOf: string;
  readonly rrq: Rrq;
  readonly rrp: Rrp;
}

/** How often a key that was asked for and one that was granted was seen, of those that differ. */
export interface Seen {
  asked: number;
  granted: number;
}

export interface KeysSeen {
  readonly up: Seen;
  readonly down: Seen;
}

export const noKeysSeen = (): KeysSeen => ({ up: { asked: 0, granted: 0 }, down: { asked: 0, granted: 0 } });

export interface Tunnels extends KeysSeen {
  readonly l2Types: { readonly up: ReadonlySet<number>; readonly down: ReadonlySet<number> };
}

export const greKeyOf = (extensions: readonly Extension[]): GreKeyExtension | undefined =>
  extensions.find((e) => e.name === 'greKey');

export function tunnelsOf(packets: readonly Packet[], pairs: readonly Agreed[]): Tunnels {
  const keys = new Map<string, 'asked' | 'granted'>();
  const ends = new Map<string, 'up' | 'down'>();
  const l2 = new Set<string>();
  for (const { ha, careOf, rrq, rrp } of pairs) {
    const asked = greKeyOf(rrq.extensions);
    const granted = greKeyOf(rrp.extensions);
    if (!asked || !granted) continue;
    for (const agent of [ha, rrp.homeAgent]) {
      ends.set(`${careOf} ${agent}`, 'up');
      ends.set(`${agent} ${careOf}`, 'down');
    }
    if (asked.a) for (const { key } of [asked, granted]) l2.add(`${careOf} ${key}`);
    if (asked.key === 0 || asked.key === granted.key) continue;
    keys.set(`${careOf} ${asked.key}`, 'asked');
    keys.set(`${careOf} ${granted.key}`, 'granted');
  }
  const seen = { ...noKeysSeen(), l2Types: { up: new Set<number>(), down: new Set<number>() } };
  for (const packet of packets) {
    if (protocolOf(packet) !== ipProtocols.gre) continue;
    const [source, destination] = [sourceOf(packet), destinationOf(packet)];
    const way = ends.get(`${source} ${destination}`);
    const header = way && readTunnelFrame(packet.bytes, packet.at)?.gre;
    if (!way || header?.key === undefined) continue;
    const name = `${way === 'up' ? source : destination} ${header.key}`;
    const role = keys.get(name);
    if (role) seen[way][role]++;
    if (l2.has(name)) seen.l2Types[way].add(header.protocol);
  }
  return seen;
}

export interface LearntDirection {
  /** Undefined when nothing tells. */
  readonly value?: KeyDirection;
  readonly note?: string;
}

/**
 * a sender puts its own key into its packets (tsirtsis), or that of the other side (yegani-02 §5). Both ways have
 * to agree; one alone may be the fault of one device, unless the layout has no other rule.
 */
export function learnDirection({ up, down }: KeysSeen, dialect: Dialect): LearntDirection {
  const sender = up.asked + down.granted;
  const receiver = up.granted + down.asked;
  const upSays = up.granted > up.asked;
  const downSays = down.asked > down.granted;
  const hasUp = up.asked + up.granted > 0;
  const hasDown = down.asked + down.granted > 0;
  const advice = 'if they are meant so, say --knob key_direction=receiver';
  if (receiver === 0) {
    return sender === 0 ? {} : { value: 'sender', note: 'keys are assigned by the sender of packets' };
  }
  if (upSays && downSays) return { value: 'receiver', note: 'keys are assigned by the receiver of packets (A-01)' };
  const isOneWay = (hasUp && !hasDown && upSays) || (hasDown && !hasUp && downSays);
  if (isOneWay && dialect.greKeyForm !== 'tsirtsis-00') {
    const way = hasUp ? 'up' : 'down';
    return {
      value: 'receiver',
      note: `keys seem to be assigned by the receiver of packets (A-01); only packets ${way} are there to tell`,
    };
  }
  // where the layout has another rule, doubt leaves it in force
  if (dialect.greKeyForm === 'rfc6245') return { note: 'packets do not agree on who assigns keys (A-01)' };
  if (!upSays && !downSays) return { value: 'sender' };
  return { value: 'sender', note: `some packets carry keys as if their receiver assigned them (A-01); ${advice}` };
}
