/** One reply to a generated message: what the oracle says of it, as far as it is certain for a message such as this. */
import type { Deserts } from '../oracle/deserves.js';
import type { Exchange } from '../oracle/exchange.js';
import { type Finding, violated } from '../oracle/finding.js';
import type { Judged } from '../oracle/oracle.js';
import { messageTypes } from '../wire/mobileip.js';
import type { Extension } from '../wire/extensions.js';
import type { Suspicion } from './suspicion.js';

export interface Answered {
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
  readonly judged: Judged;
  readonly deserts: Deserts;
  /** False: the device need not know whom it answers. */
  readonly authentic: boolean;
  /** Replies to this request so far, this one included. */
  readonly count: number;
}

/**
 * A denial may be larger than what it denies, but not so large that a forged sender makes it a weapon. No document says
 * how large that is, so it fails no device; and what a denial may lawfully carry (the NAI, a vendor's words, some
 * authenticators) stays below.
 */
const leastAllowed = 1024;
const mostTimes = 4;

/** Rules that need the device to know whom it answers. */
const forTheAuthentic: ReadonlySet<string> = new Set(['HA-10', 'HA-11', 'HA-15', 'HA-17']);

export function judgeReply(answered: Answered): (Finding & Pick<Suspicion, 'level'>)[] {
  const { request, reply, judged, deserts, authentic, count } = answered;
  const { exchange } = judged;
  if (!exchange) return request[0] === messageTypes.rrq ? judgeUnreadable(reply) : [];
  const findings: ReturnType<typeof judgeReply> = judged.findings.filter(
    (f) => !f.holds && isCertain(f, exchange, authentic),
  );
  if (exchange.accepted && deserts.verdict === 'mustRefuse') {
    findings.push(
      violated(deserts.requirement, `a denial or silence, for ${deserts.why}`, `code ${exchange.rrp.code}`),
    );
  }
  if (count > 1) findings.push(violated('HA-50', 'one reply to a request', 'more than one'));
  const most = Math.max(leastAllowed, mostTimes * request.length);
  if (!authentic && reply.length > most) {
    const expected = `a denial of at most ${most} octets to a sender that is not authentic`;
    findings.push({ ...violated('HA-07', expected, `${reply.length} octets`), level: 'inference' });
  }
  return findings;
}

function judgeUnreadable(reply: Uint8Array): Finding[] {
  return [violated('HA-32', 'a Registration Reply', `${reply.length} octets that are none`)];
}

function isCertain(finding: Finding, { rrq, rrp }: Exchange, authentic: boolean): boolean {
  if (!authentic && forTheAuthentic.has(finding.requirement)) return false;
  const count = (list: readonly Extension[], name: Extension['name']): number =>
    list.filter((e) => e.name === name).length;
  switch (finding.requirement) {
    case 'HA-38':
      return count(rrq.extensions, 'nai') === 1 && count(rrp.extensions, 'nai') <= 1;
    case 'TS-18':
    case 'YG-16':
      // yegani-02 §4.1 has it before FA-HA: behind that, a device may not look for it
      return !rrq.extensions.slice(0, placeOf(rrq.extensions, 'greKey')).some((e) => e.name === 'faHa');
    default:
      return true;
  }
}

const placeOf = (list: readonly Extension[], name: Extension['name']): number => list.findIndex((e) => e.name === name);
