/** All named faults of the reference mobility proxy agent. A fault is a small wrapper, never an `if` inside the agent. */
import { mpaFrameFaults } from './mpa-frames.js';
import { mpaKeyFaults } from './mpa-keys.js';
import { mpaLifecycleFaults } from './mpa-lifecycle.js';
import { mpaMoreFaults } from './mpa-more.js';
import { mpaPacketFaults } from './mpa-packets.js';
import { mpaRegistrationFaults } from './mpa-registration.js';
import { mpaReplyFaults } from './mpa-replies.js';
import { mpaRequestFaults } from './mpa-requests.js';
import { mpaRevocationFaults } from './mpa-revocation.js';
import { mpaSubtleFaults } from './mpa-subtle.js';
import { mpaTableFaults } from './mpa-tables.js';
import { mpaTunnelFaults } from './mpa-tunnel.js';
import type { MpaFault } from './mpa-types.js';

export const mpaFaults: readonly MpaFault[] = [
  ...mpaKeyFaults,
  ...mpaRegistrationFaults,
  ...mpaTunnelFaults,
  ...mpaMoreFaults,
  ...mpaRevocationFaults,
  ...mpaSubtleFaults,
  ...mpaLifecycleFaults,
  ...mpaFrameFaults,
  ...mpaTableFaults,
  ...mpaReplyFaults,
  ...mpaPacketFaults,
  ...mpaRequestFaults,
];
