/** The rules of a home agent that does everything right. */
import { replyCodes } from '../wire/mobileip.js';
import { checkAuthentication, checkForeignAgent } from './ha-authentication.js';
import type { HomeAgentConfig } from './ha-config.js';
import { checkExtensions, understand } from './ha-exchange.js';
import { chooseHomeAddress, chooseKeys, expiry, grantLifetime, keyWithoutGrant, terms } from './ha-grant.js';
import { checkIdentification, remember, replyIdentification } from './ha-replay.js';
import { addressReply, buildReply, encodeReply } from './ha-reply.js';
import { checkForm, checkHomeAgent, checkRoom, checkTunnel } from './ha-request-checks.js';
import { revocationRules } from './ha-revocation.js';
import { age, deliver, ownAddresses, prepare } from './ha-routing.js';
import type { HaRules } from './ha-rules.js';
import { deregistered, enter, remove, superseded } from './ha-table.js';
import { acceptReverse, acceptSequence, encapsulate, forwardKey, readTunnel, tunnelEnds } from './ha-tunnel.js';
import { bridge } from './ha-bridging.js';

export function defaultRules(config: HomeAgentConfig): HaRules {
  let packetId = 0;
  // RFC 3344 §3.8.2.2: code 1 where simultaneous bindings are not supported
  const code = config.features.simultaneousBindings ? replyCodes.accepted : replyCodes.acceptedNoSimultaneous;
  return {
    understand: understand(config),
    checkExtensions: checkExtensions(config),
    checkAuthentication: checkAuthentication(config),
    checkIdentification: checkIdentification(config),
    checkForeignAgent: checkForeignAgent(config),
    checkForm: checkForm(config),
    checkHomeAgent: checkHomeAgent(config),
    checkTunnel: checkTunnel(config),
    checkRoom: checkRoom(config),
    chooseHomeAddress: chooseHomeAddress(config),
    grantLifetime: grantLifetime(config),
    chooseKeys: chooseKeys(config),
    keyWithoutGrant,
    terms: terms(config),
    expiry,
    superseded: superseded(config),
    deregistered,
    enter,
    remove,
    remember: remember(config),
    acceptedCode: () => code,
    replyIdentification: replyIdentification(config),
    buildReply: buildReply(config),
    encodeReply: encodeReply(config),
    addressReply: addressReply(config),
    revocation: revocationRules,
    readTunnel: readTunnel(ownAddresses(config)),
    acceptReverse,
    acceptSequence,
    deliver: deliver(config),
    age,
    bridge: bridge(config),
    forwardKey,
    tunnelEnds,
    prepare: prepare(config),
    encapsulate: encapsulate(() => (packetId = (packetId + 1) & 0xffff)),
  };
}
