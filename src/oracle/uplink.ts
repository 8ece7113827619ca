/** Rules for one tunnel packet that an MPA sent to an HA: draft §5.1 and §5.4, RFC 3024 §1.2 and §5.1.2. */
import { etherTypes, type Gre } from '../wire/gre.js';
import type { Binding, Bindings } from './bindings.js';
import type { OracleContext } from './context.js';
import { keyPresence } from './delivery.js';
import { hexKey } from './exchange.js';
import { check, type Finding, holds, violated } from './finding.js';
import { holdsIpv4, judgeHeader, type TunnelFrame } from './frame.js';

/** Judges a packet from a care-of address to an HA. */
export function judgeUplink(frame: TunnelFrame, bindings: Bindings, context: OracleContext): Finding[] {
  const { gre, outer } = frame;
  if (!gre) return judgeIpInIp(frame, bindings);
  const findings = judgeHeader(gre, outer.payload);
  const ends = { homeAgent: outer.destination, careOf: outer.source, mobile: frame.inner?.source };
  findings.push(...keyPresence(frame, ends, bindings));
  if (gre.key !== undefined) findings.push(...judgeKey(frame, gre, gre.key, bindings, context));
  return findings;
}

/** RFC 3024 §1.2: what comes down in GRE goes up in GRE. */
function judgeIpInIp({ inner, outer, at }: TunnelFrame, bindings: Bindings): Finding[] {
  if (!inner) return [];
  const own = known(inner.source, outer.source, at, bindings);
  if (own.length === 0 || own.some((b) => bindings.isDoubtful(b))) return [];
  const isFine = own.some((b) => !b.gre);
  return [check('TN-09', isFine, 'GRE, as the forward tunnel has it', 'IP in IP')];
}

function judgeKey(
  { inner, outer, at }: TunnelFrame,
  { protocol, payload }: Gre,
  key: number,
  bindings: Bindings,
  context: OracleContext,
): Finding[] {
  const here = bindings.withReverseKey(key, at).filter((b) => b.careOf === outer.source);
  const [binding] = here;
  if (binding) {
    const ends = here.map((b) => b.homeAgent);
    return [
      ...here.map((b) => holds(ruleOf(b, context))),
      check('TN-08', ends.includes(outer.destination), `a tunnel to ${ends.join(' or ')}`, `to ${outer.destination}`),
      ...(here.some((b) => b.l2) || !holdsIpv4(payload)
        ? []
        : [check('GR-08', protocol === etherTypes.ipv4, 'protocol type 0x800', `0x${protocol.toString(16)}`)]),
    ];
  }
  // an address tells whose packet it is; else only a key taken for the wrong direction gives itself away
  const byAddress = inner ? known(inner.source, outer.source, at, bindings) : [];
  const swapped = bindings
    .withForwardKey(key, at)
    .filter((b) => b.careOf === outer.source && b.homeAgent === outer.destination && !b.bidirectional);
  const candidates = byAddress.length > 0 ? byAddress : swapped;
  if (candidates.some((b) => bindings.isDoubtful(b))) return [];
  const [culprit] = candidates;
  if (culprit?.reverseKey === undefined || byAddress.some((b) => b.reverseKey === key)) return [];
  return [
    violated(ruleOf(culprit, context), `key ${hexKey(culprit.reverseKey)} on packets of ${culprit.mn}`, hexKey(key)),
  ];
}

/**
 * draft §5.4 for a key that the HA gave for both directions, §5.1 for one that the MPA announced; where keys are the
 * receiver's, yegani-02 §5.
 */
function ruleOf(b: Binding, { dialect, knobs }: OracleContext): 'TS-23' | 'TS-05' | 'YG-19' {
  if (dialect.greKeyForm !== 'tsirtsis-00') return 'YG-19';
  return b.bidirectional ? 'TS-23' : knobs['key_direction'] === 'receiver' ? 'YG-19' : 'TS-05';
}

/** Bindings that a packet from this home address may belong to; also those that ended lately, for it was under way. */
function known(homeAddress: string, careOf: string, at: number, bindings: Bindings): readonly Binding[] {
  const live = bindings.atHome(homeAddress, at).filter((b) => b.careOf === careOf);
  return live.length === 0 ? [] : [...live, ...bindings.lately(homeAddress, at).filter((b) => b.careOf === careOf)];
}
