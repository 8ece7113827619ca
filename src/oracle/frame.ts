/** Rules for one tunnel packet that the HA sent to a care-of address: draft §5.2 and §7, RFC 2784, RFC 2890. */
import { etherTypes, gre, type Gre } from '../wire/gre.js';
import { ipProtocols, ipv4, type Ipv4 } from '../wire/ipv4.js';
import { onesComplement } from '../wire/checksum.js';
import { decode } from '../wire/layout.js';
import type { Binding, Bindings } from './bindings.js';
import type { OracleContext } from './context.js';
import { judgeDelivery } from './delivery.js';
import { hexKey } from './exchange.js';
import { check, type Finding, violated } from './finding.js';
import { underWay } from './lately.js';

export interface TunnelFrame {
  readonly at: number;
  /** The whole IPv4 packet. */
  readonly bytes: Uint8Array;
  readonly outer: Ipv4;
  /** Present for protocol 47 when the header could be read. */
  readonly gre?: Gre;
  /** The payload of the tunnel, when it is IPv4. */
  readonly inner?: Ipv4;
}

/** Undefined when the octets are no IPv4 packet of a tunnel protocol. */
export function readTunnelFrame(bytes: Uint8Array, at: number): TunnelFrame | undefined {
  const outer = readOuter(bytes);
  if (!outer) return undefined;
  const { protocol, payload } = outer;
  if (protocol === ipProtocols.ipInIp) return { at, bytes, outer, ...innerOf(payload) };
  if (protocol !== ipProtocols.gre) return undefined;
  const header = decode(gre, payload);
  if (!header.ok) return { at, bytes, outer };
  if (isPptp(header.value, outer, payload)) return undefined;
  const isIpv4 = header.value.protocol === etherTypes.ipv4;
  return { at, bytes, outer, gre: header.value, ...(isIpv4 && innerOf(header.value.payload)) };
}

/**
 * RFC 2637 §4.1: PPTP has a GRE of its own, of version 1, in which half of the key is the length of the payload. Two ends
 * of a Mobile IP tunnel may have it between them too.
 */
function isPptp(
  { version, protocol, key, sequence }: Gre,
  { totalLength, headerLength }: Ipv4,
  packet: Uint8Array,
): boolean {
  if (version !== 1 || protocol !== etherTypes.ppp || key === undefined) return false;
  const acknowledges = ((packet[1] ?? 0) & 0x80) !== 0;
  const header = 8 + (sequence === undefined ? 0 : 4) + (acknowledges ? 4 : 0);
  return key >>> 16 === totalLength - headerLength * 4 - header;
}

/** What hardware is to cut into segments has the length 0 until then, and is as long as it is. */
function readOuter(bytes: Uint8Array): Ipv4 | undefined {
  const outer = decode(ipv4, bytes);
  if (!outer.ok) return undefined;
  const { totalLength, headerLength } = outer.value;
  if (totalLength !== 0) return outer.value;
  return { ...outer.value, payload: bytes.subarray(Math.max(5, headerLength) * 4), padding: new Uint8Array(0) };
}

function innerOf(payload: Uint8Array): { inner?: Ipv4 } {
  const inner = decode(ipv4, payload);
  return inner.ok ? { inner: inner.value } : {};
}

/** Judges a packet from `outer.source` to `outer.destination`, both already known to be the HA and a care-of address. */
export function judgeFrame(frame: TunnelFrame, bindings: Bindings, context: OracleContext): Finding[] {
  const delivery = judgeDelivery(frame, bindings);
  const header = frame.gre;
  if (!header) {
    if (frame.outer.protocol !== ipProtocols.gre) return delivery;
    return [violated('GR-15', 'a whole GRE header', `${frame.outer.payload.length} octets after the IP header`)];
  }
  const findings = [...delivery, ...judgeHeader(header, frame.outer.payload)];
  if (header.key === undefined) return findings;
  return [...findings, ...judgeBinding(frame, header, header.key, bindings, context)];
}

/** What any sender of GRE must keep: RFC 2784 §2. */
export function judgeHeader(header: Gre, packet: Uint8Array): Finding[] {
  const reserved = header.reserved0 !== 0 || header.hasRouting;
  const bits = `routing ${header.hasRouting ? 1 : 0}, reserved 0x${header.reserved0.toString(16)}`;
  const findings = [
    check('GR-01', header.version === 0, 'GRE version 0', String(header.version)),
    check('GR-15', !reserved, 'reserved bits of the GRE header zero', bits),
  ];
  if (header.hasChecksum) {
    findings.push(check('GR-06', header.reserved1 === 0, 'Reserved1 zero', String(header.reserved1)));
    findings.push(check('GR-04', onesComplement(packet) === 0, 'a right GRE checksum', 'one that does not add up'));
  }
  return findings;
}

/** RFC 2784 §3 gives IPv4 its type; other payload, such as IPv6, has another. */
export const holdsIpv4 = (payload: Uint8Array): boolean => (payload[0] ?? 0) >> 4 === 4;

function judgeBinding(
  frame: TunnelFrame,
  header: Gre,
  key: number,
  bindings: Bindings,
  context: OracleContext,
): Finding[] {
  const careOf = frame.outer.destination;
  const here = bindings.withForwardKey(key, frame.at).filter((b) => b.careOf === careOf);
  const findings: Finding[] = [];
  const [binding] = here;
  if (!binding) findings.push(...judgeSwappedKey(frame, key, bindings));
  if (binding) {
    findings.push(
      check(
        'TN-02',
        here.some((b) => b.homeAgent === frame.outer.source),
        `outer source ${binding.homeAgent}`,
        frame.outer.source,
      ),
    );
    const types = allowedTypes(here, context);
    const isL2 = here.some((b) => b.l2);
    if (isL2 || holdsIpv4(header.payload)) {
      findings.push(
        check(
          isL2 ? 'TS-13' : 'GR-08',
          types.includes(header.protocol),
          `protocol type ${types.map((t) => `0x${t.toString(16)}`).join(' or ')}`,
          `0x${header.protocol.toString(16)}`,
        ),
      );
    }
  }
  return findings;
}

/** draft §5.2: of two keys each has its direction. In L2 mode no address tells whose a packet is, but its key may. */
function judgeSwappedKey({ outer, at }: TunnelFrame, key: number, bindings: Bindings): Finding[] {
  const { source, destination } = outer;
  const [only, ...others] = bindings
    .withReverseKey(key, at)
    .filter((b) => b.l2 && !b.bidirectional && b.careOf === destination && b.homeAgent === source);
  if (only?.forwardKey === undefined || others.length > 0 || bindings.isDoubtful(only)) return [];
  // a key that was for both directions may be under way still
  if (at - only.since < underWay) return [];
  return [violated('TN-03', `key ${hexKey(only.forwardKey)} on packets to ${only.mn}`, `key ${hexKey(key)}`)];
}

/** A-21: the draft leaves the protocol type of L2 payloads open; the knob says which is expected. */
function allowedTypes(here: readonly Binding[], context: OracleContext): number[] {
  const l2 = (context.knobs['l2_ptype'] ?? '0x6558').split('+').map(Number);
  // RFC 2784 §3: IPv4 travels as 0x0800
  return [...(here.some((b) => !b.l2) ? [etherTypes.ipv4] : []), ...(here.some((b) => b.l2) ? l2 : [])];
}
