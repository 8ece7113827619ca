/** Packets into and out of tunnels: RFC 2003, RFC 2784, RFC 2890, RFC 3024 §4.3.2. */
import { onesComplement } from '../wire/checksum.js';
import { etherTypes } from '../wire/gre.js';
import { ipProtocols } from '../wire/ipv4.js';
import type { Binding, BindingTerms } from './ha-bindings.js';
import type { TunnelEnds, TunnelFrame } from './ha-rules.js';
import type { HaState } from './ha-state.js';
import { headerLength, ip, isFragment, packetIn, putHeader, putU16, putU32, u16At, u32At } from './octets.js';

const greFlags = { checksum: 0x8000, key: 0x2000, sequence: 0x1000 } as const;
/** RFC 2784 §2.3 without the bits that RFC 2890 took; §2.3.1. The bits 0x03f8 are ignored. */
const mustBeZero = 0x4c00 | 0x0007;

/** `own` are the unicast addresses of the home agent. Undefined for what is no packet to one of its tunnels. */
export function readTunnel(own: ReadonlySet<number>) {
  return (packet: Uint8Array): TunnelFrame | undefined => {
    const header = headerLength(packet);
    const total = u16At(packet, ip.totalLength);
    if (packet.length < 20 || header < 20 || total < header || total > packet.length || isFragment(packet))
      return undefined;
    const source = u32At(packet, ip.source);
    const destination = u32At(packet, ip.destination);
    if (!own.has(destination)) return undefined;
    const payload = packet.subarray(header, total);
    switch (packet[ip.protocol]) {
      case ipProtocols.ipInIp:
        return {
          source,
          destination,
          kind: 'ip-in-ip',
          key: undefined,
          sequence: undefined,
          protocol: 0x0800,
          payload,
        };
      case ipProtocols.gre:
        return readGre(source, destination, payload);
      default:
        return undefined;
    }
  };
}

function readGre(source: number, destination: number, bytes: Uint8Array): TunnelFrame | undefined {
  const flags = u16At(bytes, 0);
  if ((flags & mustBeZero) !== 0) return undefined;
  const hasChecksum = (flags & greFlags.checksum) !== 0;
  const keyAt = hasChecksum ? 8 : 4;
  const sequenceAt = keyAt + (flags & greFlags.key ? 4 : 0);
  const payloadAt = sequenceAt + (flags & greFlags.sequence ? 4 : 0);
  if (bytes.length < payloadAt) return undefined;
  // RFC 2784 §2.5: with the checksum itself in it, the sum over all is zero
  if (hasChecksum && onesComplement(bytes) !== 0) return undefined;
  return {
    source,
    destination,
    kind: 'gre',
    key: flags & greFlags.key ? u32At(bytes, keyAt) : undefined,
    sequence: flags & greFlags.sequence ? u32At(bytes, sequenceAt) : undefined,
    protocol: u16At(bytes, 2),
    payload: bytes.subarray(payloadAt),
  };
}

/** RFC 3024 §4.3.2: only through the tunnel that was negotiated, all else is discarded without a word. */
export function acceptReverse(frame: TunnelFrame, state: HaState): Binding | undefined {
  if (frame.protocol === etherTypes.transparentEthernetBridging) {
    // draft §5.2: in L2 mode the binding is between key and care-of address, whatever is inside
    return frame.key === undefined ? undefined : state.bindings.l2At(frame.source, frame.key);
  }
  if (frame.protocol !== etherTypes.ipv4) return undefined; // RFC 2784 §2.4
  const inner = packetIn(frame.payload);
  const node = inner && state.bindings.atHome(u32At(inner, ip.source));
  return node?.bindings.find(
    ({ terms }) => terms.careOf === frame.source && terms.tunnel === frame.kind && terms.reverseKey === frame.key,
  );
}

/** RFC 2890 §2.2: not older than, and not the same as, the last one. Frames without a number are always in order. */
export function acceptSequence(frame: TunnelFrame, binding: Pick<Binding, 'sequence'>): boolean {
  if (frame.sequence === undefined) return true;
  const ahead = (frame.sequence - binding.sequence) | 0; // signed, modulo 2^32
  if (ahead <= 0) return false;
  binding.sequence = frame.sequence;
  return true;
}

export const forwardKey = (binding: Binding): number | undefined => binding.terms.forwardKey;

/** RFC 3344 §4.2.3: from the home agent address of the reply to the care-of address. */
export const tunnelEnds = ({ terms }: Binding): TunnelEnds => ({
  source: terms.homeAgent,
  destination: terms.careOf,
});

/** `nextId` numbers the outer headers. */
export function encapsulate(nextId: () => number) {
  return (
    binding: { readonly terms: Pick<BindingTerms, 'tunnel'> },
    ends: TunnelEnds,
    key: number | undefined,
    protocol: number,
    payload: Uint8Array,
  ): Uint8Array | undefined => {
    const gre = binding.terms.tunnel !== 'ip-in-ip';
    const payloadAt = 20 + (gre ? (key === undefined ? 4 : 8) : 0);
    if (payloadAt + payload.length > 0xffff) return undefined;
    const whole = new Uint8Array(payloadAt + payload.length);
    const tos = protocol === etherTypes.ipv4 ? (payload[1] ?? 0) : 0; // RFC 2003 §3.1
    putHeader(whole, { protocol: gre ? ipProtocols.gre : ipProtocols.ipInIp, ...ends, tos, id: nextId() });
    if (gre) {
      putU16(whole, 20, key === undefined ? 0 : greFlags.key);
      putU16(whole, 22, protocol);
      if (key !== undefined) putU32(whole, 24, key);
    }
    whole.set(payload, payloadAt);
    return whole;
  };
}
