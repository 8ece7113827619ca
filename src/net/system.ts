import { systemClock } from './clock.js';
import { openLink } from './link.js';
import type { Net } from './port.js';
import { openRaw } from './raw.js';
import { openUdp } from './udp.js';

/** The network of this machine: real sockets and the real clock. */
export function systemNet(): Net {
  return { clock: systemClock, openUdp, openRaw, openLink };
}
