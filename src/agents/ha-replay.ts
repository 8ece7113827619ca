/** Replay protection as rules, RFC 3344 §3.8.2.1 b and §5.7. */
import { low32, ntpTimestamp, replyCodes } from '../wire/mobileip.js';
import type { HomeAgentConfig } from './ha-config.js';
import type { Exchange, Refusal } from './ha-rules.js';
import type { HaState } from './ha-state.js';

const joined = (high: number, identification: bigint): bigint => (BigInt(high) << 32n) | BigInt(low32(identification));

export function checkIdentification(config: HomeAgentConfig) {
  return (x: Exchange, state: HaState): Refusal | undefined => {
    const { identification } = x.request;
    const fresh =
      config.replay === 'nonces'
        ? state.nonces.isFresh(x.mobileNode, identification)
        : state.timestamps.isFresh(x.mobileNode, identification, x.at);
    return fresh ? undefined : replyCodes.identificationMismatch;
  };
}

/** Only accepted requests move the mark, RFC 3344 §5.7.1. */
export function remember(config: HomeAgentConfig) {
  return (x: Exchange, state: HaState): void => {
    if (config.replay === 'timestamps') state.timestamps.accepted(x.mobileNode, x.request.identification, x.at);
  };
}

export function replyIdentification(config: HomeAgentConfig) {
  return (x: Exchange, code: number, state: HaState): bigint => {
    const { identification } = x.request;
    if (code === replyCodes.mnFailedAuthentication) return identification;
    // RFC 3344 §5.7.2: a new nonce in every reply, the low half copied
    if (config.replay === 'nonces') return joined(state.nonces.next(x.mobileNode), identification);
    // RFC 3344 §5.7.1: our time in the high half, so that the mobile node can set its clock
    if (code === replyCodes.identificationMismatch) return joined(Number(ntpTimestamp(x.at) >> 32n), identification);
    return identification;
  };
}
