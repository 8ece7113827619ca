/** All named faults of the reference home agent. A fault is a small wrapper, never an `if` inside the agent. */
import { tunnelFaults } from './ha-data-plane.js';
import { haBaseFaults } from './ha-base.js';
import { haEndingFaults } from './ha-endings.js';
import { haFuzzFaults } from './ha-fuzz.js';
import { haKeyFaults } from './ha-keys.js';
import { l2Faults } from './ha-l2.js';
import { haLateFaults } from './ha-late.js';
import { haPassingFaults } from './ha-passing.js';
import { haReceiverFaults } from './ha-receiver.js';
import { haRegistrationFaults } from './ha-registration.js';
import { haSignallingFaults } from './ha-signalling.js';
import { haRevocationFaults } from './ha-revocation.js';
import { haSuccessionFaults } from './ha-succession.js';
import { haSubtleFaults } from './ha-subtle.js';
import { haUnderneathFaults } from './ha-rules-underneath.js';
import { haTunnelFaults } from './ha-tunnel.js';
import type { Fault } from './types.js';

/** Faults that the numbered cases prove, and that prove them. */
export const haFaults: readonly Fault[] = [
  ...haKeyFaults,
  ...haSubtleFaults,
  ...haBaseFaults,
  ...haUnderneathFaults,
  ...haReceiverFaults,
  ...haRegistrationFaults,
  ...haRevocationFaults,
  ...haSignallingFaults,
  ...haTunnelFaults,
  ...tunnelFaults,
  ...l2Faults,
  ...haEndingFaults,
  ...haLateFaults,
  ...haSuccessionFaults,
  ...haPassingFaults,
];

/** With those that only the fuzzer can be asked to find. */
export const allHaFaults: readonly Fault[] = [...haFaults, ...haFuzzFaults];
