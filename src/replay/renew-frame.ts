/** Makes a captured tunnel packet fit for another run: outer addresses, key and the home address within. */
import { onesComplement } from '../wire/checksum.js';
import { etherTypes, gre } from '../wire/gre.js';
import { ipProtocols, ipv4, type Ipv4 } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import { ipv4Number } from '../wire/text.js';
import type { Renewer } from './renew.js';

export interface FrameEnds {
  readonly source: string;
  readonly destination: string;
}

/** Undefined for what is no tunnel packet. */
export function renewFrame(packet: Uint8Array, ends: FrameEnds, renewer: Renewer): Uint8Array | undefined {
  const outer = decode(ipv4, packet);
  if (!outer.ok) return undefined;
  const { payload } = outer.value;
  const renewed =
    outer.value.protocol === ipProtocols.gre ? renewGre(payload, outer.value, renewer) : renewInner(payload, renewer);
  const { totalLength: _, checksum: __, padding: ___, ...header } = outer.value;
  return encode(ipv4, { ...header, ...ends, payload: renewed });
}

function renewGre(payload: Uint8Array, { source }: Ipv4, renewer: Renewer): Uint8Array {
  const header = decode(gre, payload);
  if (!header.ok) return payload;
  const { key, protocol, checksum, ...rest } = header.value;
  const inner = protocol === etherTypes.ipv4 ? renewInner(rest.payload, renewer) : rest.payload;
  // a checksum that was wrong is no longer wrong by as much, but it is still wrong
  const wasRight = checksum !== undefined && onesComplement(payload) === 0;
  return encode(gre, {
    ...rest,
    protocol,
    ...(key !== undefined && { key: renewer.key(source, key) }),
    ...(checksum !== undefined && !wasRight && { checksum }),
    payload: inner,
  });
}

/** An IPv4 packet of a mobile node, from the home address that it has now. */
function renewInner(inner: Uint8Array, renewer: Renewer): Uint8Array {
  const decoded = decode(ipv4, inner);
  if (!decoded.ok || decoded.value.version !== 4) return inner;
  const { source } = decoded.value;
  const now = renewer.homeAddress(source);
  if (now === source) return inner;
  const changed = inner.slice();
  const view = new DataView(changed.buffer);
  const headerLength = decoded.value.headerLength * 4;
  const [before, after] = [ipv4Number(source) ?? 0, ipv4Number(now) ?? 0];
  view.setUint32(12, after);
  adjust(view, 10, before, after);
  const place = decoded.value.fragmentOffset > 0 ? undefined : checksumPlaces[decoded.value.protocol];
  if (place !== undefined && headerLength + place + 2 <= changed.length) {
    const at = headerLength + place;
    // RFC 768: zero means that there is none
    if (decoded.value.protocol !== ipProtocols.udp || view.getUint16(at) !== 0) adjust(view, at, before, after);
  }
  return changed;
}

/** Where the checksum stands that covers the addresses as well. */
const checksumPlaces: Readonly<Record<number, number>> = { [ipProtocols.tcp]: 16, [ipProtocols.udp]: 6 };

/** RFC 1624 §3: a checksum after a change of 32 bits that it covers; one that was wrong stays wrong. */
function adjust(view: DataView, at: number, before: number, after: number): void {
  let sum = ~view.getUint16(at) & 0xffff;
  for (const shift of [16, 0]) sum += (~(before >>> shift) & 0xffff) + ((after >>> shift) & 0xffff);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(at, ~sum & 0xffff);
}
