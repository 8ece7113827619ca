/**
 * Ethernet frames from one L2 MN of the tester to another. Only such a pair shows a frame octet by octet as the device
 * passed it on; where a device bridges nothing between its tunnels, that leaves a case undecided.
 */
import type { RequirementId } from '../spec/catalogue.js';
import { ethernet, type EthernetInput } from '../wire/ethernet.js';
import { encode } from '../wire/layout.js';
import { sameBytes, toHex } from '../wire/text.js';
import type { CaseContext } from './context.js';
import type { MobileNode } from './mobile-node.js';
import type { Arrival, Probe } from './probe.js';
import { modes, type RequestOptions } from './request.js';

/** IEEE 802 local experimental EtherType 1: what is inside is nobody's business. */
export const experimentalType = 0x88b5;

/** How often a valid frame is sent before its loss is believed. */
const attempts = 3;

/** Whether something came out of that MN's tunnel: at its care-of address, under its forward key. */
export const outOf =
  (mn: MobileNode, binding = mn.binding) =>
  ({ frame, careOf }: Arrival): boolean =>
    careOf === binding?.careOf && frame.gre?.key === binding.forwardKey;

/** A frame from an MN to a hardware address, with the cookie of a probe. */
export const frameFrom = (mn: MobileNode, destination: string, probe: Probe, input: EthernetInput = {}): Uint8Array =>
  encode(ethernet, { destination, source: mn.mac, etherType: experimentalType, payload: probe.payload(38), ...input });

/** What `bytes` makes, sent by one MN until it comes out of the tunnel of another; undefined when it does not. */
export async function comesOut(
  t: CaseContext,
  from: MobileNode,
  to: MobileNode,
  bytes: (probe: Probe) => Uint8Array,
  times = attempts,
): Promise<{ readonly sent: Uint8Array; readonly arrival: Arrival | undefined }> {
  const probe = t.probe();
  const sent = bytes(probe);
  for (let attempt = 0; attempt < times; attempt++) {
    from.tunnelFrame(sent);
    const arrival = await probe.arrivals.first(t.session.patience, outOf(to));
    if (!arrival) continue;
    t.recorder.regard(arrival.frame.bytes);
    return { sent, arrival };
  }
  t.recorder.regardSent();
  return { sent, arrival: undefined };
}

/** An echo request from one MN to another one's hardware address, above the minimum size of a frame. */
export const echoFrame = (from: MobileNode, to: MobileNode, probe: Probe): Uint8Array =>
  frameFrom(from, to.mac, probe, { etherType: 0x0800, payload: from.echo(to.ip ?? '0.0.0.0', probe.payload(38)) });

/**
 * Two L2 MNs that ask for broadcasts (the B bit: RFC 3344 §4.3 forbids to send them to others), between which unicast
 * IPv4 passes.
 */
export async function bridgedPair(
  t: CaseContext,
  mode: RequestOptions = modes.l2Bidirectional,
): Promise<readonly [from: MobileNode, to: MobileNode]> {
  const from = await t.registered({ ...mode, broadcast: true });
  const to = await t.registered({ ...mode, broadcast: true });
  announce(to);
  announce(from);
  const { arrival } = await comesOut(t, from, to, (probe) => echoFrame(from, to, probe));
  if (!arrival)
    t.undecided(
      'the device passes no unicast IPv4 from one L2 MN to another, so frames cannot be compared; ' +
        'with PICS l2NodeToNode=false this is skipped',
    );
  return [from, to];
}

/** Lets a bridge learn where an MN is. */
export const announce = (mn: MobileNode): void => mn.tunnelFrame(mn.whoHas(mn.ip ?? '0.0.0.0'));

/** What the loss of a frame means; a changed frame is a violation in any case. */
type Loss = 'violates' | 'warns' | 'is noted';

/** Demands that a frame from one MN comes out of the tunnel of another octet for octet. */
export async function unchanged(
  t: CaseContext,
  id: RequirementId,
  what: string,
  [from, to]: readonly [MobileNode, MobileNode],
  bytes: (probe: Probe) => Uint8Array,
  loss: Loss = 'violates',
): Promise<void> {
  const { sent, arrival } = await comesOut(t, from, to, bytes, loss === 'is noted' ? 1 : attempts);
  if (!arrival) {
    const expected = `${what} to pass from one L2 MN to another, as unicast IPv4 does`;
    if (loss === 'violates') t.demand(id, false, expected, 'it never came out');
    else if (loss === 'warns') t.warn(id, expected, 'it never came out');
    else t.note(`${what} does not pass`);
    return;
  }
  const found = arrival.frame.gre?.payload ?? new Uint8Array(0);
  if (sameBytes(found, sent)) return;
  t.recorder.blame(arrival.frame.bytes);
  t.demand(id, false, `${what} unchanged`, difference(sent, found));
}

/** The first thing in which a frame differs from what was sent. */
function difference(sent: Uint8Array, found: Uint8Array): string {
  const sizes = sent.length === found.length ? '' : `${found.length} octets instead of ${sent.length}, `;
  let at = 0;
  while (at < Math.min(sent.length, found.length) && sent[at] === found[at]) at++;
  const show = (octets: Uint8Array): string => toHex(octets.subarray(at, at + 8)) || 'nothing';
  return `${sizes}from octet ${at} on ${show(found)} instead of ${show(sent)}`;
}
