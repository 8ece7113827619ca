/** The suites against mobility proxy agents, in the order of the documents and their sections. */
import type { SectionDefinition } from '../../src/tester/case.js';
import { mpaFlagDefinition } from './4-flag-definition-for-gre-key-extension.suite.js';
import { sendingTheRequest } from './5.1-sending-the-registration-request.suite.js';
import { receivingTheReply } from './5.4-receiving-the-registration-reply.suite.js';
import { mpaTable } from './5.5.2-mobility-proxy-agent.suite.js';
import { mpaReregistration } from './6.1-registration-request.suite.js';
import { mpaL2Tunneling } from './7-l2-tunneling-and-address-allocation.suite.js';
import { proxyGreDelivery, proxyGreForwarding } from './gre-forwarding.suite.js';
import { proxyGreChecksum, proxyGreHeader, proxyGreKey } from './gre-header.suite.js';
import { proxyGreSequence } from './gre-sequence.suite.js';
import {
  proxyAttachment,
  proxyDhcp,
  proxyFarewell,
  proxyHomeAgent,
  proxyOrder,
  proxyRenewal,
  pmipExtensions,
} from './leung-proxy-agent.suite.js';
import { extensionsOfReplies } from './rfc3344-1.8-extensions-of-replies.suite.js';
import { proxyRequests } from './rfc3344-3.6.1-sending-registration-requests.suite.js';
import { proxyDenials, proxyLifetimes } from './rfc3344-3.6.2-accepted-and-denied.suite.js';
import { proxyReplies } from './rfc3344-3.6.2-receiving-registration-replies.suite.js';
import { proxyRetransmission } from './rfc3344-3.6.3-registration-retransmission.suite.js';
import { proxyRevocationSupport } from './rfc3543-3.2-revocation-support.suite.js';
import { proxyRevocation } from './rfc3543-4.2.2.2-told-of-a-revocation.suite.js';
import { proxyRedirection } from './rfc4433-5.1.2-redirection.suite.js';
import { proxyTunnel } from './tunnel.suite.js';
import { yeganiProxyAgent } from './yegani-4.1-mobility-proxy-agent.suite.js';
import { yeganiProxyExtension } from './yegani-5-gre-key-extension.suite.js';

export const mpaSections: readonly SectionDefinition[] = [
  mpaFlagDefinition,
  sendingTheRequest,
  receivingTheReply,
  mpaTable,
  mpaReregistration,
  mpaL2Tunneling,
  yeganiProxyAgent,
  yeganiProxyExtension,
  extensionsOfReplies,
  proxyRequests,
  proxyReplies,
  proxyLifetimes,
  proxyDenials,
  proxyRetransmission,
  proxyTunnel,
  proxyGreHeader,
  proxyGreChecksum,
  proxyGreForwarding,
  proxyGreDelivery,
  proxyGreSequence,
  proxyGreKey,
  proxyAttachment,
  proxyRenewal,
  proxyOrder,
  proxyHomeAgent,
  pmipExtensions,
  proxyDhcp,
  proxyFarewell,
  proxyRedirection,
  proxyRevocationSupport,
  proxyRevocation,
];
