/** The rules of a mobility proxy agent that does everything right. */
import { isAccepted } from '../wire/mobileip.js';
import { ipv4Number } from '../wire/text.js';
import { acceptSequence, encapsulate, readTunnel } from './ha-tunnel.js';
import { answerAccess, isFarewell, mustWait } from './mpa-access.js';
import {
  checkAuthentication,
  checkForeignAgent,
  checkIdentification,
  denied,
  deviceOf,
  end,
  expiry,
  grantedLifetime,
  learn,
  terms,
  understand,
} from './mpa-answer.js';
import type { MpaConfig } from './mpa-config.js';
import {
  addressRequest,
  buildRequest,
  earliest,
  encodeRequest,
  newIdentification,
  renewal,
  requestKey,
  wait,
} from './mpa-request.js';
import type { MpaRules } from './mpa-rules.js';
import { acceptForward, deliver, intercept, reverseKey, tunnelEnds, tunnelOf } from './mpa-tunnel.js';
import { toldRules } from './revocation.js';

export function defaultRules(config: MpaConfig): MpaRules {
  let packetId = 0;
  return {
    requestKey: requestKey(config),
    identification: newIdentification(config),
    buildRequest: buildRequest(config),
    encodeRequest: encodeRequest(config),
    addressRequest: addressRequest(config),
    wait: wait(config),
    earliest,
    expiry,
    renewal,
    understand: understand(config),
    deviceOf,
    checkAuthentication: checkAuthentication(config),
    checkForeignAgent: checkForeignAgent(config),
    checkIdentification,
    isAccepted: ({ reply }) => isAccepted(reply.code),
    grantedLifetime,
    terms: terms(config),
    learn: learn(config),
    denied,
    end,
    revocation: toldRules(true),
    tunnelOf,
    intercept,
    reverseKey,
    tunnelEnds: tunnelEnds(config),
    encapsulate: encapsulate(() => (packetId = (packetId + 1) & 0xffff)),
    readTunnel: readTunnel(new Set([ipv4Number(config.address) ?? 0])),
    acceptForward,
    acceptSequence,
    deliver,
    answerAccess: answerAccess(config),
    mustWait,
    isFarewell,
  };
}
