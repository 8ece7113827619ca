/** What to say where the proxy agent registered no node. */
import { mobileIpPort } from '../wire/mobileip.js';
import type { MpaSession } from './mpa-session.js';

/** Where the tester plays a home agent. */
export function placesOf({ stations, config: { listenPort = mobileIpPort } }: MpaSession): string {
  return stations.addresses.map((address) => `${address}:${listenPort}`).join(' and ');
}

/** What to look at when a node that should be there is not registered. */
export const adviceOf = ({ control }: MpaSession): string =>
  control?.advice ?? 'a node appeared on the access link, but the agent did not register it';

export function nothingCame(session: MpaSession, why: string): string {
  const others = session.strays.length > 0 ? `; ${session.strays.length} requests came for other NAIs` : '';
  return `no registration came to ${placesOf(session)}${others}: ${why}`;
}
