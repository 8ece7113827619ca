/** Makes a captured tunnel packet fit for another run: outer addresses, key and the home addresses within. */
import { onesComplement } from '../wire/checksum.js';
import { etherTypes, gre } from '../wire/gre.js';
import { ipProtocols, ipv4 } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import { ipv4Number } from '../wire/text.js';

export interface FrameEnds {
  readonly source: string;
  readonly destination: string;
}

/** What stands for keys and home addresses of the capture; the same where nothing does. */
export interface FrameNames {
  /** `careOf` is the care-of address in the capture. */
  key(careOf: string, captured: number): number;
  homeAddress(captured: string): string;
}

/** Undefined for what is no tunnel packet. `careOf` is the captured care-of address. */
export function renewFrame(
  packet: Uint8Array,
  ends: FrameEnds,
  careOf: string,
  names: FrameNames,
): Uint8Array | undefined {
  const outer = decode(ipv4, packet);
  if (!outer.ok) return undefined;
  const { payload } = outer.value;
  const renewed =
    outer.value.protocol === ipProtocols.gre ? renewGre(payload, careOf, names) : renewInner(payload, names);
  const { totalLength: _, checksum: __, padding: ___, ...header } = outer.value;
  return encode(ipv4, { ...header, ...ends, payload: renewed });
}

function renewGre(payload: Uint8Array, careOf: string, names: FrameNames): Uint8Array {
  const header = decode(gre, payload);
  if (!header.ok) return payload;
  const { key, protocol, checksum, ...rest } = header.value;
  const inner = protocol === etherTypes.ipv4 ? renewInner(rest.payload, names) : rest.payload;
  // a checksum that was wrong is no longer wrong by as much, but it is still wrong
  const wasRight = checksum !== undefined && onesComplement(payload) === 0;
  return encode(gre, {
    ...rest,
    protocol,
    ...(key !== undefined && { key: names.key(careOf, key) }),
    ...(checksum !== undefined && !wasRight && { checksum }),
    payload: inner,
  });
}

/** An IPv4 packet of or for a mobile node, with the home addresses that nodes have now. */
function renewInner(inner: Uint8Array, names: FrameNames): Uint8Array {
  const decoded = decode(ipv4, inner);
  if (!decoded.ok || decoded.value.version !== 4) return inner;
  const { source, destination, headerLength, fragmentOffset, protocol } = decoded.value;
  const changed = inner.slice();
  const view = new DataView(changed.buffer);
  const place = fragmentOffset > 0 ? undefined : checksumPlaces[protocol];
  for (const [at, address] of [
    [sourceAt, source],
    [destinationAt, destination],
  ] as const) {
    const now = names.homeAddress(address);
    if (now === address) continue;
    const [before, after] = [ipv4Number(address) ?? 0, ipv4Number(now) ?? 0];
    view.setUint32(at, after);
    adjust(view, headerChecksumAt, before, after);
    if (place === undefined || headerLength * 4 + place + 2 > changed.length) continue;
    const covering = headerLength * 4 + place;
    // RFC 768: zero means that there is none
    if (protocol !== ipProtocols.udp || view.getUint16(covering) !== 0) adjust(view, covering, before, after);
  }
  return changed;
}

/** Places in an IPv4 header. */
const headerChecksumAt = 10;
const sourceAt = 12;
const destinationAt = 16;

/** Where the checksum stands that covers the addresses as well. */
const checksumPlaces: Readonly<Record<number, number>> = { [ipProtocols.tcp]: 16, [ipProtocols.udp]: 6 };

/** RFC 1624 §3: a checksum after a change of 32 bits that it covers; one that was wrong stays wrong. */
function adjust(view: DataView, at: number, before: number, after: number): void {
  let sum = ~view.getUint16(at) & 0xffff;
  for (const shift of [16, 0]) sum += (~(before >>> shift) & 0xffff) + ((after >>> shift) & 0xffff);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(at, ~sum & 0xffff);
}
