/** All suites, in the order of the documents and their sections. */
import type { SectionDefinition } from '../src/tester/case.js';
import { flagDefinition } from './ha/4-flag-definition-for-gre-key-extension.suite.js';
import { receivingTheRequest } from './ha/5.2-receiving-the-registration-request.suite.js';
import { sendingTheReply } from './ha/5.3-sending-the-registration-reply.suite.js';
import { homeAgentTable } from './ha/5.5.1-home-agent.suite.js';
import { reregistration } from './ha/6.2-registration-reply.suite.js';
import { addressAllocation } from './ha/7-address-allocation.suite.js';
import { bridging } from './ha/7-bridging.suite.js';
import { l2Tunneling } from './ha/7-l2-tunneling-and-address-allocation.suite.js';
import { security } from './ha/8-security-considerations.suite.js';
import { greDelivery, greForwarding } from './ha/gre-forwarding.suite.js';
import { greChecksum, greHeader } from './ha/gre-header.suite.js';
import { greSequence } from './ha/gre-sequence.suite.js';
import { pmipExtensions, pmipInitial } from './ha/pmip-home-agent.suite.js';
import { extensionRules } from './ha/rfc3344-1.8-extensions.suite.js';
import { revocation } from './ha/rfc3543-revocation.suite.js';
import { udpChecksums } from './ha/rfc3344-3.1-udp.suite.js';
import { authentication } from './ha/rfc3344-3.5-authentication.suite.js';
import { receivingRequests } from './ha/rfc3344-3.8.2-receiving-registration-requests.suite.js';
import { severalBindings } from './ha/rfc3344-3.8.2-several-bindings.suite.js';
import { sendingReplies } from './ha/rfc3344-3.8.3-sending-registration-replies.suite.js';
import { identification } from './ha/rfc3344-5.7-identification.suite.js';
import { tunnelChecks } from './ha/tunnel-checks.suite.js';
import { tunnelBroadcasts } from './ha/tunnel-broadcasts.suite.js';
import { tunnelForwarding } from './ha/tunnel-forwarding.suite.js';
import { tunnelLifetime } from './ha/tunnel-lifetime.suite.js';
import { tunnelPackets } from './ha/tunnel-packets.suite.js';
import { tunnelSuccession } from './ha/tunnel-succession.suite.js';
import { mpaSections } from './mpa/index.js';
import { yeganiHomeAgent } from './ha/yegani-4.2-home-agent.suite.js';
import { yeganiExtension } from './ha/yegani-5-gre-key-extension.suite.js';

export const sections: readonly SectionDefinition[] = [
  flagDefinition,
  receivingTheRequest,
  sendingTheReply,
  homeAgentTable,
  reregistration,
  l2Tunneling,
  addressAllocation,
  bridging,
  security,
  yeganiHomeAgent,
  yeganiExtension,
  extensionRules,
  udpChecksums,
  authentication,
  receivingRequests,
  severalBindings,
  sendingReplies,
  identification,
  revocation,
  pmipInitial,
  pmipExtensions,
  tunnelForwarding,
  tunnelPackets,
  tunnelBroadcasts,
  tunnelLifetime,
  tunnelSuccession,
  tunnelChecks,
  greHeader,
  greChecksum,
  greForwarding,
  greDelivery,
  greSequence,
  ...mpaSections,
];
