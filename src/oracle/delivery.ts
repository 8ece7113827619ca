/** Rules for where and how the HA tunnels a packet: RFC 3344 §4.2.3, yegani-02 §5, RFC 3024 §1.2. */
import { etherTypes } from '../wire/gre.js';
import { ipProtocols } from '../wire/ipv4.js';
import type { Binding, Bindings } from './bindings.js';
import { hexKey } from './exchange.js';
import { type Finding, holds, violated } from './finding.js';
import type { TunnelFrame } from './frame.js';

export function judgeDelivery(frame: TunnelFrame, bindings: Bindings): Finding[] {
  return [...judgeKeyPresence(frame, bindings), ...judgeTunnel(frame, bindings)];
}

function judgeKeyPresence(frame: TunnelFrame, bindings: Bindings): Finding[] {
  const { source, destination } = frame.outer;
  return keyPresence(frame, { homeAgent: source, careOf: destination, mobile: frame.inner?.destination }, bindings);
}

/**
 * yegani-02 §5: where only keyed GRE was ever agreed on, every GRE packet of a session has a key. The two ends may have
 * another tunnel, without keys, for what is theirs; `mobile` is the inner address at the end of the mobile node.
 */
export function keyPresence(
  { gre, at }: TunnelFrame,
  {
    homeAgent,
    careOf,
    mobile,
  }: { readonly homeAgent: string; readonly careOf: string; readonly mobile?: string | undefined },
  bindings: Bindings,
): Finding[] {
  if (!gre || !bindings.isKeyed(homeAgent, careOf)) return [];
  if (gre.key !== undefined) return [holds('YG-23')];
  const isL2 = gre.protocol === etherTypes.transparentEthernetBridging && bindings.isKeyed(homeAgent, careOf, 'l2');
  const isOfSession = isL2 || (mobile !== undefined && bindings.atHome(mobile, at).some((b) => b.careOf === careOf));
  return isOfSession ? [violated('YG-23', 'a key in every GRE packet (K=1)', 'K=0')] : [];
}

/**
 * A packet for the HoA of a live binding goes into the tunnel of that binding. Packets that fit a binding which ended
 * only lately are left alone: they may have been under way.
 */
function judgeTunnel(frame: TunnelFrame, bindings: Bindings): Finding[] {
  const to = frame.inner?.destination;
  const live = to === undefined ? [] : bindings.atHome(to, frame.at);
  // RFC 3344 §4.2.3: what comes already tunnelled may be sent on with its own outer source
  const fromHomeAgent = live.some((b) => b.homeAgent === frame.outer.source);
  if (to === undefined || !fromHomeAgent) return [];
  if ([...live, ...bindings.lately(to, frame.at)].some((b) => faultIn(frame, b) === undefined)) {
    return [holds('TN-01'), holds('TN-03'), holds('TN-09')];
  }
  if (live.some((b) => bindings.isDoubtful(b))) return [];
  const here = live.find((b) => b.careOf === frame.outer.destination);
  if (!here) {
    const careOf = [...new Set(live.map((b) => b.careOf))].join(' or ');
    return [violated('TN-01', `a packet for ${to} tunnelled to ${careOf}`, `to ${frame.outer.destination}`)];
  }
  const fault = faultIn(frame, here);
  return fault ? [violated(ruleOf(frame, here), fault.expected, fault.actual)] : [];
}

function ruleOf({ gre, outer }: TunnelFrame, b: Binding): 'TN-03' | 'TN-09' | 'YG-14' {
  if (!b.gre) return 'TN-09';
  // yegani-02 §4.2: an HA should take the extension for the G bit, and need not
  return b.greImplied && !gre && outer.protocol === ipProtocols.ipInIp ? 'YG-14' : 'TN-03';
}

/** What is wrong with the frame if it belongs to this binding; undefined when it fits. */
function faultIn(frame: TunnelFrame, b: Binding): { readonly expected: string; readonly actual: string } | undefined {
  const { outer, gre } = frame;
  if (outer.destination !== b.careOf) return { expected: `to ${b.careOf}`, actual: `to ${outer.destination}` };
  const wanted = b.gre ? ipProtocols.gre : ipProtocols.ipInIp;
  if (outer.protocol !== wanted) {
    return { expected: `IP protocol ${wanted}, as agreed`, actual: `IP protocol ${outer.protocol}` };
  }
  if (b.forwardKey === undefined || gre?.key === b.forwardKey) return undefined;
  const seen = gre?.key === undefined ? 'no key' : `key ${hexKey(gre.key)}`;
  return { expected: `key ${hexKey(b.forwardKey)} on packets to ${b.mn}`, actual: seen };
}
