/** The clock of a proxy agent as its requests show it, and how its home agent sets it: RFC 3344 §5.7.1. */
import { high32, low32, ntpTimestamp, replyCodes } from '../wire/mobileip.js';
import type { ReplyOptions } from './grant.js';
import type { Policy, SeenRequest } from './proxied-node.js';

/** Seconds by which the Identification of a request is ahead of the tester's clock. */
export const aheadBy = ({ rrq, at }: Pick<SeenRequest, 'rrq' | 'at'>): number =>
  (high32(rrq.identification) - high32(ntpTimestamp(at))) | 0;

/** A denial with code 133 that tells the time, so many seconds ahead of the true one. */
export function tellTime({ rrq, at }: Pick<SeenRequest, 'rrq' | 'at'>, ahead = 0): ReplyOptions {
  const seconds = BigInt(high32(ntpTimestamp(at + 1000 * ahead)));
  const identification = (seconds << 32n) | BigInt(low32(rrq.identification));
  return { code: replyCodes.identificationMismatch, identification };
}

/** How often an answer is given that may get lost. */
const tellings = 2;

/**
 * Sets the clock of the agent ahead, and then right again: it may keep one for all its nodes, draft-leung-mip4-proxy-
 * mode-10 §4.4. At last the node is granted what it asks for.
 */
export function settingAhead(seconds: number): Policy {
  const told = { ahead: 0, right: 0 };
  return (request) => {
    const isAhead = aheadBy(request) > seconds / 2;
    if (isAhead && told.right++ < tellings) return tellTime(request);
    if (!isAhead && told.right === 0 && told.ahead++ < tellings) return tellTime(request, seconds);
    return {};
  };
}

/** Sets a clock right that a forged answer has moved by more than that, and grants everything else. */
export const settingRight =
  (seconds: number): Policy =>
  (request) =>
    Math.abs(aheadBy(request)) > seconds ? tellTime(request) : {};
