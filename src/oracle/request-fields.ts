/** Rules for the fixed part of a request and the addresses it travels under: RFC 3344 §3.3 and §3.6.1, Leung §4.1.1. */
import { check, type Finding } from './finding.js';
import type { Request } from './request.js';

export function judgeRequestFields(request: Request): Finding[] {
  const { rrq, from } = request;
  const bits = [rrq.reservedR && 'r', rrq.reservedX && 'x'].filter((bit) => bit !== false).join(' and ');
  const findings = [check('MN-25', bits === '', 'the bits r and x zero', `${bits} set`)];
  if (!request.registers) return findings;
  const { careOfAddress } = rrq;
  findings.push(check('LG-02', isHost(careOfAddress), "the MPA's own address as care-of address", careOfAddress));
  // RFC 3344 §3.6.1.1, for a care-of address that the sender holds itself; with D=0 it may be that of a foreign agent,
  // which a mobile node asks, and which passes requests on from any of its addresses (§3.6.1.2, §3.7.2.2)
  if (rrq.decapsulation || from.address === careOfAddress) {
    const place = `sent from the care-of address ${careOfAddress}`;
    findings.push(check('MN-21', from.address === careOfAddress, place, from.address));
  }
  if (request.greKeys.length > 0) {
    findings.push(check('YG-18', rrq.gre, 'the G bit beside the GRE Key extension', 'G=0'));
  }
  return findings;
}

/** Neither zero nor multicast nor broadcast. */
function isHost(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return first > 0 && first < 224;
}
